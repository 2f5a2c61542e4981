/**
 * Precision and scale of decimal results (Spark 4.2 `DecimalType` and `BinaryArithmetic`, with
 * `spark.sql.decimalOperations.allowPrecisionLoss=true`, the default).
 */
import { type DataType, type DecimalType, decimalType } from "../../schema/data-type.ts";

export const MAX_PRECISION = 38;
const MINIMUM_ADJUSTED_SCALE = 6;

/** Cuts scale, not integral digits, when a result needs over 38 digits; keeps 6 digits of it. */
export function adjustPrecisionScale(precision: number, scale: number): DecimalType {
  if (precision <= MAX_PRECISION) return decimalType(precision, scale);
  const integralDigits = precision - scale;
  const minimumScale = Math.min(scale, MINIMUM_ADJUSTED_SCALE);
  return decimalType(MAX_PRECISION, Math.max(MAX_PRECISION - integralDigits, minimumScale));
}

/** Clips both to 38. */
export function boundedDecimal(precision: number, scale: number): DecimalType {
  return decimalType(Math.min(precision, MAX_PRECISION), Math.min(scale, MAX_PRECISION));
}

/** Smallest decimal that holds both; above 38 digits the scale gives way. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const range = Math.max(a.precision - a.scale, b.precision - b.scale);
  const precision = range + scale;
  if (precision <= MAX_PRECISION) return decimalType(precision, scale);
  return decimalType(MAX_PRECISION, Math.max(0, scale - (precision - MAX_PRECISION)));
}

/** Result type of an arithmetic operator over decimals. */
export function decimalResultType(
  operator: "+" | "-" | "*" | "/" | "%" | "pmod",
  a: DecimalType,
  b: DecimalType,
): DecimalType {
  const integral = Math.max(a.precision - a.scale, b.precision - b.scale);
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case "+":
    case "-":
      return adjustPrecisionScale(integral + scale + 1, scale);
    case "*":
      return adjustPrecisionScale(a.precision + b.precision + 1, a.scale + b.scale);
    case "/": {
      const quotientScale = Math.max(MINIMUM_ADJUSTED_SCALE, a.scale + b.precision + 1);
      return adjustPrecisionScale(a.precision - a.scale + b.scale + quotientScale, quotientScale);
    }
    default:
      return adjustPrecisionScale(
        Math.min(a.precision - a.scale, b.precision - b.scale) + scale,
        scale,
      );
  }
}

/** `DecimalType.forType`: the decimal that holds every value of an integral type. */
export function decimalForType(type: DataType): DecimalType {
  switch (type.kind) {
    case "byte":
      return decimalType(3, 0);
    case "short":
      return decimalType(5, 0);
    case "int":
      return decimalType(10, 0);
    case "long":
      return decimalType(20, 0);
    case "float":
      return decimalType(14, 7);
    case "double":
      return decimalType(30, 15);
    case "decimal":
      return type;
    default:
      return decimalType(38, 18);
  }
}

/** The narrowest decimal of an unscaled literal value. */
export function decimalFromLiteral(unscaled: bigint, scale: number): DecimalType {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().length;
  return decimalType(Math.max(digits, scale), scale);
}
