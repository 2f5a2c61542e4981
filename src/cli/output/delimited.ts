/**
 * Text formats with one row a line. Cells are Spark's `CAST AS STRING`.
 *
 * | format | header | NULL   | quoting                                                   |
 * |--------|--------|--------|-----------------------------------------------------------|
 * | tsv    | none   | `NULL` | `\t`, `\n`, `\r` and `\\` in a cell are written as escapes |
 * | csv    | yes    | empty  | RFC 4180; the empty string is `""`                        |
 * | md     | yes    | `NULL` | `|` and line breaks escaped                               |
 */
import type { DataType, StructType } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { ColumnBatch, Value } from "../../lake/schema/value.ts";
import type { RowEncoder } from "./rows.ts";

/** Tab-separated, for pipes: no header, nothing cut. */
export function createTsvEncoder(schema: StructType): RowEncoder {
  return {
    batch: (batch) =>
      encodeRows(batch, schema, "\t", (value, type) =>
        escapeTsv(formatValue(value, type) ?? "NULL"),
      ),
  };
}

/** Comma-separated with a header, RFC 4180 with bare line feeds. */
export function createCsvEncoder(schema: StructType): RowEncoder {
  return {
    begin: () => `${schema.fields.map((field) => quoteCsv(field.name)).join(",")}\n`,
    batch: (batch) =>
      encodeRows(batch, schema, ",", (value, type) => {
        const text = formatValue(value, type);
        return text === null ? "" : quoteCsv(text);
      }),
  };
}

/** A GitHub-flavoured Markdown table. */
export function createMarkdownEncoder(schema: StructType): RowEncoder {
  const names = schema.fields.map((field) => escapeMarkdown(field.name));
  const rules = schema.fields.map((field) => (isRightAligned(field.type) ? "---:" : "---"));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return {
    begin: () => line(names) + line(rules),
    batch(batch) {
      let text = "";
      for (let row = 0; row < batch.rowCount; row++) {
        text += line(
          schema.fields.map((field, i) => {
            const text = formatValue(batch.columns[i]!.get(row), field.type);
            return escapeMarkdown(text ?? "NULL");
          }),
        );
      }
      return text;
    },
  };
}

/** Whether a column's cells line up at their last digit. */
export function isRightAligned(type: DataType): boolean {
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
    case "float":
    case "double":
    case "decimal":
      return true;
    default:
      return false;
  }
}

function encodeRows(
  batch: ColumnBatch,
  schema: StructType,
  separator: string,
  encodeCell: (value: Value, type: DataType) => string,
): string {
  const types = schema.fields.map((field) => field.type);
  let text = "";
  for (let row = 0; row < batch.rowCount; row++) {
    for (let i = 0; i < types.length; i++) {
      if (i > 0) text += separator;
      text += encodeCell(batch.columns[i]!.get(row), types[i]!);
    }
    text += "\n";
  }
  return text;
}

const TSV_ESCAPES: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\" };

function escapeTsv(text: string): string {
  return /[\t\n\r\\]/.test(text) ? text.replace(/[\t\n\r\\]/g, (c) => TSV_ESCAPES[c]!) : text;
}

function quoteCsv(text: string): string {
  return text === "" || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function escapeMarkdown(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\r?\n/g, "<br>");
}
