/** UPDATE, copy-on-write: files with selected rows are written again with the new values. */
import type { ScanFile, Snapshot } from "../../delta/index.ts";
import { updateOperation } from "../../delta/write/operations.ts";
import { BOOLEAN, LONG, structField, structType } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute, BoundExpression, NamedExpression } from "../../sql/plan/expression.ts";
import type { Plan } from "../../sql/plan/plan.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import { expressionBinder } from "../bind-port.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";
import { type Binder, generatedValue, generationText } from "../write/column-values.ts";
import { commitChange, totalBytes } from "../write/commit.ts";
import { commitOrDiscard, targetOf, writeData } from "../write/data-files.ts";
import { enforceRules, rulesOf } from "../write/enforce.ts";
import { bindAssignments } from "./assignments.ts";
import { asCondition, type Condition, findCandidates, findTouched } from "./find-rows.ts";
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
  const { files, prune, text } = await findCandidates(ctx, snapshot, condition, qualifier);
  // Binding the assignments comes before any file is read: a mistake in them costs nothing.
  const touched = await findTouched(ctx, snapshot, files, condition, qualifier);
  const updatedCount = touched.reduce((sum, t) => sum + t.matchedCount, 0);
  const rewritten = touched.map((t) => t.file);
  const plan = await updatedRows(ctx, snapshot, rewritten, {
    statement,
    qualifier,
    condition,
    bind,
  });
  const rows = [[BigInt(updatedCount)]];
  if (touched.length === 0) return localOutcome(AFFECTED, rows);
  const given = new Set(
    statement.assignments.map((a) => a.target.parts.at(-1)!.name.toLowerCase()),
  );
  const checked = await enforceRules(ctx, plan, rulesOf(snapshot), given);
  const written = await writeData(ctx, checked, targetOf(snapshot));
  return commitOrDiscard(written, async () => {
    const removes = rewritten.map((file) => file.add);
    const commit = await commitChange(ctx, handle, {
      ...updateOperation(text),
      adds: written.adds,
      removes,
      metrics: {
        numRemovedFiles: String(removes.length),
        numRemovedBytes: String(totalBytes(removes)),
        numAddedFiles: String(written.adds.length),
        numAddedBytes: String(written.sizeBytes),
        numAddedChangeFiles: "0",
        numUpdatedRows: String(updatedCount),
        numCopiedRows: String(written.rowCount - updatedCount),
        numDeletionVectorsAdded: "0",
        numDeletionVectorsRemoved: "0",
        numDeletionVectorsUpdated: "0",
        executionTimeMs: String(Math.round(ctx.session.clock.monotonicMs() - startMs)),
      },
      reads: {
        ...(prune ? { readPredicates: [prune] } : { readWholeTable: true }),
        readFiles: new Set(files.map((file) => file.add.path)),
      },
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

/** Every row of the files, selected ones with their new values. */
async function updatedRows(
  ctx: StatementContext,
  snapshot: Snapshot,
  files: readonly ScanFile[],
  { statement, qualifier, condition, bind }: UpdateRequest,
): Promise<Plan> {
  const scan = await openTargetScan(ctx, snapshot, files, qualifier);
  const { columns } = scan;
  const values = bindAssignments(
    statement.assignments,
    snapshot.schema,
    columns,
    (expression) => bind(expression, columns),
    bind,
  );
  const selected = condition ? asCondition(condition(columns)) : typedLiteral(true, BOOLEAN);
  const expressions = columns.map((column, i): NamedExpression => {
    const value = values.get(i);
    const output = freshColumn(ctx, column);
    return { expression: value ? choose(selected, value, refer(column)) : refer(column), output };
  });
  const plain: Plan = { kind: "project", input: scan.plan, expressions };
  const generated = snapshot.schema.fields.some((f, i) => generationText(f) && !values.has(i));
  if (!generated) return plain;
  return recompute(ctx, snapshot, scan.plan, expressions, { selected, set: values, bind });
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
