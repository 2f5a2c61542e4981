/**
 * Time zones by name, as `java.time.ZoneId.of(id, SHORT_IDS)` reads them: offsets, UTC/GMT/UT with
 * an offset, and regions of the tz database (through Intl). Local times in a gap move forward by
 * its length, in an overlap the earlier offset holds, as in Java.
 */
import { floorDivide, MICROS_PER_SECOND, microsFromCivil } from "./civil.ts";

/** Offset of local time from UTC in seconds at an instant in microseconds. */
export type Zone = (micros: bigint) => number;

const SHORT_IDS: Record<string, string> = {
  ACT: "Australia/Darwin",
  AET: "Australia/Sydney",
  AGT: "America/Argentina/Buenos_Aires",
  ART: "Africa/Cairo",
  AST: "America/Anchorage",
  BET: "America/Sao_Paulo",
  BST: "Asia/Dhaka",
  CAT: "Africa/Harare",
  CNT: "America/St_Johns",
  CST: "America/Chicago",
  CTT: "Asia/Shanghai",
  EAT: "Africa/Addis_Ababa",
  ECT: "Europe/Paris",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
  EST: "-05:00",
  MST: "-07:00",
  HST: "-10:00",
};

const cache = new Map<string, Zone | null>();

/** The zone of that name, or null when Java knows none. */
export function findZone(id: string): Zone | null {
  const known = cache.get(id);
  if (known !== undefined) return known;
  const zone = createZone(id);
  if (cache.size < 1000) cache.set(id, zone);
  return zone;
}

function createZone(id: string): Zone | null {
  const mapped = SHORT_IDS[id] ?? id;
  if (mapped === "Z") return () => 0;
  const prefix = /^(?:UTC|GMT|UT)/.exec(mapped)?.[0] ?? "";
  const rest = mapped.slice(prefix.length);
  if (prefix && rest === "") return () => 0;
  const offset = parseOffset(rest);
  if (offset !== null) return () => offset;
  return prefix && /^[+-]/.test(rest) ? null : createRegion(mapped);
}

/** Spark first pads `+h:mm` and `+hh:m`, then `ZoneOffset.of` reads it; at most 18 hours. */
function parseOffset(text: string): number | null {
  const match =
    /^([+-])(\d{1,2})(?::(\d{1,2})(?::(\d\d))?)?$/.exec(text) ??
    /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(text);
  if (!match) return null;
  const [hours, minutes, seconds] = [match[2], match[3] ?? "0", match[4] ?? "0"].map(Number);
  if (minutes! > 59 || seconds! > 59) return null;
  const total = hours! * 3600 + minutes! * 60 + seconds!;
  if (total > 18 * 3600) return null;
  return match[1] === "-" ? -total : total;
}

function createRegion(id: string): Zone | null {
  if (!/^[A-Za-z][A-Za-z0-9~/._+-]+$/.test(id)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: id,
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
  } catch {
    return null;
  }
  // Intl ignores case, Java does not.
  const canonical = format.resolvedOptions().timeZone;
  if (canonical.toLowerCase() === id.toLowerCase() && canonical !== id && canonical !== "UTC") {
    return null;
  }
  return (micros) => {
    const [seconds] = floorDivide(micros, MICROS_PER_SECOND);
    return offsetAt(format, Number(seconds));
  };
}

function offsetAt(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(epochSeconds * 1000)) part[type] = value;
  const year = part.era === "BC" ? 1 - Number(part.year) : Number(part.year);
  const local = microsFromCivil({
    year,
    month: Number(part.month),
    day: Number(part.day),
    hour: Number(part.hour),
    minute: Number(part.minute),
    second: Number(part.second),
    micros: 0,
  });
  return Number(local / MICROS_PER_SECOND) - epochSeconds;
}

/** Local wall-clock microseconds of an instant. */
export function toLocal(zone: Zone, instant: bigint): bigint {
  return instant + BigInt(zone(instant)) * MICROS_PER_SECOND;
}

/** The instant of local wall-clock microseconds. */
export function toInstant(zone: Zone, local: bigint): bigint {
  const day = 86_400n * MICROS_PER_SECOND;
  const before = BigInt(zone(local - day)) * MICROS_PER_SECOND;
  const after = BigInt(zone(local + day)) * MICROS_PER_SECOND;
  if (before === after) return local - BigInt(zone(local - before)) * MICROS_PER_SECOND;
  const early = local - before;
  if (toLocal(zone, early) === local) return early;
  const late = local - after;
  if (toLocal(zone, late) === local) return late;
  // In a gap Java adds its length, which is reading the time with the earlier offset.
  return early;
}
