/**
 * UPDATE. Selected rows are written once with their new values; their old selves are marked in
 * deletion vectors, or their files are written again.
 */
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { markDeleted } from "../../delta/write/mark-deleted.ts";
import { updateOperation } from "../../delta/write/operations.ts";
import { BOOLEAN, LONG, structField, structType } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { expressionBinder } from "../bind-port.ts";
import { localOutcome, type Outcome } from "../result.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { type Binder, generatedValue, generationText } from "../write/column-values.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import { commitOrDiscard, targetOf, writeData } from "../write/data-files.ts";
import { enforceRules, rulesOf } from "../write/enforce.ts";
import { mergeReads, type Reads, subqueryReads } from "../write/source-reads.ts";
import { bindUpdates } from "./assignments.ts";
import { asCondition, type Condition, findCandidates } from "./find-rows.ts";
import { markedRows, type SplitFiles, splitSelected, vectorMetrics } from "./split-touched.ts";
import { aliasOf } from "./target-alias.ts";
import { openTargetScan } from "./target-scan.ts";

const AFFECTED = structType([structField("num_affected_rows", LONG)]);

/** Runs an UPDATE. */
export async function executeUpdate(
  ctx: StatementContext,
  statement: StatementOf<"update">,
): Promise<Outcome> {
  const handle = await openTable(ctx, statement.table);
  const { snapshot } = handle;
  const qualifier = aliasOf(statement.table, handle);
  const bind = await expressionBinder(ctx, statement);
  const { where } = statement;
  const condition: Condition = where ? (attributes) => bind(where, attributes) : null;
  const startMs = ctx.session.clock.monotonicMs();
  const { files, reads, text } = await findCandidates(ctx, snapshot, condition, qualifier);
  const { rewritten, marked } = await splitSelected(ctx, snapshot, files, condition, qualifier);
  const request = { statement, qualifier, condition, bind };
  const plan = await updatedRows(ctx, snapshot, { rewritten, marked }, request);
  const updatedCount = [...rewritten, ...marked].reduce((sum, t) => sum + t.matchedCount, 0);
  const rows = [[BigInt(updatedCount)]];
  if (updatedCount === 0) return localOutcome(AFFECTED, rows);
  const given = new Set(
    statement.assignments.map((a) => a.target.parts.at(-1)!.name.toLowerCase()),
  );
  const checked = await enforceRules(ctx, plan, rulesOf(snapshot), given);
  const written = await writeData(ctx, checked, targetOf(snapshot));
  const holed = await commitOrDiscard(written, () =>
    markDeleted(snapshot.tableRoot, marked.map(markedRows)),
  );
  const discard = () => {
    written.discard();
    holed.discard();
  };
  return commitOrDiscard({ discard }, async () => {
    const gone = rewritten.map(({ file }) => file.add);
    const commit = await commitChange(ctx, handle, {
      ...updateOperation(text),
      adds: [...written.adds, ...holed.adds],
      removes: [...gone, ...holed.removes],
      metrics: {
        numRemovedFiles: String(gone.length),
        numRemovedBytes: String(totalBytes(gone)),
        numAddedFiles: String(written.adds.length),
        numAddedBytes: String(written.sizeBytes),
        numAddedChangeFiles: "0",
        numUpdatedRows: String(updatedCount),
        numCopiedRows: String(written.rowCount - updatedCount),
        ...vectorMetrics(holed, gone, "num"),
        executionTimeMs: String(Math.round(ctx.session.clock.monotonicMs() - startMs)),
      },
      reads: mergeReads(reads, await valueReads(ctx, snapshot, request)),
    });
    return localOutcome(AFFECTED, rows, { commit });
  });
}

interface UpdateRequest {
  statement: StatementOf<"update">;
  qualifier: readonly string[];
  condition: Condition;
  bind: Binder;
}

