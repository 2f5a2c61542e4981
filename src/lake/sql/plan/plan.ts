/**
 * The bound plan: a tree of typed relational operators. It is the hub of the SQL front end: SQL
 * text becomes it today, DataFrames and a Spark Connect server later; rules rewrite it; one emitter
 * prints engine SQL from it and another prints EXPLAIN. An operator's output is a list of
 * attributes; parents refer to children's attributes by id only.
 */
import type { PrunePredicate, ScanFile, Snapshot } from "../../delta/types.ts";
import type { StructType } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type {
  Attribute,
  BoundExpression,
  CallExpression,
  NamedExpression,
  SortKey,
} from "./expression.ts";

export type PlanJoinKind =
  | "inner"
  | "cross"
  | "left"
  | "right"
  | "full"
  | "left_semi"
  | "left_anti";

/** Scan of one version of a Delta table. */
export interface ScanPlan {
  readonly kind: "scan";
  readonly snapshot: Snapshot;
  /** Name shown in EXPLAIN and errors. */
  readonly tableName: string;
  /** Wanted columns: table columns by name, and hidden metadata columns. */
  readonly output: readonly Attribute[];
  /** What pruning may use; the filter above stays. */
  readonly prune: PrunePredicate | null;
  /** Set to scan just these files (DML); absent: the snapshot's files after pruning. */
  readonly files?: readonly ScanFile[];
}

/** Files read directly: `read_files()`, `parquet.`path``, COPY INTO sources. */
export interface FileScanPlan {
  readonly kind: "file_scan";
  readonly format: "parquet" | "csv" | "json" | "text" | "binary";
  readonly paths: readonly string[];
  readonly schema: StructType;
  readonly options: Readonly<Record<string, string>>;
  readonly output: readonly Attribute[];
}

/** Rows already in memory: metadata tables, SHOW results, literal VALUES after folding. */
export interface LocalPlan {
  readonly kind: "local";
  readonly output: readonly Attribute[];
  readonly rows: readonly (readonly Value[])[];
}

/** VALUES with expressions. */
export interface ValuesPlan {
  readonly kind: "values";
  readonly output: readonly Attribute[];
  readonly rows: readonly (readonly BoundExpression[])[];
}

/** A relation the engine already holds under a name (temp tables of DML, streamed sources). */
export interface EngineRelationPlan {
  readonly kind: "engine_relation";
  /** Engine SQL of the relation; its columns are named as the attributes, in order. */
  readonly sql: string;
  readonly output: readonly Attribute[];
}

export interface RangePlan {
  readonly kind: "range";
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly output: readonly Attribute[];
}

export interface ProjectPlan {
  readonly kind: "project";
  readonly input: Plan;
  readonly expressions: readonly NamedExpression[];
}

export interface FilterPlan {
  readonly kind: "filter";
  readonly input: Plan;
  readonly condition: BoundExpression;
}

export interface JoinPlan {
  readonly kind: "join";
  readonly join: PlanJoinKind;
  readonly left: Plan;
  readonly right: Plan;
  readonly condition: BoundExpression | null;
  /** The right side may refer to the left (LATERAL). */
  readonly lateral: boolean;
  readonly output: readonly Attribute[];
}

/** GROUP BY. `groupingSets` hold indices into `groups`; absent means one set of all. */
export interface AggregatePlan {
  readonly kind: "aggregate";
  readonly input: Plan;
  readonly groups: readonly NamedExpression[];
  readonly groupingSets: readonly (readonly number[])[] | null;
  readonly aggregates: readonly { readonly call: CallExpression; readonly output: Attribute }[];
  /** Spark's `grouping_id()` bit mask, when used. */
  readonly groupingId: Attribute | null;
}

export interface WindowPlan {
  readonly kind: "window";
  readonly input: Plan;
  readonly calls: readonly { readonly call: CallExpression; readonly output: Attribute }[];
}

export interface SortPlan {
  readonly kind: "sort";
  readonly input: Plan;
  readonly keys: readonly SortKey[];
}

export interface LimitPlan {
  readonly kind: "limit";
  readonly input: Plan;
  /** null: no limit, only an offset. */
  readonly limit: BoundExpression | null;
  readonly offset: BoundExpression | null;
}

export interface DistinctPlan {
  readonly kind: "distinct";
  readonly input: Plan;
}

/** Children are already cast to the output types. */
export interface SetOperationPlan {
  readonly kind: "set_operation";
  readonly operator: "union" | "except" | "intersect";
  readonly all: boolean;
  readonly left: Plan;
  readonly right: Plan;
  readonly output: readonly Attribute[];
}

/** explode, posexplode, inline, stack …: one output row per generated row, beside the input. */
export interface GeneratePlan {
  readonly kind: "generate";
  readonly input: Plan;
  readonly call: CallExpression;
  readonly outer: boolean;
  /** Attributes made by the generator; the input's follow in front. */
  readonly generated: readonly Attribute[];
}

export interface SamplePlan {
  readonly kind: "sample";
  readonly input: Plan;
  readonly fraction: number;
  readonly seed: number | null;
}

/** A CTE used more than once is bound once and referred to by id. */
export interface WithPlan {
  readonly kind: "with";
  readonly definitions: readonly {
    readonly id: number;
    readonly name: string;
    readonly plan: Plan;
  }[];
  readonly input: Plan;
}

export interface CteRefPlan {
  readonly kind: "cte_ref";
  readonly cteId: number;
  readonly name: string;
  /** Fresh attributes, one per column of the definition. */
  readonly output: readonly Attribute[];
}

/** WITH RECURSIVE: rows of the anchor, then of the step over each level's rows. */
export interface RecursivePlan {
  readonly kind: "recursive";
  /** What `cte_ref` operators of the step refer to. */
  readonly id: number;
  readonly name: string;
  readonly anchor: Plan;
  /** Its columns have the anchor's types. */
  readonly step: Plan;
  /** How many levels there may be, the anchor's among them. */
  readonly levels: number;
  /** Under a LIMIT: rows are handed up as they are made. */
  readonly streams: boolean;
  readonly output: readonly Attribute[];
}

export type Plan =
  | ScanPlan
  | FileScanPlan
  | LocalPlan
  | ValuesPlan
  | EngineRelationPlan
  | RangePlan
  | ProjectPlan
  | FilterPlan
  | JoinPlan
  | AggregatePlan
  | WindowPlan
  | SortPlan
  | LimitPlan
  | DistinctPlan
  | SetOperationPlan
  | GeneratePlan
  | SamplePlan
  | WithPlan
  | CteRefPlan
  | RecursivePlan;

/** Columns an operator hands up, in order. */
export function outputOf(plan: Plan): readonly Attribute[] {
  switch (plan.kind) {
    case "project":
      return plan.expressions.map((e) => e.output);
    case "aggregate":
      return [
        ...plan.groups.map((g) => g.output),
        ...(plan.groupingId ? [plan.groupingId] : []),
        ...plan.aggregates.map((a) => a.output),
      ];
    case "window":
      return [...outputOf(plan.input), ...plan.calls.map((c) => c.output)];
    case "generate":
      return [...outputOf(plan.input), ...plan.generated];
    case "filter":
    case "sort":
    case "limit":
    case "distinct":
    case "sample":
    case "with":
      return outputOf(plan.input);
    default:
      return plan.output;
  }
}
