/**
 * Change data files (PROTOCOL.md, "Change Data Files"): the rows a commit changes, with the kind of
 * each change in `_change_type`, below `_change_data`. A commit has them where its own adds and
 * removes cannot tell the changed rows from those that were only written again.
 */
import {
  type AddCdcFile,
  CHANGE_FOLDER,
  CHANGE_TYPE,
  COLUMN_MAPPING_PHYSICAL_NAME,
  recordsChanges,
  type Snapshot,
} from "../../delta/index.ts";
import { STRING, structField, structType } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import type { StatementContext } from "../statement.ts";
import { type WriteTarget, writeData } from "../write/data-files.ts";
import { unionAll } from "../write/stored-rows.ts";

export type ChangeKind = "insert" | "delete" | "update_preimage" | "update_postimage";

/** Change data files on disk that no commit names yet. */
export interface WrittenChanges {
  files: readonly AddCdcFile[];
  /** Removes the files; for a statement that does not reach its commit. */
  discard(): void;
}

/** The feed's own column goes by its name whatever names the table's have in files. */
const TYPE_FIELD = structField(CHANGE_TYPE, STRING, true, {
  [COLUMN_MAPPING_PHYSICAL_NAME]: CHANGE_TYPE,
});

/** Of a change that needs no files. */
export const NO_CHANGES: WrittenChanges = { files: [], discard() {} };

/** Whether changes of the table are to be told row by row. */
export function tracksChanges(snapshot: Snapshot): boolean {
  return recordsChanges(snapshot.metadata);
}

/** The plan's rows, in the order of the table's schema, as changes of one kind. */
export function asChanges(ctx: StatementContext, input: Plan, kind: ChangeKind): Plan {
  const kept = outputOf(input).filter((attribute) => !attribute.hidden);
  const expressions = kept.map((attribute) => ({
    expression: refer(attribute),
    output: { ...attribute, id: ctx.allocate(), nullable: true },
  }));
  const type = {
    expression: typedLiteral(kind, STRING),
    output: {
      id: ctx.allocate(),
      name: CHANGE_TYPE,
      type: STRING,
      nullable: true,
      qualifier: [],
    },
  };
  return { kind: "project", input, expressions: [...expressions, type] };
}

/** Writes the changes of all parts, fsynced, partitioned as the table is. */
export async function writeChanges(
  ctx: StatementContext,
  parts: readonly Plan[],
  target: WriteTarget,
): Promise<WrittenChanges> {
  if (parts.length === 0) return NO_CHANGES;
  const written = await writeData(ctx, unionAll(ctx, parts), {
    ...target,
    schema: structType([...target.schema.fields, TYPE_FIELD]),
    subfolder: CHANGE_FOLDER,
    filePrefix: "cdc",
  });
  const files = written.adds.map(
    ({ path, partitionValues, size }): AddCdcFile => ({
      path,
      partitionValues,
      size,
      dataChange: false,
    }),
  );
  return { files, discard: written.discard };
}
