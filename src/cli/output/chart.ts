/**
 * `--chart bar|line`: the first column as labels, the first number column after it as values. Numbers
 * in the first column alone are drawn over the second, or over their row numbers. A line over
 * numbers keeps their distances.
 */
import { SovereignError } from "../../core/errors.ts";
import { type ChartPoint, renderChart } from "../../core/plot/index.ts";
import type { DataType } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { Value } from "../../lake/schema/value.ts";
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
  const { globals, format } = context;
  // `--json a,b` only chooses the columns.
  if (globals.output !== undefined && format !== "table" && globals.jsonFields.length === 0) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `a chart is not ${format}`, {
      hint: "leave out `--chart` to get the rows, or `-o` and `--json` to see them drawn",
    });
  }
  const { fields } = rows.schema;
  const later = fields.findIndex((field, i) => i > 0 && isRightAligned(field.type));
  const first = fields[0];
  const valueIndex = later >= 0 ? later : first && isRightAligned(first.type) ? 0 : -1;
  if (valueIndex < 0) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", "a chart needs a column of numbers", {
      hint: "select a label column and then a number column, for example `SELECT day, count(*)`",
    });
  }
  const labelIndex = valueIndex > 0 ? 0 : fields.length > 1 ? 1 : -1;
  const isScaled = mark === "line" && labelIndex >= 0 && isRightAligned(fields[labelIndex]!.type);
  const points: ChartPoint[] = [];
  let total = 0;
  for await (const batch of rows.batches()) {
    for (let row = 0; row < batch.rowCount; row++) {
      total++;
      if (points.length >= MOST_POINTS) continue;
      const value = batch.columns[valueIndex]!.get(row);
      const label = labelIndex < 0 ? null : batch.columns[labelIndex]!.get(row);
      const type = fields[Math.max(0, labelIndex)]!.type;
      // A line over numbers has no place for a NULL.
      if (isScaled && label === null) continue;
      points.push({
        x: labelIndex < 0 ? total : isScaled ? toNumber(label, type) : labelText(label, type),
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

function labelText(value: Value, type: DataType): string {
  return printable(formatValue(value, type) ?? "NULL");
}

function toNumber(value: Value, type: DataType): number {
  if (type.kind === "decimal") return Number(value) / 10 ** type.scale;
  return Number(value);
}
