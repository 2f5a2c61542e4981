/** `google.protobuf.Timestamp` and `Duration` in JSON, from milliseconds. */
import type { Int64 } from "./fields.ts";

/** `2023-11-14T22:13:20.123Z`; a whole second has no fraction. */
export function printTimestamp(ms: Int64): string {
  // Beyond the year 9999 protobuf has no text; the nearest it has is better than no answer.
  const atMs = Math.min(Math.max(Number(ms), -62_135_596_800_000), 253_402_300_799_999);
  return new Date(atMs).toISOString().replace(".000Z", "Z");
}

/** `1.500s`, `2s`, `-0.250s`. */
export function printDuration(ms: Int64): string {
  const exact = BigInt(ms);
  const size = exact < 0n ? -exact : exact;
  const rest = size % 1000n;
  const fraction = rest === 0n ? "" : `.${String(rest).padStart(3, "0")}`;
  return `${exact < 0n ? "-" : ""}${size / 1000n}${fraction}s`;
}
