/** What the log says about a table, in the shapes the commands print. */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { Lake, TypedRows } from "../../lake/index.ts";
import { formatType, type StructField, type StructType } from "../../lake/schema/data-type.ts";
import type { RecordValues } from "../context.ts";
import type { RowSource } from "../output/rows.ts";
import { formatTypedName } from "./table-name.ts";
import { listTables } from "./tables.ts";

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
    const schema = await lake.schemaOf(table);
    if (schema === null) throw error;
    return schema;
  }
}

/** Typed rows as a source for printing. */
export function rowSourceOf({ schema, rows }: TypedRows): RowSource {
  const columns = schema.fields.map((_, i) => ({ get: (row: number) => rows[row]?.[i] ?? null }));
  return {
    schema,
    async *batches() {
      yield { rowCount: rows.length, columns };
    },
  };
}

/** The first row as a record by column name. */
export function recordOf({ schema, rows }: TypedRows): RecordValues {
  return Object.fromEntries(schema.fields.map((f, i) => [f.name, rows[0]?.[i] ?? null]));
}

/** Checks that a table or view named on the command line is there, before SQL is made of it. */
export async function requireTable(lake: Lake, word: string, table: string): Promise<StructType> {
  const schema = await lake.schemaOf(table);
  if (schema !== null) return schema;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no table or view \`${word}\``, {
    hint: explainMissing(lake, word),
  });
}

function explainMissing(lake: Lake, word: string): string {
  const names = listNames(lake);
  if (names.some((name) => name.toLowerCase().startsWith(`${word.toLowerCase()}.`))) {
    return `\`${word}\` is a schema: \`sovereign lake list ${word}\` shows its tables`;
  }
  const elsewhere = names.find((name) => name.toLowerCase().endsWith(`.${word.toLowerCase()}`));
  const near = elsewhere ?? suggestName(word, names);
  return near === null ? "`sovereign lake list` shows what there is" : `did you mean \`${near}\`?`;
}

/** Names as short as they may be typed: `orders` of main.default, `silver.orders` of main. */
export function listNames(lake: Lake): string[] {
  return listTables(lake.catalog, undefined).map(formatTypedName);
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