/** What the new values read of the table in subqueries. */
async function valueReads(
  ctx: StatementContext,
  snapshot: Snapshot,
  { statement, qualifier, bind }: UpdateRequest,
): Promise<Reads | null> {
  const columns = schemaAttributes(snapshot.schema, ctx.allocate, qualifier);
  const values = bindUpdates(
    statement.assignments,
    snapshot.schema,
    columns,
    (expression) => bind(expression, columns),
    bind,
  );
  return subqueryReads(snapshot, values.values());
}

/** Selected rows with their new values, and what else rewritten files hold. */
async function updatedRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  { rewritten, marked }: SplitFiles,
  request: UpdateRequest,
): Promise<Plan> {
  const changed = marked.map((t) => t.file);
  if (changed.length === 0) {
    const files = rewritten.map((t) => t.file);
    return rowsOf(ctx, snapshot, files, request, { onlySelected: false });
  }
  const right = await rowsOf(ctx, snapshot, changed, request, { onlySelected: true });
  if (rewritten.length === 0) return right;
  const files = rewritten.map((t) => t.file);
  const left = await rowsOf(ctx, snapshot, files, request, { onlySelected: false });
  const output = outputOf(left).map((a) => ({ ...a, id: ctx.allocate() }));
  return { kind: "set_operation", operator: "union", all: true, left, right, output };
}

async function rowsOf(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  { statement, qualifier, condition, bind }: UpdateRequest,
  { onlySelected }: { onlySelected: boolean },
): Promise<Plan> {
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const { columns } = scan;
  const values = bindUpdates(
    statement.assignments,
    snapshot.schema,
    columns,
    (expression) => bind(expression, columns),
    bind,
  );
  const truth = typedLiteral(true, BOOLEAN);
  const where = condition ? asCondition(condition(columns)) : truth;
  const selected = onlySelected ? truth : where;
  const input: Plan = onlySelected
    ? { kind: "filter", input: scan.plan, condition: where }
    : scan.plan;
  const expressions = columns.map((column, i): NamedExpression => {
    const value = values.get(i);
    const output = freshColumn(ctx, column);
    return { expression: value ? choose(selected, value, refer(column)) : refer(column), output };
  });
  const plain: Plan = { kind: "project", input, expressions };
  const generated = snapshot.schema.fields.some((f, i) => generationText(f) && !values.has(i));
  if (!generated) return plain;
  return recompute(ctx, snapshot, input, expressions, { selected, set: values, bind });
}

/** Generated columns of changed rows follow the columns they are made of. */
function recompute(
  ctx: StatementContext,
  snapshot: Snapshot,
  input: Plan,
  expressions: readonly NamedExpression[],
  change: { selected: BoundExpression; set: ReadonlyMap<number, unknown>; bind: Binder },
): Plan {
  const flag: Attribute = {
    id: ctx.allocate(),
    name: "__selected",
    type: BOOLEAN,
    nullable: true,
    qualifier: [],
  };
  const flagged: Plan = {
    kind: "project",
    input,
    expressions: [...expressions, { expression: change.selected, output: flag }],
  };
  const outputs = expressions.map((e) => ({ ...e.output, qualifier: [] }));
  return {
    kind: "project",
    input: flagged,
    expressions: snapshot.schema.fields.map((field, i) => {
      const output = freshColumn(ctx, outputs[i]!);
      if (generationText(field) === null || change.set.has(i)) {
        return { expression: refer(outputs[i]!), output };
      }
      const value = generatedValue(field, outputs, change.bind);
      return { expression: choose(refer(flag), value, refer(outputs[i]!)), output };
    }),
  };
}

function freshColumn(ctx: StatementContext, column: Attribute): Attribute {
  return { ...column, id: ctx.allocate(), nullable: true };
}

/** `CASE WHEN condition THEN value ELSE old END`. */
export function choose(
  condition: BoundExpression,
  value: BoundExpression,
  old: BoundExpression,
): BoundExpression {
  return {
    kind: "case",
    // biome-ignore lint/suspicious/noThenProperty: the plan's name for a CASE branch
    branches: [{ when: condition, then: value }],
    otherwise: old,
    type: old.type,
    nullable: true,
  };
}
