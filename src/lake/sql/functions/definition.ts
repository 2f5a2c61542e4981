/**
 * What one entry of the function table says. The table is an allow-list: a function that is not in
 * it does not exist, and an entry promises Spark 4.2's answer (ANSI mode, UTC) or a refusal, never
 * another answer.
 */

import type { ScalarFunction } from "../../engine/types.ts";
import type { DataType } from "../../schema/data-type.ts";
import type { Span } from "../ast.ts";
import type { BoundExpression, CallExpression } from "../plan/expression.ts";

export type FunctionKind =
  | "scalar"
  | "aggregate"
  | "window"
  | "generator"
  /** Operators (`+`, `and`, `like` …): resolved by the binder, not by name in SQL text. */
  | "operator";

/** What a function decides once it sees its arguments. */
export interface Resolution {
  type: DataType;
  nullable: boolean;
  /** Arguments with implicit casts put in; lambdas bound. */
  args: readonly BoundExpression[];
  data?: unknown;
}

/** Facilities a function may use while it resolves. */
export interface ResolveContext {
  /** Name as called, for messages. */
  readonly calledAs: string;
  readonly span: Span;
  /** `DISTINCT`, FILTER, IGNORE NULLS and so on are checked by the binder against the entry. */
  readonly isWindow: boolean;
  /** Wraps an expression in an implicit cast (or returns it as it is). */
  cast(expression: BoundExpression, type: DataType): BoundExpression;
  /** Binds a lambda argument once its parameter types are known. */
  bindLambda(
    argument: BoundExpression,
    parameters: readonly { type: DataType; nullable: boolean }[],
  ): BoundExpression;
}

/** Facilities an entry may use while it prints engine SQL. */
export interface EmitContext {
  /** Prints another expression. */
  emit(expression: BoundExpression): string;
  /** Asks for a TypeScript function to be registered; returns its quoted name. */
  scalar(fn: ScalarFunction): string;
  /** A name no other expression of the statement uses (lambda parameters). */
  freshName(): string;
}

export interface FunctionDef {
  /** Canonical name, lower case (`character_length`). */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly kind: FunctionKind;
  /** One line for `help functions` and the reference page. */
  readonly summary: string;
  /** One runnable example of an expression. */
  readonly example?: string;
  /** Checks arguments, inserts coercions, gives the type. A mismatch throws `sqlError`. */
  resolve(args: readonly BoundExpression[], context: ResolveContext): Resolution;
  /** Engine SQL; `args` are printed arguments in the order of `call.args`. */
  emit(args: readonly string[], call: CallExpression, context: EmitContext): string;
  /**
   * Text of the call as Spark names an unnamed column (`toPrettySQL`), from the arguments' texts.
   * Default: `name(arg, arg)` with `prettyName` or the canonical name.
   */
  pretty?(args: readonly string[], call: CallExpression): string;
  /** Aggregates: whether DISTINCT, FILTER and a window frame make sense for it. */
  readonly allowsDistinct?: boolean;
  readonly allowsIgnoreNulls?: boolean;
  /** Window functions that need an ORDER BY (rank, lag …). */
  readonly requiresOrder?: boolean;
  /**
   * A null-intolerant operator of two operands: the one Spark evaluates first. NULL there hides an
   * error of the other; a constant NULL on either side hides both.
   */
  readonly evaluatesFirst?: "left" | "right";
  /** Not foldable and not to be duplicated by rules: rand(), uuid(), current_timestamp(). */
  readonly volatile?: boolean;
}
