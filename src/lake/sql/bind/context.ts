/**
 * What binding needs from outside. The binder is synchronous: every relation a statement may name
 * is looked up first (`preload.ts`), so the one asynchronous port is `RelationSource`, which the
 * executor implements over temporary views, the catalog and Delta snapshots.
 *
 * Read `query.ts` next.
 */
import type { DataType } from "../../schema/data-type.ts";
import type { Expression, Query, Span } from "../ast.ts";
import type { BoundExpression, LiteralExpression } from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";

/** The catalog and schema that unqualified names mean. */
export interface Namespace {
  readonly catalog: string;
  readonly schema: string;
}

/** A time-travel clause whose value is a constant. */
export type FixedTimeTravel =
  | { readonly kind: "version"; readonly version: number; readonly span: Span }
  /** Text of the instant as written; the executor parses it (UTC). */
  | { readonly kind: "timestamp"; readonly text: string; readonly span: Span };

export interface RelationRequest {
  /** One to three parts as written, or ``delta.`path` ``; never empty. */
  readonly nameParts: readonly string[];
  /** Namespace for missing leading parts: the session's, or a view's own. */
  readonly namespace: Namespace;
  readonly timeTravel?: FixedTimeTravel;
  /** False inside a permanent view: temporary views must not be seen. */
  readonly temporaryViews: boolean;
  readonly span: Span;
}

/** A table: each mention is planned anew, so that attribute ids stay unique. */
export interface TableDefinition {
  readonly kind: "table";
  /** Qualifier of its columns: `[catalog, schema, table]`. */
  readonly qualifier: readonly string[];
  /** Builds the scan; every attribute gets an id from `allocate` and `qualifier`. */
  plan(allocate: () => number): Plan;
}

export interface ViewDefinition {
  readonly kind: "view";
  /** `[name]` for a temporary view, else `[catalog, schema, name]`. */
  readonly qualifier: readonly string[];
  readonly query: Query;
  readonly temporary: boolean;
  /** Namespace the view was created in. */
  readonly namespace: Namespace;
  /** Column names of `CREATE VIEW v (a, b)`, or null. */
  readonly columns: readonly string[] | null;
  /** A permanent view's columns as they were when it was made; absent: the query's as they are. */
  readonly recorded?: readonly RecordedColumn[];
}

/** A view's column: the query's column of that name, cast to the type it had. */
export interface RecordedColumn {
  readonly name: string;
  readonly queryName: string;
  readonly type: DataType;
}

export type RelationDefinition = TableDefinition | ViewDefinition;

/** Looks relations up; null when there is none of that name. */
export interface RelationSource {
  lookup(request: RelationRequest): Promise<RelationDefinition | null>;
}

/** Table functions the executor provides (`read_files`, `table_changes` …), already resolved. */
export interface TableFunctionRequest {
  readonly name: string;
  readonly args: readonly { readonly name: string | null; readonly value: BoundExpression }[];
  /** What unqualified names mean where the call stands. */
  readonly namespace: Namespace;
  readonly allocate: () => number;
  readonly span: Span;
}

/** State of binding one statement. */
export interface BindContext {
  readonly namespace: Namespace;
  /** By `relationKey`; what `preloadRelations` returned. */
  readonly relations: ReadonlyMap<string, RelationDefinition | null>;
  /** Values of `:name` markers, by name. */
  readonly parameters: ReadonlyMap<string, LiteralExpression>;
  /** Plans a table function the binder does not know; null when nobody does. */
  readonly tableFunction?: (request: TableFunctionRequest) => Plan | null;
  /** Values of expressions that had to be known before binding. */
  readonly constants?: ReadonlyMap<Expression, LiteralExpression>;
  /** The relation nearest to a name that is none, as one would write it. */
  readonly suggestRelation?: (parts: readonly string[]) => string | null;
  allocate(): number;
}

export interface BindContextOptions {
  namespace: Namespace;
  relations?: ReadonlyMap<string, RelationDefinition | null>;
  parameters?: ReadonlyMap<string, LiteralExpression>;
  tableFunction?: (request: TableFunctionRequest) => Plan | null;
  constants?: ReadonlyMap<Expression, LiteralExpression>;
  suggestRelation?: (parts: readonly string[]) => string | null;
  /** First attribute id to hand out; 1 unless several binds share one statement. */
  firstId?: number;
}

/** A fresh context; ids count from `firstId`. */
export function createBindContext(options: BindContextOptions): BindContext {
  let next = options.firstId ?? 1;
  return {
    namespace: options.namespace,
    relations: options.relations ?? new Map(),
    parameters: options.parameters ?? new Map(),
    ...(options.tableFunction ? { tableFunction: options.tableFunction } : {}),
    ...(options.constants ? { constants: options.constants } : {}),
    ...(options.suggestRelation ? { suggestRelation: options.suggestRelation } : {}),
    allocate: () => next++,
  };
}

/** Key of a relation mention: equal exactly when the look-ups mean the same. */
export function relationKey(request: Omit<RelationRequest, "span">): string {
  const travel = request.timeTravel;
  return JSON.stringify([
    request.nameParts.map((part) => part.toLowerCase()),
    request.nameParts.length === 2 ? request.nameParts[1] : null,
    request.namespace.catalog.toLowerCase(),
    request.namespace.schema.toLowerCase(),
    request.temporaryViews,
    travel ? (travel.kind === "version" ? travel.version : travel.text) : null,
  ]);
}
