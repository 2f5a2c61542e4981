/** Reading single table properties (`delta.*` keys of `metaData.configuration`). */
import type { Metadata } from "../types.ts";

/** Whether a boolean property is `true`; letter case does not count, as in Spark. */
export function isPropertyOn(metadata: Metadata, key: string): boolean {
  return metadata.configuration[key]?.toLowerCase() === "true";
}

/** A positive whole number property, or the default when it is absent or not one. */
export function integerProperty(metadata: Metadata, key: string, defaultValue: number): number {
  const value = Number(metadata.configuration[key] ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : defaultValue;
}

const INTERVAL = /^\s*(?:interval\s+)?(.*)$/i;
const PART = /(\d+)\s+(week|day|hour|minute|second|millisecond)s?/gi;
const UNIT_MS: Readonly<Record<string, number>> = {
  week: 7 * 86_400_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
};

/** Milliseconds of `interval 7 days`, `2 weeks`, `interval 1 day 12 hours`; null when not one. */
export function parseInterval(text: string): number | null {
  const body = INTERVAL.exec(text)![1]!;
  if (body.replaceAll(PART, "").trim() !== "" || body.trim() === "") return null;
  let totalMs = 0;
  for (const [, count, unit] of body.matchAll(PART)) {
    totalMs += Number(count) * UNIT_MS[unit!.toLowerCase()]!;
  }
  return Number.isSafeInteger(totalMs) ? totalMs : null;
}

/** An interval property in milliseconds, or the default when it is absent or not one. */
export function intervalProperty(metadata: Metadata, key: string, defaultMs: number): number {
  const text = metadata.configuration[key];
  return (text === undefined ? null : parseInterval(text)) ?? defaultMs;
}

/** `delta.targetFileSize` in bytes, where the table sets it; `128mb`, `1g` and plain numbers. */
export function targetFileBytes(
  configuration: Readonly<Record<string, string>>,
): number | undefined {
  const match = configuration["delta.targetFileSize"]?.match(/^(\d+)\s*([kmgt]?)b?$/i);
  if (!match) return undefined;
  const exponent = " kmgt".indexOf(match[2]!.toLowerCase() || " ");
  return Math.max(1, Number(match[1]) * 1024 ** exponent);
}
