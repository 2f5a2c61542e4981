/** `make_timestamp` and its kin (Spark 4.2 `MakeTimestamp`): timestamps from their fields. */
import {
  type DataType,
  decimalType,
  INT,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import { as, STR } from "./accept.ts";
import { define, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { daysInMonth, microsFromCivil } from "./js/civil.ts";
import { toInstant } from "./js/zone.ts";
import { zoneOf } from "./time-unit.ts";

const MAKE_TIMESTAMP_PARAMETERS = [
  as(INT),
  as(INT),
  as(INT),
  as(INT),
  as(INT),
  as(decimalType(16, 6)),
  STR,
];

function makeTimestamp(name: string, type: DataType): FunctionDef {
  const tolerant = name.startsWith("try_");
  return define(
    name,
    MAKE_TIMESTAMP_PARAMETERS,
    type,
    script(name, (args) => {
      const micros = buildTimestamp(args);
      if (micros !== null || tolerant) return micros;
      throw runtimeError(
        "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
        "22023",
        "a field of the timestamp is out of range; use `try_make_timestamp`",
      );
    }),
    { optional: 1, nullable: true, summary: "A timestamp from its fields." },
  );
}

function buildTimestamp(args: readonly Value[]): bigint | null {
  const [year, month, day, hour, minute] = args.slice(0, 5) as number[];
  const total = args[5] as bigint;
  const second = Number(total / 1_000_000n);
  const micros = Number(total % 1_000_000n);
  // 60 seconds without a fraction roll over into the next minute, as in PostgreSQL.
  const rollover = second === 60 && micros === 0;
  const fits = (x: number, top: number) => x >= 0 && x <= top;
  if (!fits(month! - 1, 11) || day! < 1 || day! > daysInMonth(year!, month!)) return null;
  if (!fits(hour!, 23) || !fits(minute!, 59) || total < 0n || (second > 59 && !rollover))
    return null;
  const base = microsFromCivil({
    year: year!,
    month: month!,
    day: day!,
    hour: hour!,
    minute: minute!,
    second: rollover ? 0 : second,
    micros,
  });
  const local = rollover ? base + 60_000_000n : base;
  return args.length > 6 ? toInstant(zoneOf(args[6] as string), local) : local;
}

export const MAKE_TIMESTAMPS: readonly FunctionDef[] = [
  makeTimestamp("make_timestamp", TIMESTAMP),
  makeTimestamp("try_make_timestamp", TIMESTAMP),
  makeTimestamp("make_timestamp_ltz", TIMESTAMP),
  makeTimestamp("make_timestamp_ntz", TIMESTAMP_NTZ),
];
