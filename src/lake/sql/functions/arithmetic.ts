/**
 * Arithmetic and bit operators (Spark 4.2 `arithmetic.scala`, ANSI): overflow and division by zero
 * raise. Integers and doubles compute in the engine; decimals are in `decimal.ts`, dates and
 * intervals in `datetime-arithmetic.ts`.
 */
import { engineType } from "../../engine/engine-type.ts";
import {
  type DataType,
  DOUBLE,
  formatTypeSql,
  INT,
  LONG,
  sameType,
} from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { decimalForType, decimalFromLiteral, decimalResultType } from "../types/decimal-rules.ts";
import { mismatch } from "../types/mismatch.ts";
import { isFractional, isIntegral, isNumeric, operandType } from "../types/type-rules.ts";
import { as, INTERVALS, NUM, oneOf } from "./accept.ts";
import { castArguments, define, entry, letIn, literalValue, raise, script } from "./builder.ts";
import { resolveDatetime } from "./datetime-arithmetic.ts";
import { emitDecimal } from "./decimal.ts";
import type { EmitContext, FunctionDef, Resolution, ResolveContext } from "./definition.ts";

type Operator = "+" | "-" | "*" | "/" | "%" | "div" | "pmod";

/** Operands of a numeric operator at their common type, and the result's. */
export function resolveNumeric(
  operator: Operator,
  args: readonly BoundExpression[],
  context: ResolveContext,
): Resolution {
  const [left, right] = promote(operator, args[0]!, args[1]!, context);
  const [a, b] = [left.type, right.type];
  if (!sameType(a, b) && !(a.kind === "decimal" && b.kind === "decimal")) {
    throw mismatch(
      "BINARY_OP_DIFF_TYPES",
      `the two sides of \`${operator}\` have the types ${formatTypeSql(a)} and ${formatTypeSql(b)}`,
      context.span,
    );
  }
  if (!isNumeric(a) || (operator === "div" && (a.kind === "double" || a.kind === "float"))) {
    throw mismatch(
      "BINARY_OP_WRONG_TYPE",
      `\`${operator}\` needs numbers or intervals, not ${formatTypeSql(a)}`,
      context.span,
    );
  }
  return {
    type: resultType(operator, a, b),
    nullable: left.nullable || right.nullable,
    args: [left, right],
  };
}

function resultType(operator: Operator, a: DataType, b: DataType): DataType {
  if (operator === "div") return LONG;
  if (a.kind === "decimal" && b.kind === "decimal") return decimalResultType(operator, a, b);
  return a;
}

function promote(
  operator: Operator,
  left: BoundExpression,
  right: BoundExpression,
  context: ResolveContext,
): [BoundExpression, BoundExpression] {
  const [a, b] = [left.type, right.type];
  if (a.kind === "void" && b.kind === "void") {
    return [context.cast(left, DOUBLE), context.cast(right, DOUBLE)];
  }
  const decimals = a.kind === "decimal" || b.kind === "decimal";
  const exact = (t: DataType): boolean => t.kind === "decimal" || isIntegral(t);
  if (decimals && exact(a) && exact(b))
    return [toDecimal(left, b, context), toDecimal(right, a, context)];
  if (operator === "/" && a.kind === "void" && decimals) {
    return [context.cast(left, DOUBLE), context.cast(right, DOUBLE)];
  }
  if (decimals && (a.kind === "void" || b.kind === "void")) {
    return [
      context.cast(left, a.kind === "void" ? b : a),
      context.cast(right, b.kind === "void" ? a : b),
    ];
  }
  let common = operandType(a, b);
  if (operator === "/" && common && isNumeric(common)) {
    // Text beside a whole number is read as a BIGINT first, so `1 / '1.5'` fails.
    const read = (e: BoundExpression) => (e.type.kind === "string" ? context.cast(e, common!) : e);
    return [context.cast(read(left), DOUBLE), context.cast(read(right), DOUBLE)];
  }
  if (operator === "div" && common && isIntegral(common)) common = LONG;
  // DIV takes no floating numbers, so sides of two such types are never made alike.
  const apart = operator === "div" && common && isFractional(common);
  if (!common || (apart && isNumeric(a) && isNumeric(b) && !decimals)) return [left, right];
  return [context.cast(left, common), context.cast(right, common)];
}

