/**
 * Dates and parts of dates and timestamps (Spark 4.2 `datetimeExpressions.scala`), zone UTC.
 * Timestamps as such are in `timestamp.ts`, patterns in `js/java-datetime.ts`.
 */
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  INT,
  STRING,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { mismatch } from "../types/mismatch.ts";
import { isDatetime } from "../types/type-rules.ts";
import { type Accept, as, exact, STR, TIMESTAMPS } from "./accept.ts";
import { define, entry, literalValue, runtimeError, script, wrongArity } from "./builder.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import {
  addMonths,
  civilFromDays,
  civilFromMicros,
  daysFromCivil,
  daysInMonth,
  validDays,
} from "./js/civil.ts";
import { MONTHS, WEEKDAYS, weekdayIndex } from "./js/java-datetime.ts";

/** A date; timestamps are cut to their date, which only field functions allow in ANSI mode. */
const DATE_PART: Accept = {
  describe: "a DATE or TIMESTAMP",
  takes: (t) => t.kind === "date",
  target: (t) => (isDatetime(t) || t.kind === "string" || t.kind === "void" ? DATE : null),
};
const DAY = as(DATE);
const N = as(INT);

const DATE_PARTS: Readonly<Record<string, (x: string) => string>> = {
  year: (x) => `CAST(year(${x}) AS INTEGER)`,
  quarter: (x) => `CAST(quarter(${x}) AS INTEGER)`,
  month: (x) => `CAST(month(${x}) AS INTEGER)`,
  week: (x) => `CAST(weekofyear(${x}) AS INTEGER)`,
  day: (x) => `CAST(day(${x}) AS INTEGER)`,
  dayofweek: (x) => `CAST(dayofweek(${x}) + 1 AS INTEGER)`,
  dayofweek_iso: (x) => `CAST(isodow(${x}) AS INTEGER)`,
  weekday: (x) => `CAST(isodow(${x}) - 1 AS INTEGER)`,
  doy: (x) => `CAST(dayofyear(${x}) AS INTEGER)`,
  yearofweek: (x) => `CAST(isoyear(${x}) AS INTEGER)`,
};

const TIME_PARTS: Readonly<Record<string, (x: string) => string>> = {
  hour: (x) => `CAST(hour(${x}) AS INTEGER)`,
  minute: (x) => `CAST(minute(${x}) AS INTEGER)`,
  second: (x) => `CAST(second(${x}) AS INTEGER)`,
};

function datePart(name: string, part: string, aliases: string[] = []): FunctionDef {
  return define(name, [DATE_PART], INT, (a) => DATE_PARTS[part]!(a[0]!), {
    aliases,
    showsAlias: true,
    summary: `The ${name} of a date.`,
  });
}

function timePart(name: string): FunctionDef {
  return define(name, [TIMESTAMPS], INT, (a) => TIME_PARTS[name]!(a[0]!), {
    summary: `The ${name} of a timestamp.`,
  });
}

const FIELDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(["year", "y", "years", "yr", "yrs"].map((n) => [n, "year"])),
  ...Object.fromEntries(["quarter", "qtr"].map((n) => [n, "quarter"])),
  ...Object.fromEntries(["month", "mon", "mons", "months"].map((n) => [n, "month"])),
  ...Object.fromEntries(["week", "w", "weeks"].map((n) => [n, "week"])),
  ...Object.fromEntries(["day", "d", "days"].map((n) => [n, "day"])),
  ...Object.fromEntries(["dayofweek", "dow"].map((n) => [n, "dayofweek"])),
  ...Object.fromEntries(["dayofweek_iso", "dow_iso"].map((n) => [n, "dayofweek_iso"])),
  doy: "doy",
  yearofweek: "yearofweek",
  ...Object.fromEntries(["hour", "h", "hours", "hr", "hrs"].map((n) => [n, "hour"])),
  ...Object.fromEntries(["minute", "m", "min", "mins", "minutes"].map((n) => [n, "minute"])),
  ...Object.fromEntries(["second", "s", "sec", "seconds", "secs"].map((n) => [n, "second"])),
};

