/** Timestamps in units: truncation, addition, differences (Spark 4.2 `DateTimeUtils`), zone UTC. */
import { TIMESTAMP } from "../../schema/data-type.ts";
import { runtimeError } from "./builder.ts";
import { truncateDate } from "./date.ts";
import { shiftMonths } from "./datetime-arithmetic.ts";
import { civilFromMicros, floorDivide, MICROS_PER_DAY } from "./js/civil.ts";
import { UNIT_MICROS } from "./js/interval.ts";
import { findZone, type Zone } from "./js/zone.ts";

const TRUNCATIONS: Readonly<Record<string, bigint>> = {
  DAY: MICROS_PER_DAY,
  DD: MICROS_PER_DAY,
  HOUR: UNIT_MICROS.hour!,
  MINUTE: UNIT_MICROS.minute!,
  SECOND: UNIT_MICROS.second!,
  MILLISECOND: UNIT_MICROS.millisecond!,
  MICROSECOND: 1n,
};

/** A timestamp cut to a unit; NULL for units Spark does not know. */
export function truncateTimestamp(micros: bigint, unit: string): bigint | null {
  const size = TRUNCATIONS[unit.toUpperCase()];
  if (size !== undefined) return micros - floorDivide(micros, size)[1];
  const days = truncateDate(Number(floorDivide(micros, MICROS_PER_DAY)[0]), unit);
  return days === null ? null : BigInt(days) * MICROS_PER_DAY;
}

const MONTH_UNITS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };
const MICRO_UNITS: Readonly<Record<string, bigint>> = {
  MICROSECOND: 1n,
  MILLISECOND: 1000n,
  SECOND: UNIT_MICROS.second!,
  MINUTE: UNIT_MICROS.minute!,
  HOUR: UNIT_MICROS.hour!,
  DAY: MICROS_PER_DAY,
  DAYOFYEAR: MICROS_PER_DAY,
  WEEK: MICROS_PER_DAY * 7n,
};

function badUnit(unit: string): Error {
  return runtimeError("INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023", `'${unit}' is not a unit`);
}

/** A timestamp some units later; raises for an unknown unit. */
export function addUnits(unit: string, amount: bigint, micros: bigint): bigint {
  const months = MONTH_UNITS[unit];
  if (months !== undefined)
    return shiftMonths(micros, Number(amount) * months, TIMESTAMP) as bigint;
  const size = MICRO_UNITS[unit];
  if (size === undefined) throw badUnit(unit);
  return micros + amount * size;
}

/** Whole units from `start` to `end`, cut toward zero, as `ChronoUnit.between`. */
export function unitsBetween(unit: string, start: bigint, end: bigint): bigint {
  const size = MICRO_UNITS[unit];
  if (size !== undefined) return (end - start) / size;
  const months = MONTH_UNITS[unit];
  if (months === undefined) throw badUnit(unit);
  const [a, b] = [civilFromMicros(start), civilFromMicros(end)];
  let total = b.year * 12 + b.month - (a.year * 12 + a.month);
  const within = (t: typeof a) => BigInt(t.day) * MICROS_PER_DAY + microsOfDay(t);
  if (total > 0 && within(b) < within(a)) total--;
  if (total < 0 && within(b) > within(a)) total++;
  return BigInt(Math.trunc(total / months));
}

function microsOfDay(t: { hour: number; minute: number; second: number; micros: number }): bigint {
  return BigInt(t.hour * 3600 + t.minute * 60 + t.second) * 1_000_000n + BigInt(t.micros);
}

/** The zone of that name, or INVALID_TIMEZONE. */
export function zoneOf(id: string): Zone {
  const zone = findZone(id);
  if (zone) return zone;
  throw runtimeError("INVALID_TIMEZONE", "22009", `the time zone '${id}' is not known`);
}
