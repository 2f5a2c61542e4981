/**
 * Comparisons (Spark 4.2 `predicates.scala`): both sides at their common type. The engine agrees
 * on NaN, -0.0 and strings (binary order); nested values that may hold NULLs compare in
 * TypeScript, because Spark orders NULL first inside them and the engine last.
 */
import { BOOLEAN, type DataType, formatTypeSql, LONG } from "../../schema/data-type.ts";
import { notImplemented } from "../error.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { mismatch } from "../types/mismatch.ts";
import { commonType, isIntegral, isOrderable, operandType } from "../types/type-rules.ts";
import { callScript, entry, letIn } from "./builder.ts";
import type { EmitContext, FunctionDef, Resolution, ResolveContext } from "./definition.ts";
import { compareValues } from "./js/compare.ts";

function resolveComparison(
  operator: string,
  args: readonly BoundExpression[],
  context: ResolveContext,
): Resolution {
  const [left, right] = wholeBound(operator, args, context);
  const common = operandType(left.type, right.type);
  if (!common) {
    throw mismatch(
      "BINARY_OP_DIFF_TYPES",
      `the two sides of \`${operator}\` have the types ${formatTypeSql(left.type)} and ` +
        formatTypeSql(right.type),
      context.span,
    );
  }
  checkOrderable(common, operator, context);
  return {
    type: BOOLEAN,
    nullable: operator !== "<=>" && (left.nullable || right.nullable),
    args: [context.cast(left, common), context.cast(right, common)],
  };
}

/**
 * A whole number ordered against a decimal constant compares with a bigint: `a < 1.5` is `a < 2`
 * (`integralAndDecimalLiteral`), which the column's name shows.
 */
function wholeBound(
  operator: string,
  args: readonly BoundExpression[],
  context: ResolveContext,
): [BoundExpression, BoundExpression] {
  const [left, right] = args as [BoundExpression, BoundExpression];
  const bound = (whole: BoundExpression, literal: BoundExpression, up: boolean) => {
    if (literal.kind !== "literal" || literal.type.kind !== "decimal") return null;
    if (!isIntegral(whole.type) || typeof literal.value !== "bigint") return null;
    const unit = 10n ** BigInt(literal.type.scale);
    const rest = ((literal.value % unit) + unit) % unit;
    const value = (literal.value - rest) / unit + (up && rest !== 0n ? 1n : 0n);
    // Spark answers with a constant here, even for NULL.
    if (BigInt.asIntN(64, literal.value / unit) !== literal.value / unit) {
      throw notImplemented("a whole number beside a decimal beyond bigint", context.span);
    }
    return { ...literal, type: LONG, value };
  };
  if (!TESTS[operator]) return [left, right];
  const upward = operator === "<" || operator === ">=";
  const onRight = bound(left, right, upward);
  if (onRight) return [left, onRight];
  const onLeft = bound(right, left, !upward);
  return onLeft ? [onLeft, right] : [left, right];
}

/** INVALID_ORDERING_TYPE for maps and what holds them. */
export function checkOrderable(type: DataType, name: string, context: ResolveContext): void {
  if (isOrderable(type)) return;
  throw mismatch(
    "INVALID_ORDERING_TYPE",
    `\`${name}\` does not support values of the type ${formatTypeSql(type)}, which has no order`,
    context.span,
  );
}

/** Whether values may hold NULLs inside. */
export function mayHoldNulls(type: DataType): boolean {
  switch (type.kind) {
    case "array":
      return type.containsNull || mayHoldNulls(type.element);
    case "struct":
      return type.fields.some((f) => f.nullable || mayHoldNulls(f.type));
    case "map":
      return true;
    default:
      return false;
  }
}

const TESTS: Record<string, (order: number) => boolean> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function comparison(operator: string, engine = operator): FunctionDef {
  return entry(
    operator,
    {
      kind: "operator",
      arity: [2, 2],
      pretty: (a) => `(${a[0]} ${operator} ${a[1]})`,
      ...(operator === "<=>" ? {} : { evaluatesFirst: "left" as const }),
    },
    (args, call, context) => emitComparison(operator, engine, args, call, context),
    (args, context) => resolveComparison(operator, args, context),
  );
}

function emitComparison(
  ...[operator, engine, args, call, context]: [
    string,
    string,
    readonly string[],
    CallExpression,
    EmitContext,
  ]
): string {
  const { type } = call.args[0]!;
  const test = TESTS[operator];
  if (test && mayHoldNulls(type)) {
    return callScript(context, args, {
      name: `compare ${operator}`,
      parameters: [type, type],
      returnType: BOOLEAN,
      call: ([a, b]) => test(compareValues(a!, b!, type)),
    });
  }
  return `(${args[0]} ${engine} ${args[1]})`;
}

const IN = entry(
  "in",
  { kind: "operator", pretty: (a) => `(${a[0]} IN (${a.slice(1).join(", ")}))` },
  (args) => `(${args[0]} IN (${args.slice(1).join(", ")}))`,
  (args, context) => {
    const common = commonType(args.map((a) => a.type));
    if (!common) {
      throw mismatch(
        "DATA_DIFF_TYPES",
        `the values of IN have no common type: ${args.map((a) => formatTypeSql(a.type)).join(", ")}`,
        context.span,
      );
    }
    checkOrderable(common, "in", context);
    return {
      type: BOOLEAN,
      nullable: args.some((a) => a.nullable),
      args: args.map((a) => context.cast(a, common)),
    };
  },
);

const BETWEEN = entry(
  "between",
  { kind: "operator", pretty: (a) => `between(${a.join(", ")})` },
  (args, call, context) => {
    const [value, low, high] = call.args as [BoundExpression, BoundExpression, BoundExpression];
    return letIn(context, { sql: args[0]!, expression: value }, (x) => {
      const lower = emitComparison(
        ">=",
        ">=",
        [x, args[1]!],
        { ...call, args: [value, low] },
        context,
      );
      const upper = emitComparison(
        "<=",
        "<=",
        [x, args[2]!],
        { ...call, args: [value, high] },
        context,
      );
      return `(${lower} AND ${upper})`;
    });
  },
  (args, context) => {
    const common = commonType(args.map((a) => a.type));
    if (!common) throw mismatch("BINARY_OP_DIFF_TYPES", "BETWEEN has no common type", context.span);
    checkOrderable(common, "between", context);
    return {
      type: BOOLEAN,
      nullable: args.some((a) => a.nullable),
      args: args.map((a) => context.cast(a, common)),
    };
  },
);

export const COMPARISON: readonly FunctionDef[] = [
  comparison("="),
  comparison("<=>", "IS NOT DISTINCT FROM"),
  comparison("<"),
  comparison("<="),
  comparison(">"),
  comparison(">="),
  IN,
  BETWEEN,
];

/** `equal_null(a, b)`. */
export const EQUAL_NULL: FunctionDef = {
  ...comparison("<=>", "IS NOT DISTINCT FROM"),
  name: "equal_null",
  kind: "scalar",
  summary: "Equality that counts NULL as equal to NULL.",
  pretty: (a) => `equal_null(${a.join(", ")})`,
};