/** `extract(field FROM source)`, `date_part(field, source)`. */
const EXTRACT = entry(
  "extract",
  {
    aliases: ["date_part", "datepart"],
    summary: "A field of a date, timestamp or interval.",
    pretty: (a, call) =>
      call.calledAs.toLowerCase() === "extract"
        ? `extract(${a[0]} FROM ${a[1]})`
        : `${call.calledAs.toLowerCase()}(${a.join(", ")})`,
  },
  (args, call) => emitExtract(args[1]!, call),
  (args, context) => {
    if (args.length !== 2) throw wrongArity(context.calledAs, "2", args.length, context.span);
    const name = literalValue(args[0]!);
    if (typeof name !== "string") {
      throw mismatch("NON_FOLDABLE_INPUT", "the field of extract must be a constant", context.span);
    }
    const source = extractSource(args[1]!, context);
    const field = FIELDS[name.toLowerCase()];
    const allowed = source.type.kind !== "interval_ym" || field === "year" || field === "month";
    if (field === undefined || !allowed) throw invalidField(name, context);
    const type: DataType =
      field === "second"
        ? decimalType(8, 6)
        : source.type.kind === "interval_ym" && field === "month"
          ? { kind: "byte" }
          : INT;
    return { type, nullable: source.nullable, args: [args[0]!, source], data: field };
  },
);

function extractSource(source: BoundExpression, context: ResolveContext): BoundExpression {
  if (isDatetime(source.type)) return source;
  if (source.type.kind === "string" || source.type.kind === "void")
    return context.cast(source, TIMESTAMP);
  throw mismatch("UNEXPECTED_INPUT_TYPE", "extract needs a date or timestamp", context.span);
}

function invalidField(name: string, context: ResolveContext): SqlError {
  return new SqlError(`cannot extract the field \`${name}\` from the source`, {
    errorClass: "INVALID_EXTRACT_FIELD",
    sqlState: "42601",
    span: context.span,
    hint: "use YEAR, QUARTER, MONTH, WEEK, DAY, DOY, DAYOFWEEK, HOUR, MINUTE or SECOND",
  });
}

function emitExtract(source: string, call: CallExpression): string {
  const field = call.data as string;
  const part = DATE_PARTS[field];
  if (part) return part(source);
  const { kind } = call.args[1]!.type;
  const instant = kind === "date" ? `CAST(${source} AS TIMESTAMP)` : source;
  if (field !== "second") return TIME_PARTS[field]!(instant);
  return `CAST(CAST(microsecond(${instant}) AS DECIMAL(10,0)) * 0.000001::DECIMAL(6,6) AS DECIMAL(8,6))`;
}

// ---------------------------------------------------------------- arithmetic of days and months

/** `DateAdd` takes no wider number; only NULL and text convert. */
const DAYS_OPERAND: Accept = {
  describe: "an INT, SMALLINT or TINYINT",
  takes: (t) => t.kind === "int" || t.kind === "short" || t.kind === "byte",
  target(t) {
    if (this.takes(t)) return t;
    return t.kind === "void" || t.kind === "string" ? INT : null;
  },
};

function shiftDays(name: string, operator: "+" | "-", aliases: string[]): FunctionDef {
  return define(
    name,
    [DAY, DAYS_OPERAND],
    DATE,
    (a) => `(${a[0]} ${operator} CAST(${a[1]} AS INTEGER))`,
    {
      aliases,
      showsAlias: true,
      summary: `A date some days ${operator === "+" ? "later" : "earlier"}.`,
    },
  );
}

const WEEKDAY_NAMES: Readonly<Record<string, number>> = Object.fromEntries(
  WEEKDAYS.flatMap((name, i) =>
    [2, 3, name.length].map((length) => [name.slice(0, length).toUpperCase(), i]),
  ),
);

const NEXT_DAY = define(
  "next_day",
  [DAY, STR],
  DATE,
  script("next_day", ([days, name]) => {
    const wanted = WEEKDAY_NAMES[(name as string).toUpperCase()];
    if (wanted === undefined) {
      throw runtimeError("ILLEGAL_DAY_OF_WEEK", "22009", `'${name}' is not a day of the week`);
    }
    const ahead = (wanted - weekdayIndex(days as number) + 7) % 7;
    return (days as number) + (ahead === 0 ? 7 : ahead);
  }),
  { nullable: true, summary: "The first date after another that is a given weekday." },
);

/** The first day of the unit a date is in; NULL for units Spark does not know here. */
export function truncateDate(days: number, unit: string): number | null {
  const { year, month } = civilFromDays(days);
  switch (unit.toUpperCase()) {
    case "YEAR":
    case "YYYY":
    case "YY":
      return daysFromCivil(year, 1, 1);
    case "QUARTER":
      return daysFromCivil(year, Math.floor((month - 1) / 3) * 3 + 1, 1);
    case "MONTH":
    case "MM":
    case "MON":
      return daysFromCivil(year, month, 1);
    case "WEEK":
      return days - weekdayIndex(days);
    default:
      return null;
  }
}

