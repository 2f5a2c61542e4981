/** Which column of a table each column of a source is for, and which the table has to get. */
import { SovereignError } from "../../../core/errors.ts";
import type { Lake } from "../../../lake/index.ts";
import {
  formatType,
  formatTypeSql,
  STRING,
  type StructField,
  type StructType,
  structField,
} from "../../../lake/schema/data-type.ts";
import { formatName } from "../table-name.ts";
import { type ImportSource, isNested } from "./open-source.ts";
import type { ColumnMatch } from "./row-sql.ts";
import { mayBeMissing } from "./table-rules.ts";

export interface MatchRequest {
  readonly source: ImportSource;
  readonly table: StructType;
  /** As the user named it. */
  readonly tableWord: string;
  /** Columns the table lacks are added. */
  readonly merges: boolean;
}

export interface MatchedColumns {
  readonly matches: readonly ColumnMatch[];
  /** Columns the import adds to the table. */
  readonly added: readonly StructField[];
}

/** Matches by name without letter case, or by place where the source has no names. */
export async function matchColumns(lake: Lake, request: MatchRequest): Promise<MatchedColumns> {
  const { source, table } = request;
  const fields = await readColumns(lake, source, table);
  if (source.recordColumn?.startsWith("_c")) {
    return { matches: matchByPlace(fields, request), added: [] };
  }
  const byName = new Map(table.fields.map((field) => [field.name.toLowerCase(), field]));
  const extra = fields.filter((field) => !byName.has(field.name.toLowerCase()));
  const added = extra.length === 0 ? [] : await inferAdded(lake, source, extra);
  if (added.length > 0 && !request.merges) throw lacksColumns(request, added);
  for (const field of added) byName.set(field.name.toLowerCase(), field);
  const matches = fields.map((from) => {
    const to = byName.get(from.name.toLowerCase())!;
    // JSON of a new nested column is read in its type; text has no other way to it.
    return isNested(to.type) && source.text?.source.kind === "json"
      ? { from: to, to }
      : { from, to };
  });
  requireColumns(matches, request);
  return { matches, added };
}

/** The source's columns; text is not typed yet, but for nested JSON. */
async function readColumns(
  lake: Lake,
  source: ImportSource,
  table: StructType,
): Promise<readonly StructField[]> {
  if (source.text?.source.kind !== "json") {
    const fields = await probe(lake, source, "text");
    return fields.filter((field) => field.name !== source.recordColumn);
  }
  const nested = new Map(
    table.fields
      .filter((field) => isNested(field.type))
      .map((field) => [field.name.toLowerCase(), field.type]),
  );
  const names = [...source.text.staged.keys.keys()];
  return names.map((name) => structField(name, nested.get(name.toLowerCase()) ?? STRING));
}

/** Columns of `read_files`, the record number among them; `inferred` looks at all values. */
export async function probe(
  lake: Lake,
  source: ImportSource,
  types: "inferred" | "text",
): Promise<readonly StructField[]> {
  const result = await lake.sql(`SELECT * FROM ${source.readFiles(types)} LIMIT 0`);
  await result.close();
  return result.schema.fields;
}

async function inferAdded(
  lake: Lake,
  source: ImportSource,
  extra: readonly StructField[],
): Promise<StructField[]> {
  const inferred = await probe(lake, source, "inferred");
  const types = new Map(inferred.map((field) => [field.name, field.type]));
  return extra.map((field) => structField(field.name, types.get(field.name) ?? field.type));
}

function matchByPlace(fields: readonly StructField[], request: MatchRequest): ColumnMatch[] {
  const targets = request.table.fields;
  if (fields.length > targets.length) {
    const message =
      `\`${request.source.name}\` has ${fields.length} fields in a row, ` +
      `\`${request.tableWord}\` has ${targets.length} columns`;
    throw new SovereignError("INVALID_PARAMETER_VALUE", message, {
      hint: "add a header line, or the missing columns with ALTER TABLE … ADD COLUMN",
    });
  }
  const matches = fields.map((from, i) => ({ from, to: targets[i]! }));
  requireColumns(matches, request);
  return matches;
}

function requireColumns(matches: readonly ColumnMatch[], request: MatchRequest): void {
  const given = new Set(matches.map(({ to }) => to.name.toLowerCase()));
  const missing = request.table.fields.find(
    (field) => !given.has(field.name.toLowerCase()) && !mayBeMissing(field),
  );
  if (missing === undefined) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${request.source.name}\` lacks the column \`${missing.name}\`, which is NOT NULL`,
    { hint: "add the column to the file, or give it a DEFAULT in the table" },
  );
}

function lacksColumns(request: MatchRequest, added: readonly StructField[]): SovereignError {
  const list = added.map((field) => `\`${field.name}\` (${formatType(field.type)})`).join(", ");
  const one = added[0]!;
  const statement = `ALTER TABLE ${request.tableWord} ADD COLUMN ${formatName(one.name)} ${formatTypeSql(one.type)}`;
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `\`${request.tableWord}\` lacks ${added.length === 1 ? "a column" : "columns"} of \`${request.source.name}\`: ${list}`,
    {
      hint: `\`--merge-schema\` adds ${added.length === 1 ? "it" : "them"}, as \`${statement}\` would`,
      details: { error_class: "DELTA_SCHEMA_MISMATCH", columns: added.map((field) => field.name) },
    },
  );
}
