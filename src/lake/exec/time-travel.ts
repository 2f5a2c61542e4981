/** Instants in time travel: `2026-01-05`, `2026-01-05 13:00:00.5`, with or without a zone (UTC). */

import type { FixedTimeTravel } from "../sql/bind/context.ts";
import { SqlError } from "../sql/error.ts";

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const TIME = /(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?/;
const ZONE = /\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const INSTANT = new RegExp(DATE.source + TIME.source + ZONE.source, "i");
/** `@yyyyMMddHHmmssSSS` */
const COMPACT = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{3})$/;

/** Milliseconds since 1970 of a `TIMESTAMP AS OF` text. */
export function timestampMillis(travel: Extract<FixedTimeTravel, { kind: "timestamp" }>): number {
  const millis = parseInstant(travel.text.trim());
  if (millis !== null) return millis;
  throw new SqlError(`\`${travel.text}\` is not a timestamp`, {
    errorClass: "INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT",
    sqlState: "42K0E",
    span: travel.span,
    hint: "write it as `2026-01-31 12:00:00`; the zone is UTC",
  });
}

/** Milliseconds since 1970 of a date or time text, UTC unless it says otherwise; null for none. */
export function parseInstant(text: string): number | null {
  const match = COMPACT.exec(text) ?? INSTANT.exec(text);
  if (!match) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = ""] = match;
  const millis = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const parts = [Number(year), Number(month) - 1, Number(day)] as const;
  const instant = Date.UTC(...parts, Number(hour), Number(minute), Number(second), millis);
  if (new Date(Date.UTC(...parts)).getUTCDate() !== Number(day)) return null;
  const zone = match[8];
  if (!zone || /^(z|utc)$/i.test(zone)) return instant;
  const sign = zone.startsWith("-") ? -1 : 1;
  const offset = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return instant - sign * offset * 60_000;
}