/** An integer beside a decimal becomes the decimal of its type, a literal one of its digits. */
function toDecimal(
  expression: BoundExpression,
  other: DataType,
  context: ResolveContext,
): BoundExpression {
  if (expression.type.kind === "decimal") return expression;
  // TINYINT literals keep the decimal of their type: Spark's `fromLiteral` leaves them out.
  const value = expression.type.kind === "byte" ? undefined : literalValue(expression);
  if (other.kind === "decimal" && (typeof value === "number" || typeof value === "bigint")) {
    return context.cast(expression, decimalFromLiteral(BigInt(value), 0));
  }
  return context.cast(expression, decimalForType(expression.type));
}

function emitNumeric(operator: Operator) {
  return (args: readonly string[], call: CallExpression, context: EmitContext): string => {
    const [a, b] = args as [string, string];
    if (call.args[0]!.type.kind === "decimal") return emitDecimal(operator, args, call, context);
    switch (operator) {
      case "div":
        return guardZero(a, b, call, context, (x, y) => `(${x} // ${y})`);
      case "/":
      case "%":
        return guardZero(a, b, call, context, (x, y) => `(${x} ${operator} ${y})`);
      case "pmod":
        return guardZero(a, b, call, context, (x, y) => positiveModulo(x, y, call.type));
      default:
        return `(${a} ${operator} ${b})`;
    }
  };
}

/** `((a % b) + b) % b` overflows near the limits, so small types go through a wider one. */
function positiveModulo(a: string, b: string, type: DataType): string {
  const remainder = `(${a} % ${b})`;
  if (type.kind === "double" || type.kind === "float") {
    return `CASE WHEN ${remainder} < 0 THEN (${remainder} + ${b}) % ${b} ELSE ${remainder} END`;
  }
  const wide = `((${remainder})::HUGEINT + ${b}) % ${b}`;
  return `CASE WHEN ${remainder} < 0 THEN CAST(${wide} AS ${engineType(type)}) ELSE ${remainder} END`;
}

/** Raises where the divisor is zero and the dividend is not NULL. */
export function guardZero(
  a: string,
  b: string,
  call: CallExpression,
  context: EmitContext,
  divide: (a: string, b: string) => string,
): string {
  const value = literalValue(call.args[1]!);
  if (value !== undefined && value !== null && Number(value) !== 0) return divide(a, b);
  const remainder = call.fn.name === "%" || call.fn.name === "pmod";
  const error = remainder
    ? raise("REMAINDER_BY_ZERO", "22012", "remainder by zero; use `try_mod` to tolerate it")
    : raise("DIVIDE_BY_ZERO", "22012", "division by zero; use `try_divide` to tolerate it");
  return letIn(context, { sql: a, expression: call.args[0]! }, (x) =>
    letIn(context, { sql: b, expression: call.args[1]! }, (y) => {
      const zero = call.args[0]!.nullable ? `${y} = 0 AND ${x} IS NOT NULL` : `${y} = 0`;
      const guarded = call.args[0]!.nullable ? `nullif(${y}, 0)` : y;
      return `CASE WHEN ${zero} THEN ${error} ELSE ${divide(x, guarded)} END`;
    }),
  );
}

function numericOperator(operator: Operator): FunctionDef {
  return entry(
    operator,
    {
      kind: "operator",
      arity: [2, 2],
      evaluatesFirst: ["/", "%", "div"].includes(operator) ? "right" : "left",
      pretty: (a, call) =>
        (call.data as DatetimePlan | undefined)?.pretty?.(a) ?? `(${a[0]} ${operator} ${a[1]})`,
    },
    emitNumericOrDatetime(operator),
    (args, context) =>
      resolveDatetime(operator, args, context) ?? resolveNumeric(operator, args, context),
  );
}

interface DatetimePlan {
  pretty?(args: readonly string[]): string;
  emit(args: readonly string[], call: CallExpression, context: EmitContext): string;
}

function emitNumericOrDatetime(operator: Operator) {
  const numeric = emitNumeric(operator);
  return (args: readonly string[], call: CallExpression, context: EmitContext): string => {
    const plan = call.data as DatetimePlan | undefined;
    return plan ? plan.emit(args, call, context) : numeric(args, call, context);
  };
}

