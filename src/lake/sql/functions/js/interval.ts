/**
 * Interval texts and values (Spark 4.2 `IntervalUtils`): ANSI strings such as `1-2` and
 * `1 02:03:04.5`, and lists of amount and unit. Year-month intervals are months, day-time ones
 * microseconds. Invalid text gives null.
 */
import type { DayTimeUnit, YearMonthUnit } from "../../../schema/data-type.ts";
import { trimControl } from "./read-number.ts";

export const UNIT_MICROS: Readonly<Record<string, bigint>> = {
  week: 604_800_000_000n,
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
};

export const DAY_TIME_UNITS: readonly DayTimeUnit[] = ["day", "hour", "minute", "second"];

/** Microseconds of `amount` units, the amount a decimal text; null when it is not one. */
export function microsOfUnit(amount: string, unit: string): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(trimControl(amount));
  if (!match || (match[2] === "" && !match[3])) return null;
  if (match[3] !== undefined && unit !== "second") return null;
  if ((match[3] ?? "").length > 9) return null;
  const whole = BigInt(match[2] || "0") * UNIT_MICROS[unit]!;
  const fraction = BigInt((match[3] ?? "").slice(0, 6).padEnd(6, "0"));
  const value = whole + (unit === "second" ? fraction : 0n);
  return match[1] === "-" ? -value : value;
}

/** Months of an ANSI year-month string. */
export function readYearMonth(
  input: string,
  from: YearMonthUnit,
  to: YearMonthUnit,
): number | null {
  const text = trimControl(input);
  if (from === to) {
    const single = /^([+-]?)(\d{1,10})$/.exec(text);
    if (!single) return null;
    const value = Number(single[2]) * (from === "year" ? 12 : 1);
    return single[1] === "-" ? -value : value;
  }
  const match = /^([+-]?)(\d{1,9})-(\d{1,2})$/.exec(text);
  if (!match || Number(match[3]) > 11) return null;
  const value = Number(match[2]) * 12 + Number(match[3]);
  return match[1] === "-" ? -value : value;
}

const LIMITS: Record<DayTimeUnit, number> = { day: Infinity, hour: 23, minute: 59, second: 59 };

/** Microseconds of an ANSI day-time string with the fields `from` to `to`. */
export function readDayTime(input: string, from: DayTimeUnit, to: DayTimeUnit): bigint | null {
  const match = /^([+-]?)(.*)$/s.exec(trimControl(input))!;
  const units = DAY_TIME_UNITS.slice(DAY_TIME_UNITS.indexOf(from), DAY_TIME_UNITS.indexOf(to) + 1);
  const pattern = units
    .map((unit, i) => {
      const digits = unit === "second" ? "(\\d{1,9}(?:\\.\\d{1,9})?)" : "(\\d{1,9})";
      if (i === 0) return digits;
      return (units[i - 1] === "day" ? " " : ":") + digits;
    })
    .join("");
  const fields = new RegExp(`^${pattern}$`).exec(match[2]!);
  if (!fields) return null;
  let total = 0n;
  for (const [i, unit] of units.entries()) {
    const text = fields[i + 1]!;
    if (i > 0 && Math.floor(Number(text)) > LIMITS[unit]) return null;
    total += microsOfUnit(text, unit)!;
  }
  return match[1] === "-" ? -total : total;
}

/** `1 day 2 hours` and the like, without the word INTERVAL: amounts with their units. */
export function readUnitList(input: string): { amount: string; unit: string }[] | null {
  const words = trimControl(input).split(/\s+/).filter(Boolean);
  if (words[0]?.toLowerCase() === "interval") words.shift();
  if (words.length === 0) return null;
  const parts: { amount: string; unit: string }[] = [];
  while (words.length > 0) {
    let amount = words.shift()!;
    if (amount === "-" || amount === "+") amount += words.shift() ?? "";
    const unit = words.shift()?.toLowerCase().replace(/s$/, "");
    if (!unit || !(unit in UNIT_MICROS || unit === "year" || unit === "month")) return null;
    parts.push({ amount, unit });
  }
  return parts;
}

const DT_RANK: Record<string, DayTimeUnit> = {
  week: "day",
  millisecond: "second",
  microsecond: "second",
};

/** The field of an interval type that a unit word belongs to. */
export function fieldOfUnit(unit: string): DayTimeUnit {
  return DT_RANK[unit] ?? (unit as DayTimeUnit);
}
