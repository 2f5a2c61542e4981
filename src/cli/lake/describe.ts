/** What the log says about a table, in the shapes the commands print. */
import { SovereignError } from "../../core/errors.ts";
import type { Lake } from "../../lake/index.ts";
import { formatType, type StructField, type StructType } from "../../lake/schema/data-type.ts";
import type { RecordValues } from "../context.ts";

interface VersionFlagValues {
  readonly "version-as-of"?: number | undefined;
  readonly "timestamp-as-of"?: string | undefined;
}

/** Columns of a table or a view; a view's come from binding its query. */
export async function readSchema(
  lake: Lake,
  table: string,
  flags: VersionFlagValues = {},
): Promise<StructType> {
  try {
    const opened = await lake.table(table);
    const version = flags["version-as-of"];
    const timestamp = flags["timestamp-as-of"];
    if (version !== undefined) return (await opened.at({ version })).schema;
    if (timestamp !== undefined) return (await opened.at({ timestamp })).schema;
    return await opened.schema();
  } catch (error) {
    if (!isViewError(error)) throw error;
    const result = await lake.sql(`SELECT * FROM ${table} LIMIT 0`);
    await result.close();
    return result.schema;
  }
}

/** The schema of a table that may not exist: null when it does not. */
export async function readSchemaIfThere(lake: Lake, table: string): Promise<StructType | null> {
  try {
    return await (await lake.table(table)).schema();
  } catch (error) {
    if (error instanceof SovereignError && error.code === "RESOURCE_DOES_NOT_EXIST") return null;
    throw error;
  }
}

/** One column as `lake schema` lists it. */
export function columnRecord(field: StructField): RecordValues {
  const comment = field.metadata.comment;
  return {
    name: field.name,
    type: formatType(field.type),
    nullable: field.nullable,
    comment: typeof comment === "string" ? comment : null,
  };
}

function isViewError(error: unknown): boolean {
  if (!(error instanceof SovereignError)) return false;
  return String(error.details.error_class).startsWith("EXPECT_TABLE_NOT_VIEW");
}
