/**
 * What two versions of a table differ in, file by file: for readers that follow a table without a
 * change data feed. A file with another deletion vector is another file.
 */
import { SovereignError } from "../../../core/errors.ts";
import { suggestName } from "../../../core/suggest.ts";
import type { AddFile, ScanFile, Snapshot } from "../../delta/index.ts";
import { type StructType, structType } from "../../schema/data-type.ts";
import { queryOutcome } from "../bind-port.ts";
import { createResult, type StatementResult } from "../result.ts";
import { schemaAttributes } from "../scan-attributes.ts";
import type { Session } from "../session.ts";
import { StatementContext } from "../statement.ts";

/** Files of a later version that an earlier one does not have, and the other way round. */
export interface FileDifference {
  readonly added: readonly ScanFile[];
  readonly removedCount: number;
}

/** Compares the files of two versions. Reads the log alone. */
export async function compareFiles(earlier: Snapshot, later: Snapshot): Promise<FileDifference> {
  const before = new Set((await earlier.scanFiles()).map(({ add }) => identityOf(add)));
  const files = await later.scanFiles();
  const added = files.filter(({ add }) => !before.has(identityOf(add)));
  return { added, removedCount: before.size - (files.length - added.length) };
}

function identityOf({ path, deletionVector }: AddFile): string {
  if (deletionVector == null) return path;
  const { storageType, pathOrInlineDv, offset } = deletionVector;
  return JSON.stringify([path, storageType, pathOrInlineDv, offset ?? 0]);
}

/** The rows of some files of a version. */
export async function readFiles(
  session: Session,
  snapshot: Snapshot,
  { files, columns }: { files: readonly ScanFile[]; columns?: readonly string[] | undefined },
): Promise<StatementResult> {
  const ctx = new StatementContext(session, "", new Map());
  try {
    const outcome = await queryOutcome(ctx, {
      kind: "scan",
      snapshot,
      tableName: snapshot.tableRoot,
      prune: null,
      files,
      output: schemaAttributes(selectColumns(snapshot.schema, columns), ctx.allocate, []),
    });
    return createResult(
      "query",
      outcome,
      () => ctx.close(),
      () => session.requireOpen(),
    );
  } catch (error) {
    await ctx.close();
    throw error;
  }
}

function selectColumns(schema: StructType, columns: readonly string[] | undefined): StructType {
  if (columns === undefined) return schema;
  const fields = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  return structType(
    columns.map((column) => {
      const field = fields.get(column.toLowerCase());
      if (field !== undefined) return field;
      const names = schema.fields.map(({ name }) => name);
      const near = suggestName(column, names);
      throw new SovereignError("INVALID_PARAMETER_VALUE", `the table has no column \`${column}\``, {
        hint: near === null ? `its columns: ${names.join(", ")}` : `did you mean \`${near}\`?`,
      });
    }),
  );
}
