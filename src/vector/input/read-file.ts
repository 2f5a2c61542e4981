/**
 * Rows from files: JSON lines, a JSON array, Parquet, Arrow, `.npy`, `.npz`. A row's columns are
 * its id, its vector, and metadata, which is everything else. Vectors are lists of numbers, or JSON
 * text of one.
 */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import {
  optional,
  requireListOf,
  requireObjectOf,
  requireOneOf,
  requirePath,
  requireString,
} from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import { parseJson } from "../../core/json/index.ts";
import { damagedArrow, readArrow } from "../../formats/arrow/index.ts";
import {
  type Cell,
  DateCell,
  DecimalCell,
  readParquetRows,
  TimestampCell,
  tableRows,
} from "../../formats/parquet/index.ts";
import type { Metadata, MetadataValue, VectorRow } from "../types.ts";
import { numpyRows, withVectors } from "./numpy-rows.ts";

export const ROW_FORMATS = ["jsonl", "json", "parquet", "arrow", "npy", "npz"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

export interface ReadFileOptions {
  readonly format: RowFormat;
  /** Named in errors. */
  readonly source: string;
  /** Default `id`; of an `.npz` file the array of ids, `ids` or `id`. */
  readonly idColumn?: string;
  /** Default `vector`; of an `.npz` file the array of vectors, `vectors` or the only matrix. */
  readonly vectorColumn?: string;
  /** Ids of the rows of an `.npy` or `.npz` file, in order; their numbers from 0 without it. */
  readonly ids?: readonly string[];
  /** An `.npy` file with a vector for each row, in their order. */
  readonly vectors?: string;
}

const BATCH_ROWS = 8192;
/** Of JSON: what is nested deeper is no data. */
const MOST_DEPTH = 100;
const MOST_PARQUET_BYTES = 4 * 1024 ** 3;

const requireFileOptions = requireObjectOf({
  format: requireOneOf(...ROW_FORMATS),
  source: requireString,
  idColumn: optional(requireString),
  vectorColumn: optional(requireString),
  ids: optional(requireListOf(requireString)),
  vectors: optional(requirePath),
});

/** Rows in batches, in the order of the file. */
export async function* readRowFile(
  path: string,
  options: ReadFileOptions,
): AsyncGenerator<VectorRow[]> {
  requirePath(path, "the file");
  requireFileOptions(options, "the options");
  requireFile(path);
  if (options.vectors !== undefined) requireFile(options.vectors);
  let batch: VectorRow[] = [];
  const rows = readRows(path, options);
  const { vectors } = options;
  for await (const row of vectors === undefined ? rows : withVectors(rows, vectors)) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function requireFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no file \`${path}\``, {
      hint: "give the path of a file",
    });
  }
  if (stat.isDirectory()) throw refuse(`\`${path}\` is a folder`, "give the path of a file");
}

async function* readRows(path: string, options: ReadFileOptions): AsyncGenerator<VectorRow> {
  switch (options.format) {
    case "npy":
    case "npz":
      return yield* numpyRows(path, { ...options, format: options.format });
    case "jsonl":
      return yield* lineRows(path, options);
    case "json":
      return yield* documentRows(path, options);
    case "parquet": {
      const parquet = { source: options.source, maxDecodedBytes: MOST_PARQUET_BYTES };
      let count = 0;
      for await (const group of readParquetRows(readFileSync(path), parquet)) {
        for (const cells of group) yield toRow(cells, `row ${++count}`, options);
      }
      return;
    }
    case "arrow":
      return yield* arrowRows(path, options);
  }
}

const LINE_HINT = "write one whole JSON object a line";
const DOCUMENT_HINT =
  "write one array of objects; for one object a line say `--input-format jsonl`";

async function* lineRows(path: string, options: ReadFileOptions): AsyncGenerator<VectorRow> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const where = `line ${number}`;
    const source = `\`${options.source}\`, ${where}`;
    const value = parseJson(line, { source, maxDepth: MOST_DEPTH, hint: LINE_HINT });
    yield toRow(value as Cell, where, options);
  }
}