/** `pmod`, shared with the function table. */
export const PMOD = entry(
  "pmod",
  {
    arity: [2, 2],
    evaluatesFirst: "right",
    summary: "Positive remainder of a division.",
    example: "pmod(-7, 3)",
  },
  emitNumeric("pmod"),
  (args, context) => resolveNumeric("pmod", args, context),
);

const NEGATIVE = define(
  "negative",
  [oneOf(NUM, INTERVALS)],
  (args) => args[0]!.type,
  (a) => `(-(${a[0]}))`,
  { kind: "operator", pretty: (a) => `(- ${a[0]})` },
);

const POSITIVE = define(
  "positive",
  [oneOf(NUM, INTERVALS)],
  (args) => args[0]!.type,
  (a) => a[0]!,
  { kind: "operator", pretty: (a) => `(+ ${a[0]})` },
);

function bitwise(operator: "&" | "|" | "^", engine: (a: string, b: string) => string): FunctionDef {
  return entry(
    operator,
    { kind: "operator", arity: [2, 2], pretty: (a) => `(${a[0]} ${operator} ${a[1]})` },
    (a) => engine(a[0]!, a[1]!),
    (args, context) => {
      const resolution = resolveNumeric("+", args, context);
      const type = resolution.args[0]!.type;
      if (isIntegral(type)) return { ...resolution, type };
      throw mismatch("BINARY_OP_WRONG_TYPE", `\`${operator}\` needs whole numbers`, context.span);
    },
  );
}

const SHIFTS: Record<string, { names: string[]; pretty: string }> = {
  "<<": { names: ["shiftleft"], pretty: "<<" },
  ">>": { names: ["shiftright"], pretty: ">>" },
  ">>>": { names: ["shiftrightunsigned"], pretty: ">>>" },
};

/** Java's shifts: the distance counts modulo 32 or 64. */
function shift(operator: string): FunctionDef {
  const { pretty } = SHIFTS[operator]!;
  return entry(
    operator,
    {
      kind: "operator",
      arity: [2, 2],
      pretty: (a, call) =>
        call.calledAs === operator
          ? `(${a[0]} ${pretty} ${a[1]})`
          : `${call.calledAs}(${a.join(", ")})`,
    },
    script(`shift ${operator}`, ([value, distance]) => shiftValue(operator, value!, distance!)),
    (args, context) => {
      const cast = castArguments(args, [oneOf(as(INT), as(LONG)), as(INT)], undefined, context);
      return { type: cast[0]!.type, nullable: cast.some((a) => a.nullable), args: cast };
    },
  );
}

function shiftValue(operator: string, value: Value, distance: Value): Value {
  const by = Number(distance);
  if (typeof value === "bigint") {
    const n = BigInt(by & 63);
    if (operator === "<<") return BigInt.asIntN(64, value << n);
    return operator === ">>" ? value >> n : BigInt.asIntN(64, BigInt.asUintN(64, value) >> n);
  }
  const whole = Number(value);
  if (operator === "<<") return whole << by;
  return operator === ">>" ? whole >> by : (whole >>> by) | 0;
}

const BIT_NOT = define(
  "~",
  [oneOf(NUM)],
  (args) => args[0]!.type,
  (a) => `(~(${a[0]}))`,
  {
    kind: "operator",
    pretty: (a) => `~${a[0]}`,
    check: (args, context) => {
      if (!isIntegral(args[0]!.type)) {
        throw mismatch("UNEXPECTED_INPUT_TYPE", "`~` needs a whole number", context.span);
      }
    },
  },
);

export const SHIFT_FUNCTIONS: readonly FunctionDef[] = Object.keys(SHIFTS).map((operator) => ({
  ...shift(operator),
  name: SHIFTS[operator]!.names[0]!,
  kind: "scalar" as const,
  summary: "Shifts the bits of a whole number.",
}));

export const ARITHMETIC: readonly FunctionDef[] = [
  numericOperator("+"),
  numericOperator("-"),
  numericOperator("*"),
  numericOperator("/"),
  numericOperator("%"),
  numericOperator("div"),
  NEGATIVE,
  POSITIVE,
  bitwise("&", (a, b) => `(${a} & ${b})`),
  bitwise("|", (a, b) => `(${a} | ${b})`),
  bitwise("^", (a, b) => `xor(${a}, ${b})`),
  shift("<<"),
  shift(">>"),
  shift(">>>"),
  BIT_NOT,
];
