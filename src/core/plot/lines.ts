/** Lines on a grid of braille dots (2 × 4 per character cell), or of `*` without Unicode. */
import { formatTick, niceTicks } from "./scale.ts";
import { displayWidth, fitText, paint } from "./text.ts";
import type { ChartSize, ChartSpec } from "./types.ts";

/** Dot bits of a braille cell by row and column (Unicode 15, U+2800). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

const MARKS = [..."●○■□▲△◆◇"];
const ASCII_MARKS = [..."*+ox#@%&"];
const MARK_GAP = 8;

interface Line {
  name: string | null;
  points: { x: number; y: number | null }[];
}

interface Frame {
  columns: number;
  rows: number;
  dotsX: number;
  dotsY: number;
  x: [number, number];
  y: [number, number];
}

/** Every series over common axes; the y axis has round ticks, the x axis its ends and middle. */
export function renderLines(spec: ChartSpec, size: ChartSize): string[] {
  const { lines, categories } = readLines(spec);
  const all = lines.flatMap((line) => line.points).filter((point) => point.y !== null);
  if (all.length === 0) return [];
  const rows = Math.max(3, size.height ?? 12);
  const values = all.map((point) => point.y as number);
  const ticks = niceTicks(minimum(values), maximum(values), Math.max(2, Math.floor(rows / 3)));
  const tickWidth = Math.max(...ticks.map((tick) => formatTick(tick).length));
  const positions = all.map((point) => point.x);
  const columns = Math.max(8, size.width - tickWidth - 2);
  const frame: Frame = {
    columns,
    rows,
    dotsX: size.ascii ? columns : columns * 2,
    dotsY: size.ascii ? rows : rows * 4,
    x: [minimum(positions), maximum(positions)],
    y: [ticks[0] as number, ticks.at(-1) as number],
  };
  const cells = drawCells(lines, frame, size);
  const plot = cells.map((row, i) => `${axisLabel(ticks, frame, i).padStart(tickWidth)} ${row}`);
  const names = lines.map((line) => line.name).filter((name) => name !== null);
  const legend = names.map(
    (name, i) => `${paint(markOf(i, lines.length, size), i, size.color)} ${name}`,
  );
  return [
    ...(spec.yLabel === undefined ? [] : [spec.yLabel]),
    ...plot,
    " ".repeat(tickWidth + 1) + xAxis(frame, categories),
    ...(spec.xLabel === undefined ? [] : [center(spec.xLabel, columns, tickWidth + 1)]),
    ...(legend.length > 1 ? [legend.join("  ")] : []),
  ];
}

/** Groups points by series and puts categories at 0, 1, 2 … */
function readLines(spec: ChartSpec): { lines: Line[]; categories: string[] | null } {
  const isNumeric = spec.points.every((point) => typeof point.x === "number");
  const places = new Map<string, number>();
  const lines = new Map<string | null, Line>();
  for (const { x, y, series } of spec.points) {
    const name = series ?? null;
    if (!places.has(String(x))) places.set(String(x), places.size);
    const place = isNumeric ? (x as number) : (places.get(String(x)) as number);
    if (!Number.isFinite(place)) continue;
    const line = lines.get(name) ?? { name, points: [] };
    line.points.push({ x: place, y: y !== null && Number.isFinite(y) ? y : null });
    lines.set(name, line);
  }
  for (const line of lines.values()) line.points.sort((a, b) => a.x - b.x);
  return { lines: [...lines.values()], categories: isNumeric ? null : [...places.keys()] };
}

