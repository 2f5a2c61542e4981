/**
 * Decimal arithmetic (Spark 4.2 `Decimal`, results rounded half away from zero, overflow raises).
 * Sums, differences and products that fit 38 digits compute in the engine; quotients, remainders
 * and wider results are exact big integers in TypeScript.
 */
import { engineType } from "../../engine/engine-type.ts";
import { type DecimalType, formatType } from "../../schema/data-type.ts";
import { formatDecimal } from "../../schema/format-number.ts";
import type { Value } from "../../schema/value.ts";
import type { CallExpression } from "../plan/expression.ts";
import { callScript, runtimeError } from "./builder.ts";
import type { EmitContext } from "./definition.ts";
import { divideHalfUp, fitsPrecision, rescale } from "./js/read-number.ts";

type Operator = "+" | "-" | "*" | "/" | "%" | "div" | "pmod";

/** Engine SQL of an operator over two decimals; `call.type` is the result type. */
export function emitDecimal(
  operator: Operator,
  args: readonly string[],
  call: CallExpression,
  context: EmitContext,
): string {
  const [a, b] = call.args.map((arg) => arg.type) as [DecimalType, DecimalType];
  if (call.type.kind === "decimal" && !call.fn.name.startsWith("try_")) {
    const native = emitNative(operator, args, a, b, call.type);
    if (native) return native;
  }
  return decimalScript(operator, args, { left: a, right: b, result: call.type }, context);
}

function emitNative(
  operator: Operator,
  args: readonly string[],
  a: DecimalType,
  b: DecimalType,
  result: DecimalType,
): string | null {
  const type = engineType(result);
  if (operator === "+" || operator === "-") {
    const scale = Math.max(a.scale, b.scale);
    const exact = Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1 <= 38;
    if (!exact) return null;
    return `CAST(CAST(${args[0]} AS ${type}) ${operator} CAST(${args[1]} AS ${type}) AS ${type})`;
  }
  if (operator === "*" && a.precision + b.precision + 1 <= 38) {
    // Two operands of at most 18 digits multiply as 64-bit integers and overflow; one wider
    // operand makes the engine use 128 bits.
    const narrow = a.precision <= 18 && b.precision <= 18 && a.precision + b.precision > 18;
    const left = narrow ? `CAST(${args[0]} AS DECIMAL(19,${a.scale}))` : args[0];
    return `CAST(${left} * ${args[1]} AS ${type})`;
  }
  return null;
}

interface DecimalTypes {
  readonly left: DecimalType;
  readonly right: DecimalType;
  readonly result: CallExpression["type"];
}

/** Engine SQL of exact decimal arithmetic in TypeScript; `tolerant` gives NULL for errors. */
export function decimalScript(
  operator: Operator,
  args: readonly string[],
  types: DecimalTypes,
  context: EmitContext,
  tolerant = false,
): string {
  return callScript(context, args, {
    name: `${tolerant ? "try " : ""}decimal ${operator}`,
    parameters: [types.left, types.right],
    returnType: types.result,
    call: ([x, y]) => {
      try {
        return computeDecimal(operator, x as bigint, y as bigint, types);
      } catch (error) {
        if (tolerant) return null;
        throw error;
      }
    },
  });
}

/** The exact result, rounded to the result type; raises on overflow and division by zero. */
export function computeDecimal(
  operator: Operator,
  x: bigint,
  y: bigint,
  types: DecimalTypes,
): Value {
  const { left, right, result } = types;
  if (y === 0n && operator !== "+" && operator !== "-" && operator !== "*") {
    const remainder = operator === "%" || operator === "pmod";
    throw remainder
      ? runtimeError("REMAINDER_BY_ZERO", "22012", "remainder by zero")
      : runtimeError(
          "DIVIDE_BY_ZERO",
          "22012",
          "division by zero; use `try_divide` to tolerate it",
        );
  }
  const scale = Math.max(left.scale, right.scale);
  const a = rescale(x, left.scale, scale);
  const b = rescale(y, right.scale, scale);
  switch (operator) {
    case "+":
      return fitInto(a + b, scale, result);
    case "-":
      return fitInto(a - b, scale, result);
    case "*":
      return fitInto(x * y, left.scale + right.scale, result);
    case "/": {
      // Spark divides to 38 digits first only in rounding; the half-up result is the same.
      const target = result as DecimalType;
      return fitInto(divideHalfUp(a * 10n ** BigInt(target.scale), b), target.scale, result);
    }
    case "div": {
      const quotient = a / b;
      if (BigInt.asIntN(64, quotient) !== quotient) {
        throw runtimeError("ARITHMETIC_OVERFLOW", "22003", "overflow in integral divide");
      }
      return quotient;
    }
    case "%":
      return fitInto(a % b, scale, result);
    default: {
      const remainder = a % b;
      return fitInto(remainder < 0n ? (remainder + b) % b : remainder, scale, result);
    }
  }
}

function fitInto(unscaled: bigint, scale: number, type: CallExpression["type"]): bigint {
  if (type.kind !== "decimal") return unscaled;
  const value = rescale(unscaled, scale, type.scale);
  if (fitsPrecision(value, type.precision)) return value;
  throw runtimeError(
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
    "22003",
    `${formatDecimal(unscaled, scale)} cannot be represented as ${formatType(type)}`,
  );
}
