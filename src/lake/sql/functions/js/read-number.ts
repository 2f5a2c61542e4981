/**
 * Text to numbers and booleans as ANSI CAST reads it (Spark 4.2 `UTF8String.toLong`,
 * `Cast.processFloatingPointSpecialLiterals`, `StringUtils`). Text that is not one gives null.
 */

/** Cuts white space and control characters off both ends, as Spark does in front of a cast. */
export function trimControl(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isControl(text.charCodeAt(start))) start++;
  while (end > start && isControl(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isControl(code: number): boolean {
  return code <= 0x20 || code === 0x7f;
}

const INTEGER = /^[+-]?\d+$/;

/** A whole number within `bits`, or null. */
export function readInteger(text: string, bits: 8 | 16 | 32 | 64): bigint | null {
  const trimmed = trimControl(text);
  if (!INTEGER.test(trimmed)) return null;
  const value = BigInt(trimmed.startsWith("+") ? trimmed.slice(1) : trimmed);
  return BigInt.asIntN(bits, value) === value ? value : null;
}

const FLOATING = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/;
const SPECIAL: Record<string, number> = {
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** A double, or null. */
export function readDouble(text: string): number | null {
  const trimmed = trimControl(text);
  if (FLOATING.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ""));
  const special = SPECIAL[trimmed.toLowerCase()];
  return special ?? null;
}

/** An unscaled decimal and its scale (may be negative), or null. */
export function readBigDecimal(text: string): { unscaled: bigint; scale: number } | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(trimControl(text));
  if (!match) return null;
  const digits = match[2]! + (match[3] ?? "");
  if (digits === "" || digits.length > 2000) return null;
  const unscaled = BigInt(digits);
  return {
    unscaled: match[1] === "-" ? -unscaled : unscaled,
    scale: (match[3] ?? "").length - Number(match[4] ?? 0),
  };
}

/** Unscaled value at another scale, rounded half away from zero. */
export function rescale(unscaled: bigint, fromScale: number, toScale: number): bigint {
  if (toScale >= fromScale) return unscaled * 10n ** BigInt(toScale - fromScale);
  return divideHalfUp(unscaled, 10n ** BigInt(fromScale - toScale));
}

/** Quotient rounded half away from zero. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  const size = divisor < 0n ? -divisor : divisor;
  if (twice < size) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

/** Whether an unscaled value has at most `precision` digits. */
export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  const limit = 10n ** BigInt(precision);
  return unscaled < limit && unscaled > -limit;
}

const TRUE = new Set(["t", "true", "y", "yes", "1"]);
const FALSE = new Set(["f", "false", "n", "no", "0"]);

/** A boolean, or null. */
export function readBoolean(text: string): boolean | null {
  const word = trimControl(text).toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : null;
}
