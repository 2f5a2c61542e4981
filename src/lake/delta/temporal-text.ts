/**
 * Dates and timestamps as the log spells them, in partition values and statistics: `2024-01-31`,
 * `2024-01-31 10:00:00.123456`, `2024-01-31T10:00:00.123Z`, offsets like `+02:00`. Proleptic
 * Gregorian, as Spark 3 and later. Null for anything else.
 */

const DATE = /^([+-]?\d{4,6})-(\d{1,2})-(\d{1,2})$/;
const TIMESTAMP =
  /^([+-]?\d{4,6}-\d{1,2}-\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{1,2}(?::?\d{2})?)?$/;
const DAY_MS = 86_400_000;

/** Days since 1970-01-01. */
export function parseDateText(text: string): number | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const days = Math.round(date.getTime() / DAY_MS);
  // A day that does not exist rolls over into the next month.
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists && Number.isSafeInteger(days) ? days : null;
}

/**
 * Microseconds since 1970-01-01T00:00:00. Without a zone the text is taken as UTC; digits beyond
 * the microsecond are dropped. A date alone is its midnight.
 */
export function parseTimestampText(text: string): bigint | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const days = parseDateText(match[1]!);
  const [hour, minute, second] = [2, 3, 4].map((group) => Number(match[group] ?? 0));
  if (days === null || hour! > 23 || minute! > 59 || second! > 59) return null;
  const fraction = (match[5] ?? "").padEnd(6, "0").slice(0, 6);
  const seconds = days * 86_400 + hour! * 3600 + minute! * 60 + second!;
  return BigInt(seconds - zoneSeconds(match[6])) * 1_000_000n + BigInt(fraction);
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const sign = zone[0] === "-" ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  const hours = Number(digits.length > 2 ? digits.slice(0, -2) : digits);
  const minutes = digits.length > 2 ? Number(digits.slice(-2)) : 0;
  return sign * (hours * 3600 + minutes * 60);
}
