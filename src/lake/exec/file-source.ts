/**
 * Files as a relation of the plan, with the hidden `_metadata` column Spark gives to every file
 * source. The schema is settled here; the rows are read when the query runs.
 */
import { quoteIdentifier, quoteString } from "../engine/index.ts";
import type { StructType } from "../schema/data-type.ts";
import { fileMetadataSql } from "../sql/emit/index.ts";
import type { Plan } from "../sql/plan/plan.ts";
import { listFiles, openFiles, readSourceOptions, type SourceFile } from "./files/index.ts";
import { metadataAttribute, schemaAttributes } from "./scan-attributes.ts";
import type { StatementContext } from "./statement.ts";

export interface FileSourceRequest {
  format: string;
  path: string;
  options: Readonly<Record<string, string>>;
  schema: StructType | null;
  /** Exactly these files instead of what the path lists. */
  files?: readonly SourceFile[];
  /** Default type inference for text formats: on for `read_files`, off for ``csv.`path` ``. */
  inferTypes?: boolean;
}

/** Builds a scan of the files; each call hands out fresh attributes. */
export type FileSource = (allocate: () => number) => Plan;

/** Opens files and settles their schema. */
export async function openFileSource(
  ctx: StatementContext,
  request: FileSourceRequest,
): Promise<FileSource> {
  const options = readSourceOptions(request.format, request.options);
  const files = request.files ?? listFiles(ctx.session.absolutePath(request.path));
  const relation = await openFiles(await ctx.engine(), {
    format: request.format,
    files,
    options,
    schema: request.schema,
    inferTypes: request.inferTypes ?? false,
  });
  const columns = relation.schema.fields.map((field) => `f.${quoteIdentifier(field.name)}`);
  const sql =
    `SELECT ${[...columns, 'm.m AS "_metadata"'].join(", ")} FROM (${relation.sql}) AS f ` +
    `LEFT JOIN (VALUES ${metadataRows(files)}) AS m(path, m) ON m.path = f.__file`;
  return (allocate) => ({
    kind: "engine_relation",
    sql,
    output: [...schemaAttributes(relation.schema, allocate, []), metadataAttribute(allocate, [])],
  });
}

function metadataRows(files: readonly SourceFile[]): string {
  return files
    .map((file) => {
      const struct = fileMetadataSql(file.absolutePath, file.sizeBytes, file.modifiedMs);
      return `(${quoteString(file.absolutePath)}, ${struct})`;
    })
    .join(", ");
}
