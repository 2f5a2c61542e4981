/**
 * The writing pass of MERGE: every row of the touched files that stays, changed where a clause
 * says so, and the rows to insert, as one relation in the order of the table's schema.
 */
import type { ScanFile } from "../../delta/index.ts";
import type { StructField } from "../../schema/data-type.ts";
import { INT } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { someExpression } from "../../sql/plan/transform.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import type { StatementContext } from "../statement.ts";
import { generatedValue, generationText } from "../write/column-values.ts";
import { unionAll } from "../write/stored-rows.ts";
import { type BoundClause, bindMerge, type Merge } from "./merge-clauses.ts";
import { column, decisionsFor, equal, join, outputColumn } from "./merge-decisions.ts";
import { insertedRows } from "./merge-inserts.ts";
import type { Pairs } from "./merge-pairs.ts";
import { fileGroups, joinSource } from "./merge-pieces.ts";
import type { SplitFiles } from "./split-touched.ts";
import { openTargetScan } from "./target-scan.ts";
import { movedIds } from "./update-rows.ts";

/** All rows to write. */
export async function mergedRows(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  { rewritten, marked }: SplitFiles,
): Promise<Plan> {
  const parts: Plan[] = [];
  const add = async (of: readonly { file: ScanFile }[], onlyChanged: boolean) => {
    for (const files of fileGroups(
      merge,
      of.map((t) => t.file),
    )) {
      parts.push(await targetRows(ctx, merge, pairs, { files, onlyChanged }));
    }
  };
  if (rewritten.length > 0) await add(rewritten, false);
  if (marked.length > 0 && pairs.counts.updated.total > 0) await add(marked, true);
  if (pairs.counts.inserted > 0) parts.push(await insertedRows(ctx, merge, pairs));
  return unionAll(ctx, parts);
}

interface TargetFiles {
  files: readonly ScanFile[];
  /** Rows that no clause changes stay where they are. */
  onlyChanged: boolean;
  /** Deleted rows stay; the values before the change and the clause's number follow the new ones. */
  keepsOld?: boolean;
}

/** The rows of the files under their clauses' values. */
export async function targetRows(
  ctx: StatementContext,
  merge: Merge,
  pairs: Pairs,
  { files, onlyChanged, keepsOld = false }: TargetFiles,
): Promise<Plan> {
  const { snapshot } = merge.handle;
  const { schema } = merge.target;
  const scan = await openTargetScan(ctx, snapshot, files, merge.qualifier, schema);
  const bound = bindMerge(merge, scan.columns);
  const { clauses } = bound;
  const decisions = await decisionsFor(ctx, merge, pairs, files);
  const { clause } = decisions;
  const values = schema.fields.map((_, i): BoundExpression => {
    const old = refer(scan.columns[i]!);
    const isAlwaysSet = clauses.every((c) => c.action !== "update" || c.values.has(i));
    const otherwise = onlyChanged && isAlwaysSet ? typedLiteral(null, old.type) : old;
    return chosenValue(clauses, i, clause, otherwise);
  });
  // With every column set from the source, the positions found before say all about the target.
  const readsTarget =
    !onlyChanged ||
    keepsOld ||
    scan.tracking.length > 0 ||
    values.some((value) => mentions(value, scan.columns));
  const decided = readsTarget
    ? join(onlyChanged ? "inner" : "left", scan.plan, decisions.plan, [
        equal(scan.fileIndex, decisions.file),
        equal(scan.rowIndex, decisions.row),
      ])
    : decisions.plan;
  const joined = await joinSource(ctx, merge, "left", { left: decided, row: decisions.source });
  const deletes = clauses.flatMap((c, i) => (c.action === "delete" ? [i] : []));
  const drops = deletes.length > 0 && !keepsOld;
  const kept: Plan = drops ? dropDeleted(joined, clause, deletes) : joined;
  const expressions = schema.fields.map((field, i): NamedExpression => {
    return { expression: values[i]!, output: outputColumn(ctx, field) };
  });
  const isChanged = bindOperator("is not null", [refer(clause)]);
  const former = keepsOld ? [...scan.columns, clause].map((a) => formerValue(ctx, a)) : [];
  const old = [...former, ...movedIds(ctx, scan.tracking, isChanged)];
  return recomputeGenerated(ctx, merge, { kept, expressions, old, clause, clauses });
}

function formerValue(ctx: StatementContext, attribute: Attribute): NamedExpression {
  const output = column(ctx, `__old_${attribute.name}`, attribute.type);
  return { expression: refer(attribute), output: { ...output, hidden: false } };
}

function mentions(expression: BoundExpression, columns: readonly Attribute[]): boolean {
  const ids = new Set(columns.map((column) => column.id));
  return someExpression(
    expression,
    (node) => node.kind === "attribute" && ids.has(node.attribute.id),
  );
}

function dropDeleted(input: Plan, clause: Attribute, deletes: readonly number[]): Plan {
  const conditions = deletes.map((number) => {
    const same = bindOperator("<=>", [refer(clause), typedLiteral(number, INT)]);
    return bindOperator("not", [same]);
  });
  return {
    kind: "filter",
    input,
    condition: conditions.reduce((a, b) => bindOperator("and", [a, b])),
  };
}

/** `CASE clause WHEN 0 THEN … ELSE old END` over the clauses that set the column. */
function chosenValue(
  clauses: readonly BoundClause[],
  column: number,
  clause: Attribute,
  old: BoundExpression,
): BoundExpression {
  const branches = clauses.flatMap((c, number) => {
    const value = c.action === "update" ? c.values.get(column) : undefined;
    if (!value) return [];
    const when = bindOperator("=", [refer(clause), typedLiteral(number, INT)]);
    // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
    return [{ when, then: value }];
  });
  if (branches.length === 0) return old;
  return { kind: "case", branches, otherwise: old, type: old.type, nullable: true };
}

interface Rewritten {
  kept: Plan;
  expressions: readonly NamedExpression[];
  /** Handed through. */
  old: readonly NamedExpression[];
  clause: Attribute;
  clauses: readonly BoundClause[];
}

/** Generated columns follow in changed rows, unless a clause sets them itself. */
function recomputeGenerated(
  ctx: StatementContext,
  merge: Merge,
  { kept, expressions, old: former, clause, clauses }: Rewritten,
): Plan {
  const { fields } = merge.target.schema;
  const isOpen = (field: StructField, i: number): boolean =>
    generationText(field) !== null &&
    !clauses.some((c) => c.action === "update" && c.values.has(i));
  if (!fields.some(isOpen)) {
    return { kind: "project", input: kept, expressions: [...expressions, ...former] };
  }
  const flag = { ...clause, id: ctx.allocate(), hidden: false };
  const flagged: Plan = {
    kind: "project",
    input: kept,
    expressions: [...expressions, ...former, { expression: refer(clause), output: flag }],
  };
  const outputs = expressions.map((e) => e.output);
  const through = former.map(({ output }) => ({
    expression: refer(output),
    output: { ...output, id: ctx.allocate() },
  }));
  return {
    kind: "project",
    input: flagged,
    expressions: fields
      .map((field, i): NamedExpression => {
        const output = outputColumn(ctx, field);
        const old = refer(outputs[i]!);
        if (!isOpen(field, i)) return { expression: old, output };
        const changed = bindOperator("is not null", [refer(flag)]);
        const value = generatedValue(field, outputs, merge.bind);
        const expression: BoundExpression = {
          kind: "case",
          // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
          branches: [{ when: changed, then: value }],
          otherwise: old,
          type: field.type,
          nullable: true,
        };
        return { expression, output };
      })
      .concat(through),
  };
}
