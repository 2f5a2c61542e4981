/**
 * WITH RECURSIVE (Spark 4.2 `ResolveWithCTE`, `UnionLoop`): an anchor UNION ALL a step that reads
 * the rows the step before it made. The anchor's types hold for both. Level and row limits are the
 * emitter's.
 *
 * Read `query.ts` first.
 */
import { formatType, formatTypeSql, sameType } from "../../schema/data-type.ts";
import type { CommonTableExpression, QueryBody } from "../ast.ts";
import { notImplemented, SqlError } from "../error.ts";
import type { Attribute } from "../plan/expression.ts";
import { outputOf, type Plan, type RecursivePlan } from "../plan/plan.ts";
import { expressionsOf, inputsOf, walkExpression, walkPlan } from "../plan/transform.ts";
import { commonType } from "../types/coercion.ts";
import type { CteDefinition, CteFrame, QueryEnv } from "./environment.ts";
import { bindBody, bindWith, isCorrelated, placeDefinitions, renameColumns } from "./query.ts";
import { castTo } from "./set-operation.ts";

const DEFAULT_LEVELS = 100;

/** Whether the entry's query names the entry. */
export function mentionsItself({ name, query }: CommonTableExpression): boolean {
  return mentions(query, name.name.toLowerCase());
}

function mentions(node: unknown, wanted: string): boolean {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some((item) => mentions(item, wanted));
  const { kind, name } = node as { kind?: string; name?: { parts?: { name: string }[] } };
  if ((kind === "table" || kind === "table_query") && name?.parts?.length === 1) {
    if (name.parts[0]!.name.toLowerCase() === wanted) return true;
  }
  return Object.values(node).some((value) => mentions(value, wanted));
}

/** Binds the entry's query as one operator. */
export function bindRecursive(entry: CommonTableExpression, env: QueryEnv): RecursivePlan {
  const { left, right } = unionOf(entry);
  const { frame, definitions } = bindWith(entry.query.with, env);
  const inner: QueryEnv = { ...env, ctes: frame };
  const anchor = bindBody(left, inner);
  const named = renameColumns(outputOf(anchor), entry.columns, entry.name);
  const self = selfDefinition(entry, anchor, named, inner);
  const frameWithSelf: CteFrame = { definition: self, parent: frame };
  const bound = bindBody(right, { ...env, ctes: frameWithSelf });
  const step = sameTypes(bound, named, entry, env);
  checkPlaces(step, self.id, entry);
  const plan: RecursivePlan = {
    kind: "recursive",
    id: self.id,
    name: entry.name.name,
    anchor: placeDefinitions(definitions, anchor),
    step: placeDefinitions(definitions, step),
    levels: entry.levels ?? DEFAULT_LEVELS,
    streams: false,
    output: named.map((attribute) => fresh(attribute, env)),
  };
  if (isCorrelated(plan)) throw notImplemented("a correlated WITH RECURSIVE", entry.span);
  return plan;
}

function fresh(attribute: Attribute, env: QueryEnv): Attribute {
  const { name, type } = attribute;
  return { id: env.context.allocate(), name, type, nullable: true, qualifier: [] };
}

/** The two sides; a side in parentheses may hold anything, the left one no mention. */
function unionOf(entry: CommonTableExpression) {
  const { query } = entry;
  const wanted = entry.name.name.toLowerCase();
  const ordered = !Array.isArray(query.orderBy) || query.orderBy.length > 0;
  const organized = ordered || query.limit !== undefined || query.offset !== undefined;
  const body: QueryBody = query.body;
  if (body.kind !== "set_operation" || body.operator !== "union" || body.byName || organized) {
    throw invalid(entry);
  }
  if (mentions(body.left, wanted) || mentions(query.with, wanted)) throw invalid(entry);
  if (body.all) return body;
  throw new SqlError("UNION in a recursive WITH must be UNION ALL", {
    errorClass: "UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE",
    sqlState: "42836",
    span: entry.span,
    hint: "write UNION ALL",
  });
}

