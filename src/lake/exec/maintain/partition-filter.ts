/**
 * The files a partition predicate selects. It is computed once for each partition there is, by the
 * engine, so that it means here what it means in a query. Only partition columns may be in it, by
 * their bare names, as in delta-spark 4.4 (`DeltaCommand.verifyPartitionPredicates`).
 */
import {
  parsePartitionValue,
  physicalName,
  type ScanFile,
  type Snapshot,
} from "../../delta/index.ts";
import { INT, type StructField } from "../../schema/data-type.ts";
import type { Value } from "../../schema/value.ts";
import type { Expression } from "../../sql/ast.ts";
import { refer } from "../../sql/bind/column.ts";
import { asCondition } from "../../sql/bind/condition.ts";
import { SqlError } from "../../sql/error.ts";
import type { Attribute, BoundExpression } from "../../sql/plan/expression.ts";
import { rewriteExpression } from "../../sql/plan/transform.ts";
import { expressionBinder, planRows } from "../bind-port.ts";
import { refuseVolatile } from "../dml/find-rows.ts";
import { predicateText } from "../dml/predicate-text.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";

/** The files of one partition. */
export interface PartitionFiles {
  /** Of the partition columns, in the table's order. */
  values: Value[];
  files: ScanFile[];
}

export interface Selected {
  partitions: PartitionFiles[];
  /** Conjuncts of the predicate as the history shows them. */
  predicates: string[];
}

/** Partitions whose rows the statement's predicate selects, all of them without one. */
export async function selectPartitions(
  ctx: StatementContext,
  snapshot: Snapshot,
  statement: StatementOf<"optimize" | "reorg">,
): Promise<Selected> {
  const { where } = statement;
  const { partitionColumns } = snapshot.metadata;
  if (where) checkReferences(ctx, where, partitionColumns);
  const partitions = groupByPartition(snapshot, await snapshot.scanFiles());
  if (!where) return { partitions, predicates: [] };
  const bind = await expressionBinder(ctx, statement);
  const columns = schemaAttributes(
    { kind: "struct", fields: partitionFields(snapshot) },
    ctx.allocate,
    [],
  );
  const conditions = conjunctsOf(where).map((part) => asCondition(bind(part, columns)));
  conditions.forEach(refuseVolatile);
  const selected = await matching(ctx, partitions, columns, conditions);
  return { partitions: selected, predicates: conditions.map(unresolvedText) };
}

function partitionFields({ schema, metadata }: Snapshot): StructField[] {
  return metadata.partitionColumns.map((name) => schema.fields.find((f) => f.name === name)!);
}

/** Values are compared as values: one may be written in two ways. */
function groupByPartition(snapshot: Snapshot, files: readonly ScanFile[]): PartitionFiles[] {
  const fields = partitionFields(snapshot);
  const names = fields.map((field) => physicalName(field, snapshot.columnMappingMode));
  const groups = new Map<string, PartitionFiles>();
  for (const file of files) {
    const values = fields.map((field, i) =>
      parsePartitionValue(file.add.partitionValues[names[i]!], field.type, field.name),
    );
    const key = JSON.stringify(values.map((value) => (value === null ? null : String(value))));
    const group = groups.get(key);
    if (group) group.files.push(file);
    else groups.set(key, { values, files: [file] });
  }
  return [...groups.values()];
}

async function matching(
  ctx: StatementContext,
  partitions: readonly PartitionFiles[],
  columns: readonly Attribute[],
  conditions: readonly BoundExpression[],
): Promise<PartitionFiles[]> {
  if (partitions.length === 0) return [];
  const index: Attribute = {
    id: ctx.allocate(),
    name: "__partition",
    type: INT,
    nullable: false,
    qualifier: [],
  };
  const output = [index, ...columns];
  const rows = partitions.map(({ values }, i) => [i, ...values]);
  const table = await (await ctx.engine()).createTable(output, rows);
  const selected = await planRows(ctx, {
    kind: "project",
    input: conditions.reduce<Parameters<typeof planRows>[1]>(
      (input, condition) => ({ kind: "filter", input, condition }),
      { kind: "engine_relation", sql: `SELECT * FROM ${table}`, output },
    ),
    expressions: [{ expression: refer(index), output: { ...index, id: ctx.allocate() } }],
  });
  return selected
    .map(([i]) => Number(i))
    .sort((a, b) => a - b)
    .map((i) => partitions[i]!);
}

function conjunctsOf(expression: Expression): Expression[] {
  if (expression.kind !== "binary" || expression.operator !== "and") return [expression];
  return [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)];
}

/** Spark keeps the predicate as it was before names were looked up, with a tick before each. */
function unresolvedText(condition: BoundExpression): string {
  return predicateText(
    rewriteExpression(condition, (node) =>
      node.kind === "attribute"
        ? { ...node, attribute: { ...node.attribute, name: `'${node.attribute.name}` } }
        : node,
    ),
  );
}

const SUBQUERIES: ReadonlySet<string> = new Set(["in_query", "exists", "scalar_query"]);

function checkReferences(
  ctx: StatementContext,
  where: Expression,
  partitionColumns: readonly string[],
): void {
  const known = new Set(partitionColumns.map((name) => name.toLowerCase()));
  visit(where, (node) => {
    if (SUBQUERIES.has(node.kind)) {
      throw new SqlError(`cannot recognize the predicate \`${ctx.textOf(where)}\``, {
        errorClass: "DELTA_FAILED_RECOGNIZE_PREDICATE",
        sqlState: "42601",
        span: node.span,
        hint: "compare partition columns with values; a predicate has no subqueries",
      });
    }
    if (node.kind !== "column") return;
    const name = node.name.parts.map((part) => part.name).join(".");
    if (known.has(name.toLowerCase())) return;
    const list = partitionColumns.map((column) => `\`${column}\``).join(", ");
    throw new SqlError(`the predicate names \`${name}\`, which is no partition column`, {
      errorClass: "DELTA_NON_PARTITION_COLUMN_REFERENCE",
      sqlState: "42P10",
      span: node.span,
      hint: list
        ? `only partition columns can be named here: ${list}`
        : "the table has no partitions: leave the predicate out",
    });
  });
}

/** Calls `see` on every expression of a syntax tree, whatever holds it. */
function visit(node: unknown, see: (expression: Expression) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const item of node) visit(item, see);
    return;
  }
  if ("kind" in node && "span" in node) see(node as Expression);
  for (const child of Object.values(node)) visit(child, see);
}
