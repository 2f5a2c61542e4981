/**
 * Operators of SQL text as calls: `bindOperator` finds the entry for `+`, `and`, `like`, `[]` …,
 * coerces the operands and builds the call. Entries stand in `arithmetic.ts`, `comparison.ts`,
 * `logic.ts`, `like.ts`, `datetime-arithmetic.ts` and `subscript.ts`.
 */
import type { Span } from "../ast.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";
import { implicitCast } from "../types/coercion.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { COMPARISON } from "./comparison.ts";
import type { FunctionDef, ResolveContext } from "./definition.ts";
import { LIKE } from "./like.ts";
import { LOGIC } from "./logic.ts";
import { CONCAT } from "./string-concat.ts";
import { SUBSCRIPT } from "./subscript.ts";

const OPERATORS = new Map<string, FunctionDef>();
for (const def of [...ARITHMETIC, ...COMPARISON, ...LOGIC, ...LIKE, ...SUBSCRIPT]) {
  for (const name of [def.name, ...(def.aliases ?? [])]) OPERATORS.set(name, def);
}
OPERATORS.set("||", CONCAT);

/** Names of the unary forms of `-` and `+`. */
const UNARY: Record<string, string> = { "-": "negative", "+": "positive" };

/**
 * Binds an operator. Names: those of `BinaryOperator`; unary `-`, `+`, `~`, `not`; `is null`,
 * `is not null`, `is true`, `is not true`, `is false`, `is not false`, `is unknown`,
 * `is not unknown`, `is distinct from`, `is not distinct from`; `like`, `ilike` (with an optional
 * third operand, the escape), `rlike`, `like any`, `like all`, `not like any`, `not like all` and
 * the same with `ilike`; `in` (operand, then values); `between`; `[]`.
 */
export function bindOperator(
  operator: string,
  args: readonly BoundExpression[],
  span?: Span,
): BoundExpression {
  const name = args.length === 1 ? (UNARY[operator] ?? operator) : operator;
  switch (name) {
    case "!=":
    case "<>":
      return bindOperator("not", [bindOperator("=", args, span)], span);
    case "==":
      return bindOperator("=", args, span);
    case "is distinct from":
      return bindOperator("not", [bindOperator("<=>", args, span)], span);
    case "is not distinct from":
      return bindOperator("<=>", args, span);
  }
  const def = OPERATORS.get(name);
  if (!def) throw new Error(`no operator \`${operator}\``);
  return createCall(def, args, { calledAs: name, ...(span ? { span } : {}) });
}

/** Resolves an entry's arguments and builds the call. */
export function createCall(
  def: FunctionDef,
  args: readonly BoundExpression[],
  options: {
    calledAs: string;
    span?: Span;
    isWindow?: boolean;
    bindLambda?: ResolveContext["bindLambda"];
  },
): CallExpression {
  const resolution = def.resolve(args, {
    calledAs: options.calledAs,
    span: options.span ?? args[0]?.span ?? { start: 0, end: 0 },
    isWindow: options.isWindow ?? false,
    cast: implicitCast,
    bindLambda: options.bindLambda ?? ((argument) => argument),
  });
  return {
    kind: "call",
    fn: def,
    args: resolution.args,
    calledAs: options.calledAs,
    type: resolution.type,
    nullable: resolution.nullable,
    ...(options.span ? { span: options.span } : {}),
    ...(resolution.data === undefined ? {} : { data: resolution.data }),
  };
}
