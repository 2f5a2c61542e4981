/** `conv` (Spark 4.2 `NumberConverter`): unsigned 64-bit, a negative target base gives a sign. */
import { runtimeError } from "../builder.ts";

const LIMIT = (1n << 64n) - 1n;

/** The digits of `text` in `fromBase`, printed in `toBase`; NULL for bases outside 2 to 36. */
export function convertBase(text: string, fromBase: number, toBase: number): string | null {
  const target = Math.abs(toBase);
  if (fromBase < 2 || fromBase > 36 || target < 2 || target > 36) return null;
  const trimmed = text.trim();
  if (trimmed === "") return null;
  const negative = trimmed.startsWith("-");
  let value = 0n;
  for (const ch of trimmed.slice(negative ? 1 : 0)) {
    const digit = /[0-9a-zA-Z]/.test(ch) ? Number.parseInt(ch, 36) : Number.NaN;
    if (Number.isNaN(digit) || digit >= fromBase) break;
    value = value * BigInt(fromBase) + BigInt(digit);
    if (value > LIMIT)
      throw runtimeError("ARITHMETIC_OVERFLOW", "22003", "overflow in function conv()");
  }
  if (negative && toBase > 0) value = value < 1n << 63n ? BigInt.asUintN(64, -value) : LIMIT;
  let sign = "";
  if (toBase < 0) {
    const signed = BigInt.asIntN(64, negative ? -value : value);
    if (signed < 0n) sign = "-";
    value = signed < 0n ? -signed : signed;
  }
  return sign + value.toString(target).toUpperCase();
}
