/**
 * Bound expressions: every name resolved, every type known, every implicit cast explicit. The
 * binder makes them, rules rewrite them, `emit/expression.ts` prints engine SQL. They are
 * immutable; a rewrite builds new nodes.
 */
import type { DataType } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { Span } from "../ast.ts";
import type { FunctionDef } from "../functions/definition.ts";
import type { Plan } from "./plan.ts";

/** A column that an operator produces. Ids are unique in a statement; names need not be. */
export interface Attribute {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Name parts a query may put in front: alias, or schema.table, or catalog.schema.table. */
  readonly qualifier: readonly string[];
  /** Metadata of the table column it comes from, where it comes from one unchanged. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** `_metadata` and other columns `*` does not show. */
  readonly hidden?: boolean;
}

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
  readonly span?: Span;
}

/** `ansi` fails on a bad value, `try` gives NULL. */
export type CastMode = "ansi" | "try";

export interface SortKey {
  readonly expression: BoundExpression;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

export interface BoundFrameBound {
  readonly kind:
    | "unbounded_preceding"
    | "preceding"
    | "current_row"
    | "following"
    | "unbounded_following";
  readonly value?: BoundExpression;
}

export interface BoundWindow {
  readonly partitionBy: readonly BoundExpression[];
  readonly orderBy: readonly SortKey[];
  readonly frame?: {
    readonly unit: "rows" | "range";
    readonly start: BoundFrameBound;
    readonly end: BoundFrameBound;
  };
}

export interface LiteralExpression extends Typed {
  readonly kind: "literal";
  /** In the value form of `type` (`schema/value.ts`). */
  readonly value: Value;
}

export interface AttributeExpression extends Typed {
  readonly kind: "attribute";
  readonly attribute: Attribute;
  /** True when the attribute belongs to a query around this one (correlation). */
  readonly outer: boolean;
}

export interface CallExpression extends Typed {
  readonly kind: "call";
  readonly fn: FunctionDef;
  /** Arguments after coercion: exactly what `fn.emit` expects. */
  readonly args: readonly BoundExpression[];
  /** Name as the user wrote it, for `prettyName`. */
  readonly calledAs: string;
  /** Aggregates only. */
  readonly distinct?: boolean;
  readonly filter?: BoundExpression;
  readonly orderBy?: readonly SortKey[];
  readonly ignoreNulls?: boolean;
  /** Window calls only: aggregates or window functions over a window. */
  readonly window?: BoundWindow;
  /** Free for the function's own use between bind and emit (a parsed format, a JSON schema …). */
  readonly data?: unknown;
}

export interface CastExpression extends Typed {
  readonly kind: "cast";
  readonly operand: BoundExpression;
  readonly mode: CastMode;
  /** Inserted by coercion: not shown in column names. */
  readonly implicit: boolean;
}

export interface CaseExpression extends Typed {
  readonly kind: "case";
  readonly branches: readonly { readonly when: BoundExpression; readonly then: BoundExpression }[];
  readonly otherwise: BoundExpression | null;
}

export interface LambdaExpression extends Typed {
  readonly kind: "lambda";
  readonly parameters: readonly Attribute[];
  readonly body: BoundExpression;
}

export interface SubqueryExpression extends Typed {
  readonly kind: "subquery";
  readonly form: "scalar" | "exists" | "in";
  readonly plan: Plan;
  /** `in` only: left side, one item per output column of the plan, already coerced. */
  readonly operands: readonly BoundExpression[];
  /** `in` only: what NULL becomes. Spark's rewrite to a join knows true and false only. */
  readonly nullAs?: boolean;
}

/** Field `index` of a struct-typed operand. */
export interface FieldExpression extends Typed {
  readonly kind: "field";
  readonly operand: BoundExpression;
  readonly index: number;
}

export type BoundExpression =
  | LiteralExpression
  | AttributeExpression
  | CallExpression
  | CastExpression
  | CaseExpression
  | LambdaExpression
  | SubqueryExpression
  | FieldExpression;

/** An expression with the attribute it produces. */
export interface NamedExpression {
  readonly expression: BoundExpression;
  readonly output: Attribute;
}
