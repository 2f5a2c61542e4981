/**
 * `--chart bar|line`: the first column as labels, the first number column after it as values. One
 * number column alone is drawn over its row numbers.
 */
import { SovereignError } from "../../core/errors.ts";
import { type ChartPoint, renderChart } from "../../core/plot/index.ts";
import type { DataType } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { ColumnBatch, Value } from "../../lake/schema/value.ts";
import type { CommandContext } from "../context.ts";
import { isRightAligned } from "./delimited.ts";
import { printable } from "./printable.ts";
import type { RowSource } from "./rows.ts";

/** More marks than this say nothing on a terminal. */
const MOST_POINTS = 500;

/** Draws the rows on stdout. */
export async function printChart(
  rows: RowSource,
  mark: "bar" | "line",
  context: CommandContext,
): Promise<void> {
  const { fields } = rows.schema;
  const last = fields.length === 1 ? 0 : 1;
  const valueIndex = fields.findIndex((field, i) => i >= last && isRightAligned(field.type));
  if (valueIndex < 0) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "a chart needs a column of numbers", {
      hint: "select a label column and then a number column, for example `SELECT day, count(*)`",
    });
  }
  const labelIndex = valueIndex === 0 ? -1 : 0;
  const points: ChartPoint[] = [];
  let total = 0;
  for await (const batch of rows.batches()) {
    for (let row = 0; row < batch.rowCount; row++) {
      total++;
      if (points.length >= MOST_POINTS) continue;
      const value = batch.columns[valueIndex]!.get(row);
      points.push({
        x: labelIndex < 0 ? String(total) : labelText(batch, row, fields[labelIndex]!.type),
        y: value === null ? null : toNumber(value, fields[valueIndex]!.type),
      });
    }
  }
  const { columns, isTTY } = context.io.stdout;
  const lines = renderChart(
    { mark, title: fields[valueIndex]!.name, points },
    {
      width: Math.min(isTTY ? columns : 80, 100),
      ascii: !context.style.unicode,
      color: context.style.enabled,
    },
  );
  await context.printText(`${lines.join("\n")}\n`);
  if (total > points.length) await context.note(`${points.length} of ${total} rows are drawn`);
}

function labelText(batch: ColumnBatch, row: number, type: DataType): string {
  return printable(formatValue(batch.columns[0]!.get(row), type) ?? "NULL");
}

function toNumber(value: Value, type: DataType): number {
  if (type.kind === "decimal") return Number(value) / 10 ** type.scale;
  return Number(value);
}
