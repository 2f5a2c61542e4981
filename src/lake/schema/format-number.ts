/** Numbers as Java prints them: `Double.toString`, `Float.toString`, `BigDecimal.toPlainString`. */

/** `Double.toString`: `1.0`, `1.0E10`, `1.0E-4`, `NaN`, `-Infinity`. */
export function formatDouble(value: number): string {
  return formatShortest(value, String(value));
}

/** `Float.toString`: the shortest digits that give back the same float. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatShortest(value, String(value));
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return formatShortest(value, text);
  }
  return formatShortest(value, value.toPrecision(9));
}

function formatShortest(value: number, shortest: string): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "Infinity";
  if (value === Number.NEGATIVE_INFINITY) return "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  // Java prints the smallest doubles with two digits.
  if (Math.abs(value) === 5e-324) return value < 0 ? "-4.9E-324" : "4.9E-324";
  const sign = value < 0 ? "-" : "";
  const { digits, exponent } = digitsOf(shortest);
  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
    const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
    return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
  }
  return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
}

/** Significant digits without leading or trailing zeros, and the exponent of the first. */
function digitsOf(text: string): { digits: string; exponent: number } {
  const [mantissa, power = "0"] = text.replace(/^-/, "").split("e");
  const [whole, fraction = ""] = mantissa!.split(".");
  const all = whole! + fraction;
  const leading = all.length - all.replace(/^0+/, "").length;
  const exponent = whole!.length - 1 - leading + Number(power);
  return { digits: all.slice(leading).replace(/0+$/, "") || "0", exponent };
}

/** `toPlainString` of an unscaled value: `-0.05`, `100.00`. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  if (scale <= 0) return sign + digits + "0".repeat(-scale);
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
