/** Rows as CSV, NDJSON and Parquet bytes; the same rows always give the same bytes. */
import type { ProductRow } from "./products.ts";

/** RFC 4180 with `\n`; null is an empty field. */
export function encodeCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, string | number | null>>[],
): string {
  const lines = [columns.join(",")];
  for (const row of rows) {
    lines.push(columns.map((column) => csvField(row[column])).join(","));
  }
  return `${lines.join("\n")}\n`;
}

function csvField(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One JSON object per line; an absent property stays absent. */
export function encodeNdjson(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** The product export as one Parquet file with typed columns. */
export async function encodeProductsParquet(rows: readonly ProductRow[]): Promise<Uint8Array> {
  const arrow = await import("apache-arrow");
  const { writeParquet, Table, WriterPropertiesBuilder, Compression } = await import(
    "parquet-wasm"
  );
  const column = <T>(name: keyof ProductRow) => rows.map((row) => row[name]) as T[];
  const dayMs = 86_400_000;
  const firstDayMs = Date.UTC(2024, 0, 1);
  const launched = column<number>("launched_on").map((day) => new Date(firstDayMs + day * dayMs));
  const text = (name: keyof ProductRow) =>
    arrow.vectorFromArray(column<string | null>(name), new arrow.Utf8());
  const number = (name: keyof ProductRow) =>
    arrow.vectorFromArray(column<number | null>(name), new arrow.Float64());
  const table = new arrow.Table({
    product_id: arrow.vectorFromArray(column<number>("product_id"), new arrow.Int32()),
    name: text("name"),
    category: text("category"),
    brand: text("brand"),
    cost: number("cost"),
    price: number("price"),
    launched_on: arrow.vectorFromArray(launched, new arrow.DateDay()),
  });
  const wasmTable = Table.fromIPCStream(arrow.tableToIPC(table, "stream"));
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setCreatedBy("sovereign")
    .build();
  return writeParquet(wasmTable, properties);
}