function invalid(entry: CommonTableExpression): SqlError {
  return new SqlError("a recursive WITH is an anchor UNION ALL a step that names the entry", {
    errorClass: "INVALID_RECURSIVE_CTE",
    sqlState: "42836",
    span: entry.span,
    hint: "write WITH RECURSIVE r AS (SELECT … UNION ALL SELECT … FROM r …)",
  });
}

function selfDefinition(
  entry: CommonTableExpression,
  plan: Plan,
  output: readonly Attribute[],
  env: QueryEnv,
): CteDefinition {
  return {
    id: env.context.allocate(),
    name: entry.name.name,
    plan,
    output: output.map((attribute) => ({ ...attribute, nullable: true })),
    correlated: false,
    query: entry.query,
    columns: entry.columns,
    env,
    references: 0,
  };
}

/** The step's columns must have the anchor's types, or types that widen to them. */
function sameTypes(
  step: Plan,
  anchor: readonly Attribute[],
  entry: CommonTableExpression,
  env: QueryEnv,
): Plan {
  const output = outputOf(step);
  if (output.length !== anchor.length) {
    throw new SqlError(
      `UNION needs the same number of columns: ${anchor.length} in the anchor, ` +
        `${output.length} in the step`,
      {
        errorClass: "NUM_COLUMNS_MISMATCH",
        sqlState: "42826",
        span: entry.span,
        hint: "select the same number of columns on both sides",
      },
    );
  }
  output.forEach(({ type, name }, i) => {
    const wanted = anchor[i]!.type;
    const common = sameType(type, wanted) ? wanted : commonType([type, wanted]);
    const isNull = type.kind !== "void" && formatType(type).includes("void");
    if (common && sameType(common, wanted) && !isNull) return;
    throw new SqlError(
      `column ${i + 1} of the step (\`${name}\`) is ${formatTypeSql(type)}, and ` +
        `${formatTypeSql(wanted)} in the anchor`,
      {
        errorClass: "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
        sqlState: "42825",
        span: entry.span,
        hint: "cast one of them",
      },
    );
  });
  const types = anchor.map((attribute) => attribute.type);
  return castTo(step, types, env.context);
}

// ---------------------------------------------------------------- where the entry may stand

/** Places where a mention would not mean "the rows of the step before". */
function checkPlaces(step: Plan, id: number, entry: CommonTableExpression): void {
  const reads = (plan: Plan): boolean => {
    let found = false;
    walkPlan(plan, (node) => {
      found ||= node.kind === "cte_ref" && node.cteId === id;
    });
    return found;
  };
  const visit = (plan: Plan): void => {
    if (forbidden(plan).some(reads)) throw misplaced(entry);
    for (const expression of expressionsOf(plan)) {
      walkExpression(expression, (node) => {
        if (node.kind !== "subquery" || !reads(node.plan)) return;
        visit(node.plan);
        throw notImplemented("a recursive mention inside a subquery", entry.span);
      });
    }
    for (const input of inputsOf(plan)) visit(input);
  };
  visit(step);
}

const UNREADABLE: ReadonlySet<string> = new Set(["aggregate", "window", "sort"]);

function forbidden(plan: Plan): readonly Plan[] {
  if (UNREADABLE.has(plan.kind) && "input" in plan) return [plan.input];
  if (plan.kind !== "join") return [];
  switch (plan.join) {
    case "left":
    case "left_semi":
    case "left_anti":
      return [plan.right];
    case "right":
      return [plan.left];
    case "full":
      return [plan.left, plan.right];
    default:
      return [];
  }
}

function misplaced(entry: CommonTableExpression): SqlError {
  return new SqlError(`\`${entry.name.name}\` cannot be read here by its own step`, {
    errorClass: "INVALID_RECURSIVE_REFERENCE.PLACE",
    sqlState: "42836",
    span: entry.span,
    hint: "read it outside of aggregates, windows and the optional side of outer joins",
  });
}