function drawCells(lines: readonly Line[], frame: Frame, size: ChartSize): string[] {
  const bits = new Uint8Array(frame.rows * frame.columns);
  const owner = new Int16Array(bits.length).fill(-1);
  lines.forEach((line, index) => {
    const plot = (dotX: number, dotY: number): void => {
      const column = size.ascii ? dotX : dotX >> 1;
      const row = size.ascii ? dotY : dotY >> 2;
      const cell = row * frame.columns + column;
      bits[cell] = (bits[cell] as number) | (DOTS[dotY & 3]?.[dotX & 1] ?? 0);
      owner[cell] = index;
    };
    drawLine(line, frame, plot);
  });
  const isMarked = size.ascii || size.color || lines.length < 2 ? () => false : chooseMarked();
  return Array.from({ length: frame.rows }, (_, row) => {
    let text = "";
    for (let column = 0; column < frame.columns; column++) {
      const cell = row * frame.columns + column;
      const index = owner[cell] as number;
      const dots = String.fromCharCode(0x2800 + (bits[cell] as number));
      const mark = size.ascii || isMarked(index, column) ? markOf(index, lines.length, size) : dots;
      text += index < 0 ? " " : paint(mark, index, size.color);
    }
    return text.trimEnd();
  });
}

/** What a line is known by in the legend; in the plot too where there is no colour. */
function markOf(index: number, lineCount: number, size: ChartSize): string {
  const marks = size.ascii ? ASCII_MARKS : MARKS;
  return size.color || lineCount < 2
    ? (marks[0] as string)
    : (marks[index % marks.length] as string);
}

/** Without colour a line of dots carries its mark every few columns, once in each. */
function chooseMarked(): (index: number, column: number) => boolean {
  const marked = new Set<string>();
  return (index, column) => {
    const key = `${index} ${column}`;
    if (index < 0 || marked.has(key) || (column + index * 3) % MARK_GAP !== 0) return false;
    marked.add(key);
    return true;
  };
}

function drawLine(line: Line, frame: Frame, plot: (dotX: number, dotY: number) => void): void {
  let previous: [number, number] | null = null;
  for (const point of line.points) {
    if (point.y === null) {
      previous = null;
      continue;
    }
    const dotX = Math.round(place(point.x, frame.x) * (frame.dotsX - 1));
    const dotY = Math.round((1 - place(point.y, frame.y)) * (frame.dotsY - 1));
    const [fromX, fromY] = previous ?? [dotX, dotY];
    const steps = Math.max(1, Math.abs(dotX - fromX), Math.abs(dotY - fromY));
    for (let i = 0; i <= steps; i++) {
      const part = i / steps;
      plot(Math.round(fromX + (dotX - fromX) * part), Math.round(fromY + (dotY - fromY) * part));
    }
    previous = [dotX, dotY];
  }
}

/** 0 to 1 within the range; the middle of an empty range. */
function place(value: number, [low, high]: [number, number]): number {
  return high === low ? 0.5 : (value - low) / (high - low);
}

function axisLabel(ticks: readonly number[], frame: Frame, row: number): string {
  const tick = ticks.find(
    (value) => Math.round((1 - place(value, frame.y)) * (frame.rows - 1)) === row,
  );
  return tick === undefined ? "" : formatTick(tick);
}

function xAxis(frame: Frame, categories: readonly string[] | null): string {
  const [low, high] = frame.x;
  const label = (value: number): string =>
    categories === null ? formatTick(value) : (categories[Math.round(value)] ?? "");
  const room = Math.max(1, Math.floor((frame.columns - 2) / 3));
  const short = (text: string): string =>
    displayWidth(text) > room ? fitText(text, room).trimEnd() : text;
  const left = short(label(low));
  if (low === high) return left;
  const right = short(label(high));
  // Between two categories there is no third to name.
  const center = categories === null ? (low + high) / 2 : Math.floor((low + high) / 2);
  const middle = center === low ? "" : short(label(center));
  const gap = frame.columns - displayWidth(left) - displayWidth(middle) - displayWidth(right);
  const at = Math.round(place(center, frame.x) * (frame.columns - 1)) - (displayWidth(middle) >> 1);
  const before = Math.min(Math.max(1, at - displayWidth(left)), Math.max(1, gap - 1));
  return left + " ".repeat(before) + middle + " ".repeat(Math.max(1, gap - before)) + right;
}

function center(text: string, width: number, indent: number): string {
  return " ".repeat(indent + Math.max(0, (width - displayWidth(text)) >> 1)) + text;
}

// Spreading a large array into Math.min overflows the stack.
function minimum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function maximum(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
