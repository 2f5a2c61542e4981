/**
 * Timestamps (Spark 4.2 `datetimeExpressions.scala`): conversion by patterns and epochs, zones,
 * truncation, differences in units. Session zone UTC; "now" is one instant per statement.
 */
import {
  DATE,
  type DataType,
  LONG,
  STRING,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { emitCast } from "../emit/cast.ts";
import { SqlError } from "../error.ts";
import type { CallExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { isIntegral, isNumeric } from "../types/type-rules.ts";
import { type Accept, as, exact, NUM, oneOf, STR, TIMESTAMPS } from "./accept.ts";
import {
  castArguments,
  define,
  entry,
  literalValue,
  runtimeError,
  script,
  wrongArity,
} from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { beyondEngine, floorDivide, isStorable, MICROS_PER_DAY, saturate } from "./js/civil.ts";
import { formatDatetime } from "./js/java-datetime.ts";
import { readByPattern } from "./js/java-datetime-read.ts";
import { toInstant, toLocal } from "./js/zone.ts";
import { addUnits, truncateTimestamp, unitsBetween, zoneOf } from "./time-unit.ts";

const TS = as(TIMESTAMP);
/** A whole number; only NULL converts. */
const WHOLE: Accept = {
  describe: "an INTEGRAL",
  takes: (t) => t.kind === "long",
  target: (t) => (isIntegral(t) || t.kind === "void" ? LONG : null),
};
const DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss";

/** What `to_date` and `to_timestamp` take. */
const TEXT_OR_TIME: Accept = oneOf(STR, as(DATE), TIMESTAMPS);

/** The same, where a number would not be read as seconds. */
const NO_NUMBER: Accept = {
  ...TEXT_OR_TIME,
  target: (type) => (isNumeric(type) ? null : TEXT_OR_TIME.target(type)),
};

function inRange(micros: bigint): bigint {
  if (isStorable(micros)) return micros;
  if (BigInt.asIntN(64, micros) === micros) throw beyondEngine();
  throw runtimeError("DATETIME_OVERFLOW", "22008", "a timestamp is out of range");
}

function cannotParse(text: string): Error {
  return runtimeError(
    "CANNOT_PARSE_TIMESTAMP",
    "22007",
    `'${text}' does not match the pattern; use \`try_to_timestamp\` to tolerate it`,
  );
}

/** Reads text by a pattern; `tolerant` gives NULL for text that does not match. */
function readTimestamp(text: string, pattern: string, tolerant: boolean): bigint | null {
  const micros = readByPattern(text, pattern);
  if (micros === null && !tolerant) throw cannotParse(text);
  return micros;
}

/** `to_date`, `to_timestamp` and their `try_` forms. */
function parsing(name: string, type: DataType): FunctionDef {
  const tolerant = name.startsWith("try_");
  const byPattern = script(name, ([text, pattern]) => {
    const micros = readTimestamp(text as string, pattern as string, tolerant);
    if (micros === null) return null;
    return type.kind === "date" ? Number(floorDivide(micros, MICROS_PER_DAY)[0]) : micros;
  });
  const parameters = (count: number): Accept[] => {
    if (count > 1) return [type.kind === "timestamp" ? NO_NUMBER : TEXT_OR_TIME, STR];
    return [type.kind === "timestamp" ? oneOf(TEXT_OR_TIME, NUM) : TEXT_OR_TIME];
  };
  return entry(
    name,
    { arity: [1, 2], summary: `A text as ${type.kind}, by a pattern if given.` },
    (args, call, context) => {
      const source = call.args[0]!;
      if (args.length === 2 && source.type.kind === "string") return byPattern(args, call, context);
      const mode = tolerant ? "try" : "ansi";
      return emitCast({ sql: args[0]!, expression: source }, type, mode, context);
    },
    (args, context) => {
      const cast = castArguments(args, parameters(args.length), undefined, context);
      return { type, nullable: true, args: cast };
    },
  );
}

/** Seconds since 1970 of a date, timestamp or text. */
function unixSeconds(name: string): FunctionDef {
  const seconds = (micros: bigint): bigint => floorDivide(micros, 1_000_000n)[0];
  return define(
    name,
    [exact(TEXT_OR_TIME), exact(STR)],
    LONG,
    script(name, ([value, pattern], call) => {
      const { kind } = call.args[0]!.type;
      if (kind === "date") return BigInt(value as number) * 86_400n;
      if (kind !== "string") return seconds(value as bigint);
      return seconds(readTimestamp(value as string, pattern as string, false)!);
    }),
    {
      optional: 1,
      defaults: (args) => (args.length === 1 ? [typedLiteral(DEFAULT_PATTERN, STRING)] : []),
      nullable: true,
      summary: "Seconds since 1970-01-01 UTC.",
    },
  );
}

const UNIX_TIMESTAMP: FunctionDef = (() => {
  const base = unixSeconds("unix_timestamp");
  return {
    ...base,
    resolve: (args, context) =>
      args.length > 0 ? base.resolve(args, context) : { type: LONG, nullable: false, args: [] },
    pretty: (a) =>
      a.length > 0
        ? `unix_timestamp(${a.join(", ")})`
        : `unix_timestamp(current_timestamp(), ${DEFAULT_PATTERN})`,
    emit: (args, call, context) =>
      args.length > 0 ? base.emit(args, call, context) : "CAST(floor(epoch(now())) AS BIGINT)",
  };
})();

/** The parser gives the unit as a string; Spark has no routine of these names otherwise. */
function withUnit(def: FunctionDef): FunctionDef {
  return {
    ...def,
    resolve(args, context) {
      if (args.length !== 3 || typeof literalValue(args[0]!) === "string") {
        return def.resolve(args, context);
      }
      throw new SqlError(`\`${def.name}\` needs a unit as its first argument`, {
        errorClass: "UNRESOLVED_ROUTINE",
        sqlState: "42883",
        span: context.span,
        hint: `write for example ${def.name}(HOUR, …)`,
      });
    },
  };
}

/** `timestampadd(UNIT, n, ts)`, also `dateadd`; the parser gives the unit as a string. */
const TIMESTAMPADD = define(
  "timestampadd",
  [STR, as(LONG), TIMESTAMPS],
  (args) => args[2]!.type,
  script("timestampadd", ([unit, amount, ts]) =>
    inRange(addUnits((unit as string).toUpperCase(), amount as bigint, ts as bigint)),
  ),
  { summary: "A timestamp some units later." },
);

const TIMESTAMPDIFF = define(
  "timestampdiff",
  [STR, TS, TS],
  LONG,
  script("timestampdiff", ([unit, start, end]) =>
    unitsBetween((unit as string).toUpperCase(), start as bigint, end as bigint),
  ),
  { summary: "Whole units between two timestamps." },
);

// ---------------------------------------------------------------- zones, epochs

function epoch(name: string, perSecond: bigint): FunctionDef {
  return define(
    name,
    [WHOLE],
    TIMESTAMP,
    script(name, ([n]) => inRange((n as bigint) * (1_000_000n / perSecond))),
    { summary: "A timestamp from an epoch number." },
  );
}

const TIMESTAMP_SECONDS = define(
  "timestamp_seconds",
  [exact(NUM)],
  TIMESTAMP,
  script("timestamp_seconds", ([value], call) => {
    if (typeof value === "number" && !Number.isFinite(value)) return null;
    return inRange(secondsToMicros(value!, call));
  }),
  { nullable: true, summary: "A timestamp from seconds since 1970." },
);

function secondsToMicros(value: Value, call: CallExpression): bigint {
  const { type } = call.args[0]!;
  if (type.kind === "decimal") {
    if (type.scale <= 6) return (value as bigint) * 10n ** BigInt(6 - type.scale);
    const unit = 10n ** BigInt(type.scale - 6);
    if ((value as bigint) % unit !== 0n) {
      throw runtimeError("ROUNDING_NECESSARY", "22003", "a fraction of a microsecond");
    }
    return (value as bigint) / unit;
  }
  if (typeof value === "bigint") return value * 1_000_000n;
  return saturate(BigInt(Math.trunc((value as number) * 1_000_000)));
}

function sinceEpoch(name: string, perSecond: bigint): FunctionDef {
  return define(
    name,
    [exact(TS)],
    LONG,
    script(name, ([ts]) => floorDivide(ts as bigint, 1_000_000n / perSecond)[0]),
    {
      summary: `Whole ${name.replace("unix_", "")} since 1970.`,
    },
  );
}

function current(name: string, type: DataType, sql: string, aliases: string[] = []): FunctionDef {
  return entry(
    name,
    {
      aliases,
      showsAlias: true,
      summary: `${name.replaceAll("_", " ")}, the same in a whole statement.`,
    },
    () => sql,
    (args, context) => {
      if (args.length > 0) throw wrongArity(context.calledAs, "0", args.length, context.span);
      return { type, nullable: false, args };
    },
  );
}

const CONVERT_TIMEZONE = define(
  "convert_timezone",
  [STR, STR, as(TIMESTAMP_NTZ)],
  TIMESTAMP_NTZ,
  script("convert_timezone", ([from, to, ts]) =>
    toLocal(zoneOf(to as string), toInstant(zoneOf(from as string), ts as bigint)),
  ),
  { summary: "Local time of one zone as local time of another." },
);

export const TIMESTAMPS_TABLE: readonly FunctionDef[] = [
  parsing("to_date", DATE),
  parsing("try_to_date", DATE),
  parsing("to_timestamp", TIMESTAMP),
  parsing("try_to_timestamp", TIMESTAMP),
  parsing("to_timestamp_ltz", TIMESTAMP),
  parsing("to_timestamp_ntz", TIMESTAMP_NTZ),
  unixSeconds("to_unix_timestamp"),
  UNIX_TIMESTAMP,
  define(
    "from_unixtime",
    [as(LONG), STR],
    STRING,
    script("from_unixtime", ([n, pattern]) =>
      formatDatetime(BigInt.asIntN(64, (n as bigint) * 1_000_000n), pattern as string),
    ),
    {
      optional: 1,
      defaults: (args) => (args.length === 1 ? [typedLiteral(DEFAULT_PATTERN, STRING)] : []),
      nullable: true,
      summary: "Seconds since 1970 as text by a pattern.",
    },
  ),
  define(
    "date_format",
    [TS, STR],
    STRING,
    script("date_format", ([ts, pattern]) => formatDatetime(ts as bigint, pattern as string)),
    {
      summary: "A timestamp as text by a Java pattern.",
      example: "date_format(date'2026-01-05', 'yyyy/MM')",
    },
  ),
  define(
    "date_trunc",
    [STR, TS],
    TIMESTAMP,
    script("date_trunc", ([unit, ts]) => truncateTimestamp(ts as bigint, unit as string)),
    {
      nullable: true,
      summary: "A timestamp cut to a unit.",
    },
  ),
  withUnit(TIMESTAMPADD),
  withUnit(TIMESTAMPDIFF),
  define(
    "from_utc_timestamp",
    [TS, STR],
    TIMESTAMP,
    script("from_utc_timestamp", ([ts, id]) => toLocal(zoneOf(id as string), ts as bigint)),
    {
      summary: "The wall clock of a zone at a UTC time.",
    },
  ),
  define(
    "to_utc_timestamp",
    [TS, STR],
    TIMESTAMP,
    script("to_utc_timestamp", ([ts, id]) => toInstant(zoneOf(id as string), ts as bigint)),
    {
      summary: "The UTC time of a zone's wall clock.",
    },
  ),
  CONVERT_TIMEZONE,
  TIMESTAMP_SECONDS,
  epoch("timestamp_millis", 1000n),
  epoch("timestamp_micros", 1_000_000n),
  sinceEpoch("unix_seconds", 1n),
  sinceEpoch("unix_millis", 1000n),
  sinceEpoch("unix_micros", 1_000_000n),
  current("current_date", DATE, "CAST(now() AS DATE)", ["curdate"]),
  current("current_timestamp", TIMESTAMP, "now()", ["now"]),
  current("localtimestamp", TIMESTAMP_NTZ, "CAST(now() AS TIMESTAMP)"),
  current("current_timezone", STRING, "'UTC'"),
];
