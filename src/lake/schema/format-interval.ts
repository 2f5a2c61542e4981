/**
 * Intervals as `CAST(x AS STRING)` prints them (Spark 4.2 `IntervalUtils.toYearMonthIntervalString`
 * and `toDayTimeIntervalString`, ANSI style): `INTERVAL '1-2' YEAR TO MONTH`.
 */
import type { DataType } from "./data-type.ts";

const UNITS = ["day", "hour", "minute", "second"] as const;
const MICROS = { day: 86_400_000_000n, hour: 3_600_000_000n, minute: 60_000_000n, second: 1n };

/** ANSI text of months (year-month) or microseconds (day-time). */
export function formatInterval(value: number | bigint, type: DataType): string {
  if (type.kind !== "interval_ym" && type.kind !== "interval_dt") return String(value);
  const body =
    type.kind === "interval_ym"
      ? yearMonthBody(Number(value), type.from, type.to)
      : dayTimeBody(BigInt(value), type.from, type.to);
  const fields =
    type.from === type.to
      ? type.from.toUpperCase()
      : `${type.from.toUpperCase()} TO ${type.to.toUpperCase()}`;
  return `INTERVAL '${body}' ${fields}`;
}

function yearMonthBody(months: number, from: string, to: string): string {
  const sign = months < 0 ? "-" : "";
  const size = Math.abs(months);
  if (from === to) return sign + (from === "year" ? Math.floor(size / 12) : size);
  return `${sign}${Math.floor(size / 12)}-${size % 12}`;
}

function dayTimeBody(
  micros: bigint,
  from: (typeof UNITS)[number],
  to: (typeof UNITS)[number],
): string {
  let rest = micros < 0n ? -micros : micros;
  let text = micros < 0n ? "-" : "";
  const units = UNITS.slice(UNITS.indexOf(from), UNITS.indexOf(to) + 1);
  for (const [i, unit] of units.entries()) {
    if (i > 0) text += units[i - 1] === "day" ? " " : ":";
    const width = unit === "day" ? 1 : 2;
    if (unit === "second") {
      text += secondsText(rest, width);
    } else {
      text += (rest / MICROS[unit]).toString().padStart(width, "0");
      rest %= MICROS[unit];
    }
  }
  return text;
}

function secondsText(micros: bigint, width: number): string {
  const whole = (micros / 1_000_000n).toString().padStart(width, "0");
  const fraction = (micros % 1_000_000n).toString().padStart(6, "0").replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}
