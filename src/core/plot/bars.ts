/** Horizontal bars, one line each, and histograms drawn with them. */
import { formatAmount, formatTick, niceTicks } from "./scale.ts";
import { displayWidth, fitText, paint } from "./text.ts";
import type { ChartPoint, ChartSize, ChartSpec } from "./types.ts";

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

interface Bar {
  label: string;
  value: number | null;
}

/** One bar per point; negative values grow to the left of a common zero line. */
export function renderBars(spec: ChartSpec, size: ChartSize): string[] {
  const hasSeries = spec.points.some((point) => point.series !== undefined);
  const labelOf = (point: ChartPoint): string =>
    hasSeries ? `${point.x} ${point.series ?? ""}`.trimEnd() : String(point.x);
  return drawBars(
    spec.points.map((point) => ({ label: labelOf(point), value: finite(point.y) })),
    size,
  );
}

/** Counts of the values in equal bins with round edges, lower edge included. */
export function renderHistogram(spec: ChartSpec, size: ChartSize): string[] {
  const values = spec.points.map((point) => finite(point.y)).filter((value) => value !== null);
  if (values.length === 0) return [];
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const binCount = Math.min(100, spec.bins ?? Math.ceil(Math.log2(values.length)) + 1);
  const edges = niceTicks(low, high, binCount);
  const counts = new Array<number>(edges.length - 1).fill(0);
  const first = edges[0] as number;
  const step = ((edges.at(-1) as number) - first) / counts.length;
  for (const value of values) {
    const bin = Math.min(counts.length - 1, Math.floor((value - first) / step + 1e-9));
    counts[bin] = (counts[bin] as number) + 1;
  }
  const bars = counts.map((count, i) => ({
    label: `${formatTick(edges[i] as number)} – ${formatTick(edges[i + 1] as number)}`,
    value: count,
  }));
  return drawBars(
    size.ascii ? bars.map((bar) => ({ ...bar, label: bar.label.replace("–", "-") })) : bars,
    size,
  );
}

function drawBars(bars: readonly Bar[], size: ChartSize): string[] {
  if (bars.length === 0) return [];
  const values = bars.map((bar) => bar.value ?? 0);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const amounts = bars.map((bar) => (bar.value === null ? "-" : formatAmount(bar.value)));
  const amountWidth = Math.max(...amounts.map((amount) => amount.length));
  const widest = Math.max(...bars.map((bar) => displayWidth(bar.label)));
  const labelRoom = Math.max(1, size.width - amountWidth - 6);
  const labelWidth = Math.min(widest, labelRoom, Math.floor(size.width / 3));
  const room = Math.max(4, size.width - labelWidth - amountWidth - 2);
  const zero = high === low ? 0 : Math.round((-low / (high - low)) * room);
  return bars.map((bar, i) => {
    const label = fitText(bar.label, labelWidth, size.ascii ? "~" : "…");
    const length = high === low ? 0 : (Math.abs(bar.value ?? 0) / (high - low)) * room;
    const isNegative = (bar.value ?? 0) < 0;
    const stroke = isNegative
      ? drawLeft(length, zero, size)
      : drawRight(Math.min(length, room - zero), size);
    const indent = isNegative ? "" : " ".repeat(zero);
    const drawn = indent + paint(stroke, 0, size.color);
    const pad = " ".repeat(Math.max(0, room - displayWidth(indent + stroke)));
    return `${label} ${drawn}${pad} ${(amounts[i] as string).padStart(amountWidth)}`;
  });
}

function drawRight(length: number, size: ChartSize): string {
  if (size.ascii) return "#".repeat(Math.round(length));
  const eighths = Math.round(length * 8);
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

function drawLeft(length: number, zero: number, size: ChartSize): string {
  const cells = Math.min(zero, Math.max(1, Math.round(length)));
  return " ".repeat(zero - cells) + (size.ascii ? "#" : "█").repeat(cells);
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
