/** A chart as lines of terminal text. */
import { renderBars, renderHistogram } from "./bars.ts";
import { renderLines } from "./lines.ts";
import type { ChartSize, ChartSpec } from "./types.ts";

/** Lines without newlines, none wider than `size.width` when that is at least 20. */
export function renderChart(spec: ChartSpec, size: ChartSize): string[] {
  const body = renderBody(spec, size);
  const shown = body.length === 0 ? ["(no values to draw)"] : body;
  return spec.title === undefined ? shown : [spec.title, ...shown];
}

/** Values as one row of blocks between their minimum and maximum; a gap where there is none. */
export function renderSparkline(values: readonly (number | null)[], ascii = false): string {
  const marks = [...(ascii ? "_.-:=+*#" : "▁▂▃▄▅▆▇█")];
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return " ";
      const part = high === low ? 0.5 : (value - low) / (high - low);
      return marks[Math.min(marks.length - 1, Math.floor(part * marks.length))];
    })
    .join("");
}

function renderBody(spec: ChartSpec, size: ChartSize): string[] {
  switch (spec.mark) {
    case "bar":
      return renderBars(spec, size);
    case "hist":
      return renderHistogram(spec, size);
    case "line":
      return renderLines(spec, size);
    case "sparkline": {
      const values = spec.points.map((point) => point.y);
      return values.length === 0 ? [] : [renderSparkline(squeeze(values, size.width), size.ascii)];
    }
  }
}

/** Averages neighbours so that at most `width` values remain. */
function squeeze(values: readonly (number | null)[], width: number): (number | null)[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const to = Math.floor(((i + 1) * values.length) / width);
    const part = values.slice(from, to).filter((value) => value !== null);
    return part.length === 0 ? null : part.reduce((a, b) => a + b, 0) / part.length;
  });
}
