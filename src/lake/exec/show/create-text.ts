/** SHOW CREATE TABLE: a statement that makes the table or view again. */
import { formatName, partsOf } from "../../catalog/index.ts";
import { identityOf } from "../../delta/write/identity-columns.ts";
import { formatTypeSql, type StructField } from "../../schema/data-type.ts";
import type { MultipartName } from "../../sql/ast.ts";
import { quoteIdentifier } from "../../sql/parse/index.ts";
import { partsOfName, resolveName } from "../names.ts";
import type { StatementContext } from "../statement.ts";
import { openTable } from "../table-handle.ts";

/** The statement's text. */
export async function createTableText(ctx: StatementContext, name: MultipartName): Promise<string> {
  const resolved = resolveName(ctx.session, partsOfName(name));
  const info = resolved.kind === "table" ? ctx.session.catalog.getTable(resolved.id) : null;
  if (info?.kind === "view") {
    const columns = info.viewColumns?.map((column) => quoteIdentifier(column.name)) ?? [];
    const list = columns.length > 0 ? ` (\n  ${columns.join(",\n  ")})` : "";
    return `CREATE VIEW ${formatName(partsOf(info))}${list}\nAS ${info.viewText}\n`;
  }
  const handle = await openTable(ctx, { name });
  const { metadata, schema } = handle.snapshot;
  const lines = [
    `CREATE TABLE ${handle.displayName} (`,
    `  ${schema.fields.map(columnText).join(",\n  ")})`,
    "USING delta",
  ];
  if (metadata.partitionColumns.length > 0) {
    lines.push(`PARTITIONED BY (${metadata.partitionColumns.map(quoteIdentifier).join(", ")})`);
  }
  if (info?.kind === "external") lines.push(`LOCATION ${quote(handle.location)}`);
  if (metadata.description) lines.push(`COMMENT ${quote(metadata.description)}`);
  const properties = Object.entries(metadata.configuration).filter(([key]) => isSettable(key));
  if (properties.length > 0) {
    const pairs = properties
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${quote(key)} = ${quote(value)}`);
    lines.push(`TBLPROPERTIES (\n  ${pairs.join(",\n  ")})`);
  }
  return `${lines.join("\n")}\n`;
}

function isSettable(key: string): boolean {
  return !key.startsWith("delta.constraints.") && key !== "delta.columnMapping.maxColumnId";
}

function columnText(field: StructField): string {
  const { metadata } = field;
  const declared = metadata.__CHAR_VARCHAR_TYPE_STRING;
  const type = typeof declared === "string" ? declared.toUpperCase() : formatTypeSql(field.type);
  const parts = [quoteIdentifier(field.name), type];
  if (!field.nullable) parts.push("NOT NULL");
  const generation = metadata["delta.generationExpression"];
  if (typeof generation === "string") parts.push(`GENERATED ALWAYS AS (${generation})`);
  const identity = identityOf(field);
  if (identity) {
    const { start, step, allowsExplicit } = identity;
    const kind = allowsExplicit ? "BY DEFAULT" : "ALWAYS";
    parts.push(`GENERATED ${kind} AS IDENTITY (START WITH ${start} INCREMENT BY ${step})`);
  }
  if (typeof metadata.CURRENT_DEFAULT === "string") {
    parts.push(`DEFAULT ${metadata.CURRENT_DEFAULT}`);
  }
  if (typeof metadata.comment === "string") parts.push(`COMMENT ${quote(metadata.comment)}`);
  return parts.join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
