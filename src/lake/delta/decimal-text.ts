/** Decimal numbers as text to exact unscaled integers, and comparison across scales. */

export interface ExactDecimal {
  unscaled: bigint;
  scale: number;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** decimal(38) with any scale fits; a hostile exponent does not. */
const MAX_EXPONENT = 400;

/** `-1.50` to { -150, 2 }; null when it is not a number or its exponent is out of all bounds. */
export function parseDecimalText(text: string): ExactDecimal | null {
  const match = NUMBER.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") return null;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_EXPONENT || whole.length + fraction.length > 1000) return null;
  const digits = BigInt(whole + fraction);
  const unscaled = sign === "-" ? -digits : digits;
  const scale = fraction.length - exponent;
  return scale >= 0
    ? { unscaled, scale }
    : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 };
}

/** The value with `scale` digits after the point; null when digits would be lost. */
export function rescaleDecimal(value: ExactDecimal, scale: number): bigint | null {
  if (value.scale <= scale) return value.unscaled * 10n ** BigInt(scale - value.scale);
  const divisor = 10n ** BigInt(value.scale - scale);
  return value.unscaled % divisor === 0n ? value.unscaled / divisor : null;
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareDecimals(a: ExactDecimal, b: ExactDecimal): number {
  const scale = Math.max(a.scale, b.scale);
  const left = a.unscaled * 10n ** BigInt(scale - a.scale);
  const right = b.unscaled * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Nearest double. */
export function decimalToNumber(value: ExactDecimal): number {
  return Number(`${value.unscaled}e-${value.scale}`);
}
