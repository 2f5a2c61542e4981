/**
 * Which files hold rows that a condition selects, and how many: one pass over the columns the
 * condition names, after partition values and statistics have ruled files out.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { BOOLEAN } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { toPrunePredicate } from "../../sql/plan/rules/index.ts";
import { someExpression } from "../../sql/plan/transform.ts";
import { implicitCast } from "../../sql/types/coercion.ts";
import { prepareQuery } from "../bind-port.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext } from "../statement.ts";
import { mergeReads, type Reads, subqueryReads } from "../write/source-reads.ts";
import { readPositions } from "./positions.ts";
import { predicateText } from "./predicate-text.ts";
import { openTargetScan } from "./target-scan.ts";

/** A condition over whichever attributes the rows have; null selects every row. */
export type Condition = ((attributes: readonly Attribute[]) => BoundExpression) | null;

export interface Candidates {
  files: ScanFile[];
  /** What finding and changing the rows reads of the table. */
  reads: Reads;
  /** The condition as the history shows it; undefined when it selects every row. */
  text: string | undefined;
  /** Whether the condition asks for nothing but partition columns: it selects whole files. */
  takesPartitions: boolean;
}

/** Files that may hold selected rows. */
export async function findCandidates(
  ctx: StatementContext,
  snapshot: Snapshot,
  condition: Condition,
  qualifier: readonly string[],
): Promise<Candidates> {
  const attributes = schemaAttributes(snapshot.schema, ctx.allocate, qualifier);
  const bound = condition ? asCondition(condition(attributes)) : null;
  if (!bound) {
    const files = await snapshot.scanFiles();
    const all: Reads = { readWholeTable: true, readFiles: pathsOf(files) };
    return { files, reads: all, text: undefined, takesPartitions: true };
  }
  refuseVolatile(bound);
  const prune = toPrunePredicate(bound, new Map(attributes.map((a) => [a.id, a])));
  const files = await snapshot.scanFiles(prune);
  const own: Reads = { readPredicates: [prune], readFiles: pathsOf(files) };
  const reads = mergeReads(own, await subqueryReads(snapshot, [bound]));
  const takesPartitions = asksPartitions(bound, snapshot.metadata.partitionColumns);
  return { files, reads, text: predicateText(bound), takesPartitions };
}

function asksPartitions(condition: BoundExpression, partitionColumns: readonly string[]): boolean {
  return !someExpression(
    condition,
    (node) =>
      node.kind === "subquery" ||
      (node.kind === "attribute" && !partitionColumns.includes(node.attribute.name)),
  );
}

/** Paths of files, as a commit's reads name them. */
export function pathsOf(files: readonly ScanFile[]): ReadonlySet<string> {
  return new Set(files.map((file) => file.add.path));
}

export interface TouchedFile {
  file: ScanFile;
  /** Live rows. */
  rowCount: number;
  /** Rows the condition selects. */
  matchedCount: number;
}

/** Files that do hold selected rows, with counts. */
export async function findTouched(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: Condition,
  qualifier: readonly string[],
): Promise<TouchedFile[]> {
  if (files.length === 0) return [];
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const expressions: NamedExpression[] = [visible(ctx, scan.fileIndex)];
  if (condition) {
    const output: Attribute = {
      id: ctx.allocate(),
      name: "matched",
      type: BOOLEAN,
      nullable: true,
      qualifier: [],
    };
    expressions.push({ expression: asCondition(condition(scan.columns)), output });
  }
  const query = await prepareQuery(ctx, { kind: "project", input: scan.plan, expressions });
  const [names, matched] = condition ? ["f, m", "count(*) FILTER (WHERE m)"] : ["f", "count(*)"];
  const rows = await (await ctx.engine()).rows(
    `SELECT f, count(*), ${matched} FROM (${query.sql}) AS q(${names}) GROUP BY f ORDER BY f`,
  );
  return rows
    .map(([index, rowCount, matchedCount]) => ({
      file: files[Number(index)]!,
      rowCount: Number(rowCount),
      matchedCount: Number(matchedCount),
    }))
    .filter((touched) => touched.matchedCount > 0);
}

/** Positions of the selected rows by index of their file in `files`, ascending. */
export async function findPositions(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  condition: NonNullable<Condition>,
  qualifier: readonly string[],
): Promise<Map<number, BigUint64Array>> {
  if (files.length === 0) return new Map();
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const selected: Plan = {
    kind: "filter",
    input: scan.plan,
    condition: asCondition(condition(scan.columns)),
  };
  const expressions = [visible(ctx, scan.fileIndex), visible(ctx, scan.rowIndex)];
  const query = await prepareQuery(ctx, { kind: "project", input: selected, expressions });
  const engine = await ctx.engine();
  return readPositions(
    ctx,
    await engine.materialize(`SELECT * FROM (${query.sql}) AS q(file_index, row_index)`),
  );
}

/** A hidden position column as an ordinary output. */
export function visible(ctx: StatementContext, attribute: Attribute) {
  return {
    expression: refer(attribute),
    output: { ...attribute, id: ctx.allocate(), hidden: false },
  };
}

/** The expression as a truth value; NULL selects nothing. */
export function asCondition(expression: BoundExpression): BoundExpression {
  return implicitCast(expression, BOOLEAN);
}

/** A condition is evaluated more than once, so it must give the same answer each time. */
export function refuseVolatile(expression: BoundExpression): void {
  const isVolatile = someExpression(
    expression,
    (node) =>
      node.kind === "call" && node.fn.volatile === true && !isConstantPerStatement(node.fn.name),
  );
  if (!isVolatile) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "the condition of a change must not use functions whose value changes, such as rand()",
    {
      hint: "store the value in a column first",
      details: { error_class: "DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED" },
    },
  );
}

function isConstantPerStatement(name: string): boolean {
  return name.startsWith("current_") || name === "now" || name === "localtimestamp";
}
