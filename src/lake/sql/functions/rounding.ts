/**
 * Rounding (Spark 4.2 `RoundBase`, `RoundCeil`, `RoundFloor`): exact on the decimal digits, doubles
 * through their shortest text as `BigDecimal.valueOf` reads them.
 */
import { type DataType, DOUBLE, decimalType, INT, LONG } from "../../schema/data-type.ts";
import { formatDouble } from "../../schema/format-number.ts";
import type { Value } from "../../schema/value.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { typedLiteral } from "../types/literal.ts";
import { as, DEC, NUM, oneOf } from "./accept.ts";
import { castArguments, define, entry, literalValue, runtimeError, script } from "./builder.ts";
import type { FunctionDef } from "./definition.ts";
import { divideHalfUp, fitsPrecision, readBigDecimal, rescale } from "./js/read-number.ts";

const DBL = as(DOUBLE);
/** Java's BigDecimal overflows somewhere beyond; where depends on the value. */
const MOST_DIGITS = 2 ** 30;

type Mode = "half_up" | "half_even" | "ceiling" | "floor";

function roundTo(unscaled: bigint, scale: number, target: number, mode: Mode): bigint {
  if (target >= scale) return rescale(unscaled, scale, target);
  const divisor = 10n ** BigInt(scale - target);
  if (mode === "half_up") return divideHalfUp(unscaled, divisor);
  const quotient = unscaled / divisor;
  const remainder = unscaled % divisor;
  if (remainder === 0n) return quotient;
  if (mode === "ceiling") return remainder > 0n ? quotient + 1n : quotient;
  if (mode === "floor") return remainder < 0n ? quotient - 1n : quotient;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < divisor || (twice === divisor && quotient % 2n === 0n)) return quotient;
  return unscaled < 0n ? quotient - 1n : quotient + 1n;
}

function roundedType(type: DataType, digits: number): DataType {
  if (type.kind !== "decimal") return type;
  const integral = type.precision - type.scale + 1;
  if (digits < 0) return decimalType(Math.min(Math.max(integral, -digits + 1), 38), 0);
  const scale = Math.min(type.scale, digits);
  return decimalType(Math.min(integral + scale, 38), scale);
}

function round(name: string, mode: Mode): FunctionDef {
  return define(
    name,
    [NUM, as(INT)],
    (args) => roundedType(args[0]!.type, digitsOf(args)),
    script(name, ([value], call) => roundValue(value!, digitsOf(call.args), call, mode)),
    {
      optional: 1,
      defaults: (args) => (args.length === 1 ? [typedLiteral(0, INT)] : []),
      summary: `Rounds to a number of decimal places (${mode.replace("_", " ")}).`,
      check: requireLiteralDigits,
    },
  );
}

function requireLiteralDigits(args: readonly BoundExpression[]): void {
  const digits = literalValue(args[1]!);
  if (typeof digits === "number") {
    if (Math.abs(digits) <= MOST_DIGITS) return;
    const { span } = args[1]!;
    throw notImplemented(`rounding to ${digits} decimal places`, span ?? { start: 0, end: 0 });
  }
  throw new SqlError("the number of decimal places must be a constant INT", {
    errorClass: "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
    sqlState: "42K09",
    span: args[1]?.span,
    hint: "write a literal",
  });
}

function digitsOf(args: readonly BoundExpression[]): number {
  const value = args[1] ? literalValue(args[1]) : 0;
  // Beyond these nothing changes any more, but powers of ten outgrow the memory.
  return typeof value === "number" ? Math.max(-400, Math.min(value, 400)) : 0;
}

/** Bits of a whole-number type. */
export const BITS: Partial<Record<DataType["kind"], number>> = {
  byte: 8,
  short: 16,
  int: 32,
  long: 64,
};

function roundValue(value: Value, digits: number, call: CallExpression, mode: Mode): Value {
  const { type } = call.args[0]!;
  if (type.kind === "double" || type.kind === "float") {
    if (!Number.isFinite(value)) return value;
    const text =
      type.kind === "float" ? String(Math.fround(value as number)) : formatDouble(value as number);
    const { unscaled, scale } = readBigDecimal(text)!;
    const rounded = roundTo(unscaled, scale, digits, mode);
    const result = Number(`${rounded}e${-digits}`);
    return type.kind === "float" ? Math.fround(result) : result;
  }
  if (type.kind === "decimal") {
    const target = call.type as { precision: number; scale: number };
    const rounded = roundTo(value as bigint, type.scale, digits, mode);
    return fitInto(rescale(rounded, digits, target.scale), target);
  }
  if (digits >= 0) return value;
  const rounded = roundTo(BigInt(value as number), 0, digits, mode) * 10n ** BigInt(-digits);
  const bits = BITS[type.kind]!;
  if (BigInt.asIntN(bits, rounded) !== rounded) {
    throw runtimeError("ARITHMETIC_OVERFLOW", "22003", `overflow in ${call.fn.name}`);
  }
  return type.kind === "long" ? rounded : Number(rounded);
}

function fitInto(value: bigint, type: { precision: number; scale: number }): bigint {
  if (fitsPrecision(value, type.precision)) return value;
  throw runtimeError(
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
    "22003",
    "a rounded decimal overflows",
  );
}

/** `ceil` and `floor`: bigint for one argument (decimal for decimals), decimal with a scale. */
function bound(name: "ceil" | "floor", aliases: string[]): FunctionDef {
  const mode = name === "ceil" ? "ceiling" : "floor";
  return entry(
    name,
    {
      arity: [1, 2],
      aliases,
      summary: `The nearest whole number ${name === "ceil" ? "above" : "below"}.`,
      pretty: (a, call) => {
        const called = call.calledAs.toLowerCase();
        return `${a.length === 1 && called === name ? name.toUpperCase() : called}(${a.join(", ")})`;
      },
    },
    script(name, ([value], call) => boundValue(value!, call, mode)),
    (args, context) => {
      const parameters = args.length > 1 ? [DEC, as(INT)] : [oneOf(DBL, NUM)];
      const cast = castArguments(args, parameters, undefined, context);
      if (cast.length > 1) requireLiteralDigits(cast);
      return { type: boundType(cast), nullable: cast[0]!.nullable, args: cast };
    },
  );
}

function boundType(args: readonly BoundExpression[]): DataType {
  const { type } = args[0]!;
  if (args.length > 1) return roundedType(type, digitsOf(args));
  if (type.kind !== "decimal") return LONG;
  return type.scale === 0 ? type : decimalType(Math.min(type.precision - type.scale + 1, 38), 0);
}

function boundValue(value: Value, call: CallExpression, mode: Mode): Value {
  const { type } = call.args[0]!;
  const digits = call.args.length > 1 ? digitsOf(call.args) : 0;
  if (call.type.kind === "decimal" && type.kind === "decimal") {
    const rounded = roundTo(value as bigint, type.scale, digits, mode);
    return fitInto(rescale(rounded, digits, call.type.scale), call.type);
  }
  if (typeof value === "bigint") return value;
  const whole = mode === "ceiling" ? Math.ceil(value as number) : Math.floor(value as number);
  if (Number.isNaN(whole)) return 0n;
  const limit = 2 ** 63;
  if (whole >= limit) return BigInt.asIntN(64, (1n << 63n) - 1n);
  return whole < -limit ? -(1n << 63n) : BigInt(whole);
}

export const ROUNDING: readonly FunctionDef[] = [
  round("round", "half_up"),
  round("bround", "half_even"),
  bound("ceil", ["ceiling"]),
  bound("floor", []),
];
