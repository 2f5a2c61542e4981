/**
 * Days and microseconds since 1970-01-01 against the proleptic Gregorian calendar (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms"). No time zones; see `zone.ts`.
 */

import { runtimeError } from "../builder.ts";

export const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_DAY = 86_400_000_000n;

export interface CivilDate {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
}

export interface CivilTime extends CivilDate {
  hour: number;
  minute: number;
  second: number;
  /** 0 to 999,999. */
  micros: number;
}

/** Days since 1970-01-01 of a date that exists. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** The date `days` days after 1970-01-01. */
export function civilFromDays(days: number): CivilDate {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1]!;
}

/** Days since the epoch, or null when there is no such date. */
export function validDays(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return daysFromCivil(year, month, day);
}

/** Whether the engine holds a timestamp: its range ends a little before 64 bits do. */
export function isStorable(micros: bigint): boolean {
  return micros >= -9_223_372_022_400_000_000n && micros < (1n << 63n) - 1n;
}

/** The refusal of a timestamp that Spark has and the engine cannot hold. */
export function beyondEngine(): Error {
  return runtimeError("UNSUPPORTED_FEATURE", "0A000", "a timestamp at the ends of 64 bits");
}

/** The nearest number of 64 bits, as Java narrows a double. */
export function saturate(value: bigint): bigint {
  const top = (1n << 63n) - 1n;
  return value > top ? top : value < -top - 1n ? -top - 1n : value;
}

/** Floor division and remainder of bigints by a positive divisor. */
export function floorDivide(a: bigint, b: bigint): [bigint, bigint] {
  let quotient = a / b;
  let remainder = a % b;
  if (remainder < 0n) {
    quotient -= 1n;
    remainder += b;
  }
  return [quotient, remainder];
}

/** Date and time of day of microseconds since the epoch. */
export function civilFromMicros(micros: bigint): CivilTime {
  const [days, rest] = floorDivide(micros, MICROS_PER_DAY);
  const dayMicros = Number(rest);
  const seconds = Math.floor(dayMicros / 1_000_000);
  return {
    ...civilFromDays(Number(days)),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: dayMicros % 1_000_000,
  };
}

/** Microseconds since the epoch of a date and time of day that exist. */
export function microsFromCivil(time: CivilTime): bigint {
  const seconds = time.hour * 3600 + time.minute * 60 + time.second;
  return (
    BigInt(daysFromCivil(time.year, time.month, time.day)) * MICROS_PER_DAY +
    BigInt(seconds) * MICROS_PER_SECOND +
    BigInt(time.micros)
  );
}

/** The date `months` later, its day cut to the length of that month. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days);
  const total = year * 12 + (month - 1) + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** ISO week-based year and week number. */
export function isoWeek(days: number): { weekYear: number; week: number } {
  const thursday = days - ((((days + 3) % 7) + 7) % 7) + 3;
  const { year } = civilFromDays(thursday);
  return { weekYear: year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}
