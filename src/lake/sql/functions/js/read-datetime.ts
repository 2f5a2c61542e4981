/**
 * Text to date and timestamp as CAST reads it (Spark 4.2 `SparkDateTimeUtils.stringToDate`,
 * `parseTimestampString`), session zone UTC. Text that is not one gives null.
 */
import { microsFromCivil, validDays } from "./civil.ts";
import { trimControl } from "./read-number.ts";
import { findZone, toInstant } from "./zone.ts";

const DATE = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$/s;

/** Days since 1970-01-01, or null. */
export function readDate(text: string): number | null {
  const match = DATE.exec(trimControl(text));
  if (!match) return null;
  const year = Number(match[2]) * (match[1] === "-" ? -1 : 1);
  return validDays(year, Number(match[3] ?? 1), Number(match[4] ?? 1));
}

const TIMESTAMP =
  /^([+-]?)(\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T](?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?(\D.*)?)?)?)?)?)?)?$/s;
const TIME_ONLY = /^T?\d{1,2}(?::\d{1,2}){1,2}/;

export type TimestampText =
  | { readonly kind: "invalid" }
  /** A time of day alone: Spark puts today's date in front. */
  | { readonly kind: "time_only" }
  | { readonly kind: "value"; readonly local: bigint; readonly zone: string | null };

/** Takes a timestamp's text apart. */
export function readTimestampText(input: string): TimestampText {
  const text = trimControl(input);
  const match = TIMESTAMP.exec(text);
  if (!match) return { kind: TIME_ONLY.test(text) ? "time_only" : "invalid" };
  const year = Number(match[2]) * (match[1] === "-" ? -1 : 1);
  const [month, day] = [Number(match[3] ?? 1), Number(match[4] ?? 1)];
  const [hour, minute, second] = [match[5], match[6], match[7]].map((part) => Number(part ?? 0));
  // "2020-01-01 " with nothing after the separator keeps an empty hour, which is not valid; the
  // trimmed text cannot end in a blank, so only a trailing T is left to refuse.
  if (/T$/.test(text) || validDays(year, month, day) === null) return { kind: "invalid" };
  if (hour! > 23 || minute! > 59 || second! > 59) return { kind: "invalid" };
  const local = microsFromCivil({
    year,
    month,
    day,
    hour: hour!,
    minute: minute!,
    second: second!,
    micros: Number((match[8] ?? "").slice(0, 6).padEnd(6, "0")),
  });
  return { kind: "value", local, zone: match[9] === undefined ? null : match[9].trim() };
}

/** Microseconds since the epoch (UTC), or null. A time without a date is `time_only`. */
export function readTimestamp(text: string): bigint | null | "time_only" {
  const parts = readTimestampText(text);
  if (parts.kind === "invalid") return null;
  if (parts.kind === "time_only") return "time_only";
  if (parts.zone === null) return inLong(parts.local);
  const zone = findZone(parts.zone);
  return zone && inLong(toInstant(zone, parts.local));
}

/** Local microseconds; text with a zone keeps the wall clock, as a cast to TIMESTAMP_NTZ does. */
export function readTimestampNtz(text: string): bigint | null {
  const parts = readTimestampText(text);
  if (parts.kind !== "value") return null;
  if (parts.zone !== null && !findZone(parts.zone)) return null;
  return inLong(parts.local);
}

function inLong(micros: bigint): bigint | null {
  return BigInt.asIntN(64, micros) === micros ? micros : null;
}
