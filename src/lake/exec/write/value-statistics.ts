/** Bounds and null counts of a column's values in memory, in the form engines report them. */
import type { ColumnStatistics } from "../../delta/write/column-statistics.ts";
import type { DataType } from "../../schema/data-type.ts";
import { formatValue } from "../../schema/format-value.ts";
import type { Value } from "../../schema/value.ts";

const SURROGATE = /[\ud800-\udfff]/;

/** The statistics of one column of a simple type. */
export function valueStatistics(
  path: readonly string[],
  values: readonly Value[],
  type: DataType,
): ColumnStatistics {
  let nullCount = 0;
  let hasNan = false;
  let min: Value = null;
  let max: Value = null;
  const isLess = type.kind === "string" ? isLessText : isLessNumber;
  for (const value of values) {
    if (value === null) nullCount++;
    else if (Number.isNaN(value)) hasNan = true;
    else {
      if (min === null || isLess(value, min)) min = value;
      if (max === null || isLess(max, value)) max = value;
    }
  }
  return { path, nullCount, hasNan, min: textOf(min, type), max: textOf(max, type) };
}

function isLessNumber(a: Value, b: Value): boolean {
  return (a as number) < (b as number);
}

/** By UTF-8 bytes, as Delta compares; UTF-16 differs beyond the basic plane alone. */
function isLessText(a: Value, b: Value): boolean {
  const [x, y] = [a as string, b as string];
  if (!SURROGATE.test(x) && !SURROGATE.test(y)) return x < y;
  return Buffer.compare(Buffer.from(x), Buffer.from(y)) < 0;
}

function textOf(value: Value, type: DataType): string | null {
  if (value === null) return null;
  const text = formatValue(value, type);
  return type.kind === "timestamp" ? `${text}+00` : text;
}