function* documentRows(path: string, options: ReadFileOptions): Generator<VectorRow> {
  const settings = { maxDepth: MOST_DEPTH, hint: DOCUMENT_HINT };
  const source = `\`${options.source}\``;
  const value = parseJson(readFileSync(path, "utf8"), { source, ...settings });
  const list = Array.isArray(value) ? value : [value];
  for (const [i, item] of list.entries()) yield toRow(item as Cell, `row ${i + 1}`, options);
}

async function* arrowRows(path: string, options: ReadFileOptions): AsyncGenerator<VectorRow> {
  const { source } = options;
  const bytes = readFileSync(path);
  const table = await readArrow(bytes, source);
  // An id takes a byte at least.
  if (table.numRows > bytes.length) throw damagedArrow(source, "it has more rows than bytes");
  // apache-arrow gives the chunks of an empty table no type.
  if (table.numRows === 0) return;
  const rows = tableRows(table);
  for (let number = 1; ; number++) {
    const cells = nextCells(rows, source);
    if (cells === null) return;
    yield toRow(cells, `row ${number}`, options);
  }
}

/** The next row, or null; what the reader throws that is not ours is about the bytes. */
function nextCells(rows: ReturnType<typeof tableRows>, source: string): Cell {
  try {
    const { value, done } = rows.next();
    return done === true ? null : (value as Cell);
  } catch (cause) {
    if (cause instanceof SovereignError) throw cause;
    throw damagedArrow(source, (cause as Error).message, { cause });
  }
}

function toRow(value: Cell, where: string, options: ReadFileOptions): VectorRow {
  const { idColumn = "id", vectorColumn = "vector", source } = options;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse(`\`${source}\`, ${where}: this is no object`, "give one object for each row");
  }
  const cells = value as { readonly [name: string]: Cell };
  const id = plainValue(cells[idColumn] ?? null);
  if (typeof id !== "string" && typeof id !== "number" && typeof id !== "bigint") {
    throw refuse(
      `\`${source}\`, ${where}: there is no id in the column \`${idColumn}\``,
      `name the column of the ids with \`--id-column\`: ${listNames(cells)}`,
    );
  }
  const others = Object.entries(cells).filter(
    ([name]) => name !== idColumn && name !== vectorColumn,
  );
  const metadata: Metadata = Object.fromEntries(
    others.map(([name, cell]) => [name, plainValue(cell)]),
  );
  const row = { id: String(id), metadata };
  const vector = readVector(cells[vectorColumn] ?? null, `\`${source}\`, ${where}`);
  return vector === null ? row : { ...row, vector };
}

const MOST_NAMES = 20;

/** Names of columns, for people. */
function listNames(cells: object): string {
  const names = Object.keys(cells);
  const more = names.length > MOST_NAMES ? ", …" : "";
  return `${names.slice(0, MOST_NAMES).join(", ") || "there is none"}${more}`;
}

function readVector(cell: Cell, where: string): number[] | null {
  if (cell === null) return null;
  let value: unknown = cell;
  if (typeof cell === "string") {
    try {
      value = JSON.parse(cell);
    } catch {
      value = null;
    }
  }
  const isNumber = (item: unknown): boolean => typeof item === "number" || typeof item === "bigint";
  if (Array.isArray(value) && value.every(isNumber)) return value.map(Number);
  throw refuse(
    `${where}: its vector is no list of numbers`,
    "name the column of the vectors with `--vector-column`",
  );
}

/** A cell as metadata: times and dates as ISO text, decimals as numbers. */
function plainValue(cell: Cell): MetadataValue {
  if (typeof cell !== "object" || cell === null) return cell;
  if (cell instanceof TimestampCell || cell instanceof DateCell) return cell.toIsoString();
  if (cell instanceof DecimalCell) return Number(cell.toString());
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("base64");
  if (Array.isArray(cell)) return cell.map(plainValue);
  return Object.fromEntries(Object.entries(cell).map(([name, value]) => [name, plainValue(value)]));
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