const MAKE_DATE = define(
  "make_date",
  [N, N, N],
  DATE,
  script("make_date", ([y, m, d]) => {
    const days = validDays(y as number, m as number, d as number);
    if (days !== null) return days;
    throw runtimeError(
      "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
      "22023",
      `there is no date with year ${y}, month ${m}, day ${d}`,
    );
  }),
  { summary: "A date from year, month and day." },
);

/** Months between two timestamps; whole when both are the same or the last day of a month. */
export function monthsBetween(a: bigint, b: bigint, roundOff: boolean): number {
  const [x, y] = [civilFromMicros(a), civilFromMicros(b)];
  const months = x.year * 12 + x.month - (y.year * 12 + y.month);
  const last = (t: { year: number; month: number; day: number }) =>
    t.day === daysInMonth(t.year, t.month);
  if (x.day === y.day || (last(x) && last(y))) return months;
  const seconds = (t: typeof x) => t.hour * 3600 + t.minute * 60 + t.second;
  const difference = (x.day - y.day) * 86400 + seconds(x) - seconds(y);
  const exact = months + difference / (31 * 86400);
  // Spark rounds half up at 8 digits: (x * 1e8).round / 1e8.
  return roundOff ? Math.floor(exact * 1e8 + 0.5) / 1e8 : exact;
}

const MONTHS_BETWEEN = define(
  "months_between",
  [as(TIMESTAMP), as(TIMESTAMP), as(BOOLEAN)],
  DOUBLE,
  script("months_between", ([a, b, round]) =>
    monthsBetween(a as bigint, b as bigint, round as boolean),
  ),
  {
    optional: 1,
    defaults: (args) => (args.length === 2 ? [typedLiteral(true, BOOLEAN)] : []),
    summary: "Months between two timestamps.",
  },
);

function named(name: string, part: (days: number) => string): FunctionDef {
  return define(
    name,
    [DATE_PART],
    STRING,
    script(name, ([days]) => part(days as number)),
    {
      summary: `The short English name of the ${name.replace("name", "")}.`,
    },
  );
}

/** A function of one date in TypeScript. */
function ofDays(name: string, type: DataType, compute: (days: number) => Value): FunctionDef {
  return define(
    name,
    [DAY],
    type,
    script(name, ([days]) => compute(days as number)),
    {
      summary: `${name.replaceAll("_", " ")} of a date.`,
    },
  );
}

export const DATES: readonly FunctionDef[] = [
  datePart("year", "year"),
  datePart("quarter", "quarter"),
  datePart("month", "month"),
  datePart("day", "day", ["dayofmonth"]),
  datePart("dayofweek", "dayofweek"),
  datePart("weekday", "weekday"),
  datePart("dayofyear", "doy"),
  datePart("weekofyear", "week"),
  timePart("hour"),
  timePart("minute"),
  timePart("second"),
  EXTRACT,
  shiftDays("date_add", "+", ["dateadd"]),
  shiftDays("date_sub", "-", []),
  define("datediff", [DAY, DAY], INT, (a) => `CAST(${a[0]} - ${a[1]} AS INTEGER)`, {
    aliases: ["date_diff"],
    showsAlias: true,
    summary: "Days from the second date to the first.",
  }),
  define(
    "add_months",
    [DAY, N],
    DATE,
    script("add_months", ([d, m]) => addMonths(d as number, m as number)),
    {
      summary: "A date some months later, its day cut to the month's length.",
    },
  ),
  ofDays("last_day", DATE, (days) => {
    const { year, month } = civilFromDays(days);
    return daysFromCivil(year, month, daysInMonth(year, month));
  }),
  NEXT_DAY,
  define(
    "trunc",
    [DAY, STR],
    DATE,
    script("trunc", ([d, unit]) => truncateDate(d as number, unit as string)),
    {
      nullable: true,
      summary: "The first day of the year, quarter, month or week of a date.",
    },
  ),
  MAKE_DATE,
  MONTHS_BETWEEN,
  named("monthname", (days) => MONTHS[civilFromDays(days).month - 1]!.slice(0, 3)),
  named("dayname", (days) => WEEKDAYS[weekdayIndex(days)]!.slice(0, 3)),
  define("unix_date", [exact(DAY)], INT, (a) => `CAST(${a[0]} - '1970-01-01'::DATE AS INTEGER)`, {
    summary: "Days since 1970-01-01.",
  }),
  define("date_from_unix_date", [N], DATE, (a) => `('1970-01-01'::DATE + ${a[0]})`, {
    summary: "The date some days after 1970-01-01.",
  }),
];
