/**
 * Rows to log, read from JSON lines or CSV. A row is one entry (`key`, `value`, and `step`,
 * `timestamp`, `kind` if need be), or, without a `key`, all metrics of one step: every other column
 * is a metric, empty cells are none.
 */
import { SovereignError } from "../../core/errors.ts";
import { parseJson } from "../../core/json/index.ts";
import { CsvScanner, splitCsvFields } from "../../formats/csv/index.ts";
import { JsonLineScanner } from "../../formats/json/index.ts";
import { readInt64, readNumber } from "./log-values.ts";

export type LogEntry =
  | {
      readonly kind: "metric";
      readonly key: string;
      readonly value: number;
      readonly step: number | bigint;
      readonly timestamp: number | bigint;
    }
  | { readonly kind: "param" | "tag"; readonly key: string; readonly value: string };

export type RowFormat = "jsonl" | "csv";

interface Row {
  readonly line: number;
  /** Texts of CSV, values of JSON; what is missing or empty is left out. */
  readonly cells: Readonly<Record<string, unknown>>;
}

const CSV = { delimiter: Buffer.from(","), escape: null };
/** Columns of a row of metrics that are none. */
const PLACES = new Set(["step", "timestamp"]);

/** The entries of `source`, row by row. INVALID_PARAMETER_VALUE names the line at fault. */
export async function* readEntries(
  source: AsyncIterable<Buffer | string>,
  { format, nowMs }: { format: RowFormat | undefined; nowMs: () => number },
): AsyncGenerator<LogEntry[]> {
  for await (const row of readRows(source, format)) {
    const { key } = row.cells;
    yield key === undefined ? readMetrics(row, nowMs()) : [readEntry(row, String(key), nowMs())];
  }
}

async function* readRows(
  source: AsyncIterable<Buffer | string>,
  format: RowFormat | undefined,
): AsyncGenerator<Row> {
  let push: ((chunk: Buffer, isLast: boolean) => Row[]) | null = null;
  for await (const piece of source) {
    const chunk = Buffer.from(piece as Buffer);
    if (push === null) {
      const isJson = /^\s*\{/.test(chunk.subarray(0, 1024).toString("latin1"));
      push = (format ?? (isJson ? "jsonl" : "csv")) === "jsonl" ? jsonRows() : csvRows();
    }
    yield* push(chunk, false);
  }
  if (push !== null) yield* push(Buffer.alloc(0), true);
}

function jsonRows(): (chunk: Buffer, isLast: boolean) => Row[] {
  const scanner = new JsonLineScanner();
  return (chunk, isLast) =>
    scanner.push(chunk, isLast).map(({ line, raw, isTooLong }) => {
      const json = isTooLong ? null : parseOrNull(raw.toString("utf8"));
      if (typeof json !== "object" || json === null || Array.isArray(json)) {
        throw wrong(line, "is no JSON object");
      }
      return { line, cells: dropEmpty(Object.entries(json)) };
    });
}

function csvRows(): (chunk: Buffer, isLast: boolean) => Row[] {
  const scanner = new CsvScanner(CSV);
  let header: string[] | null = null;
  return (chunk, isLast) => {
    const rows: Row[] = [];
    for (const { line, raw, problem } of scanner.push(chunk, isLast)) {
      if (problem !== null) throw wrong(line, `cannot be read: ${problem}`);
      const fields = splitCsvFields(raw, CSV);
      if (header === null) {
        header = fields.map((name) => name.replace(/^\uFEFF/, "").trim());
        continue;
      }
      if (fields.length !== header.length) {
        throw wrong(line, `has ${fields.length} fields where the header has ${header.length}`);
      }
      const names = header;
      rows.push({ line, cells: dropEmpty(fields.map((text, i) => [names[i] ?? "", text])) });
    }
    return rows;
  };
}

function readMetrics({ line, cells }: Row, nowMs: number): LogEntry[] {
  const { step, timestamp } = readPlace({ line, cells }, nowMs);
  return Object.entries(cells)
    .filter(([key]) => !PLACES.has(key))
    .map(([key, cell]) => ({
      kind: "metric",
      key,
      value: numberIn(cell, line, key),
      step,
      timestamp,
    }));
}

function readEntry({ line, cells }: Row, key: string, nowMs: number): LogEntry {
  const { kind = "metric", value } = cells;
  if (value === undefined) throw wrong(line, `has no value of \`${key}\``);
  if (kind === "param" || kind === "tag") return { kind, key, value: textOf(value) };
  if (kind !== "metric") throw wrong(line, `has the kind \`${String(kind)}\``);
  const place = readPlace({ line, cells }, nowMs);
  return { kind, key, value: numberIn(value, line, key), ...place };
}

function readPlace({ line, cells }: Row, nowMs: number) {
  const read = (name: string, otherwise: number) => {
    const cell = cells[name];
    return cell === undefined ? otherwise : readInt64(textOf(cell), `\`${name}\` in line ${line}`);
  };
  return { step: read("step", 0), timestamp: read("timestamp", nowMs) };
}

function numberIn(cell: unknown, line: number, key: string): number {
  return typeof cell === "number" ? cell : readNumber(textOf(cell), `\`${key}\` in line ${line}`);
}

function textOf(cell: unknown): string {
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

function dropEmpty(pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(pairs.filter(([, cell]) => cell !== null && cell !== ""));
}

function parseOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function wrong(line: number, what: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", `line ${line} ${what}`, {
    hint: 'write rows such as `{"key": "loss", "value": 0.3, "step": 1}`, or CSV with a header `step,loss`; the lines before it are logged',
  });
}
