/**
 * The terminal's table: aligned columns under a header, cut to the terminal's width, at most the
 * row limit. The rows beyond it are counted, not kept.
 */
import { displayWidth, fitText } from "../../core/plot/text.ts";
import type { StructType } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { ColumnBatch } from "../../lake/schema/value.ts";
import type { CommandContext } from "../context.ts";
import type { Style } from "../style.ts";
import { isRightAligned } from "./delimited.ts";
import { printable } from "./printable.ts";
import { DEFAULT_ROW_LIMIT, type RowOptions, type RowSource } from "./rows.ts";

/** Cells of the rows kept; null stands for NULL. */
type Grid = (string | null)[][];

/** Prints the rows as a table and, on stderr, what was left out. */
export async function printTable(
  rows: RowSource,
  context: CommandContext,
  options: RowOptions,
): Promise<void> {
  const limit = options.limit ?? DEFAULT_ROW_LIMIT;
  const grid: Grid = [];
  let total = 0;
  for await (const batch of rows.batches()) {
    context.io.signal.throwIfAborted();
    const room = limit === 0 ? batch.rowCount : limit - grid.length;
    for (let row = 0; row < Math.min(room, batch.rowCount); row++) {
      grid.push(formatRow(batch, row, rows.schema));
    }
    total += batch.rowCount;
  }
  if (rows.schema.fields.length === 0) return;
  if (total === 0 && !context.io.stdout.isTTY) return;
  const { columns, isTTY } = context.io.stdout;
  const width = isTTY ? columns : Number.POSITIVE_INFINITY;
  await context.io.stdout.write(formatTable(rows.schema, grid, { width, style: context.style }));
  if (total === 0) await context.note("no rows");
  if (total > grid.length) await context.note(`${grid.length} of ${total}, use --limit 0`);
}

/** The table's text, a line feed at the end of each line. */
export function formatTable(
  schema: StructType,
  grid: Grid,
  { width, style }: { width: number; style: Style },
): string {
  const right = schema.fields.map((field) => isRightAligned(field.type));
  const names = schema.fields.map((field) => printable(field.name));
  const widths = fitWidths(
    names.map((name, i) =>
      Math.max(displayWidth(name), ...grid.map((row) => displayWidth(row[i] ?? "NULL"))),
    ),
    width,
  );
  const ellipsis = style.unicode ? "…" : "~";
  const rule = style.unicode ? "─" : "-";
  const line = (cells: readonly (string | null)[], paint: (text: string) => string): string => {
    const shown = cells.map((cell, i) => {
      const text = cell ?? "NULL";
      const pad = " ".repeat(Math.max(0, widths[i]! - displayWidth(text)));
      const cut = pad === "" ? fitText(text, widths[i]!, ellipsis) : text;
      const painted = cell === null ? style.dim(cut) : paint(cut);
      return right[i] ? pad + painted : painted + pad;
    });
    return `${shown.join("  ").trimEnd()}\n`;
  };
  const plain = (text: string): string => text;
  const rules = widths.map((columnWidth) => rule.repeat(columnWidth)).join("  ");
  const header = `${line(names, style.bold)}${style.dim(rules)}\n`;
  return header + grid.map((row) => line(row, plain)).join("");
}

function formatRow(batch: ColumnBatch, row: number, schema: StructType): (string | null)[] {
  return schema.fields.map((field, i) => {
    const text = formatValue(batch.columns[i]!.get(row), field.type);
    return text === null ? null : printable(text);
  });
}

/** Takes cells from the widest columns until the table fits; no column gets under 6 cells. */
export function fitWidths(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const narrowest = 6;
  let over = widths.reduce((sum, cells) => sum + cells, 0) + 2 * (widths.length - 1) - width;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const next = Math.max(narrowest, ...widths.filter((cells) => cells < widest));
    const wide = widths.filter((cells) => cells === widest).length;
    const cut = Math.min(widest - next || 1, Math.max(1, Math.floor(over / wide)));
    let left = over;
    for (let i = 0; i < widths.length && left > 0; i++) {
      if (widths[i] !== widest) continue;
      widths[i] = widest - cut;
      left -= cut;
    }
    over = left;
  }
  return widths;
}

/** Two columns, name and value, for one record. */
export function formatPairs(
  pairs: readonly (readonly [string, string | null])[],
  style: Style,
): string {
  const width = Math.max(0, ...pairs.map(([name]) => displayWidth(name)));
  return pairs
    .map(([name, value]) => {
      const label = style.bold(name) + " ".repeat(width - displayWidth(name));
      return `${label}  ${value === null ? style.dim("NULL") : value}\n`;
    })
    .join("");
}
