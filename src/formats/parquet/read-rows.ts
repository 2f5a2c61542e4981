/**
 * Parquet without an engine: parquet-wasm decodes, apache-arrow carries, rows come out as cells.
 * Both packages are loaded on first use. For small files only (it needs about seven times the
 * decoded size): the caller states a limit, larger files go to the engine.
 */
import type { Table } from "apache-arrow";
import { SovereignError } from "../../core/errors.ts";
import { createCellReader } from "./arrow-cells.ts";
import type { Cell } from "./cells.ts";
import { readRowGroups } from "./read-footer.ts";
import { damagedParquet } from "./read-thrift.ts";

export interface ReadParquetOptions {
  /** Named in errors. */
  source: string;
  /** Top-level columns to decode; all when absent. */
  columns?: string[];
  /** Refuse files whose decoded size is above this. Default 512 MiB. */
  maxDecodedBytes?: number;
}

const ROWS_PER_BATCH = 16_384;
const DEFAULT_MAX_DECODED = 512 * 1024 * 1024;

/** Rows of a Parquet file, one array per row group; DATA_LOSS for damaged files. */
export async function* readParquetRows(
  bytes: Uint8Array,
  options: ReadParquetOptions,
): AsyncGenerator<{ [name: string]: Cell }[]> {
  const groupCount = countRowGroups(bytes, options);
  const [wasm, arrow] = await Promise.all([import("parquet-wasm"), import("apache-arrow")]);

  for (let group = 0; group < groupCount; group++) {
    yield decode(options, () => {
      const wanted = options.columns === undefined ? {} : { columns: options.columns };
      const table = wasm.readParquet(bytes, {
        ...wanted,
        rowGroups: [group],
        batchSize: ROWS_PER_BATCH,
      });
      return tableToRows(arrow.tableFromIPC(table.intoIPCStream()));
    });
  }
}

/** Rows of an Arrow table as cells. */
export function tableToRows(table: Table): { [name: string]: Cell }[] {
  return [...tableRows(table)];
}

/** The same one by one. */
export function* tableRows(table: Table): Generator<{ [name: string]: Cell }> {
  const names = table.schema.fields.map((field) => field.name);
  for (const batch of table.batches) {
    const readers = batch.data.children.map((child) => createCellReader(child));
    for (let row = 0; row < batch.numRows; row++) {
      const cells: { [name: string]: Cell } = {};
      for (let i = 0; i < readers.length; i++) {
        const cell = readers[i]!(row);
        if (cell !== null) cells[names[i]!] = cell;
      }
      yield cells;
    }
  }
}

/**
 * Nothing asynchronous of the decoder is used: a panic in there never settles its promise and
 * surfaces as an uncaught exception.
 */
function countRowGroups(bytes: Uint8Array, options: ReadParquetOptions): number {
  const groups = readRowGroups(bytes, options.source);
  const limit = options.maxDecodedBytes ?? DEFAULT_MAX_DECODED;
  const decodedBytes = groups.reduce((sum, group) => sum + group.totalByteSize, 0);
  if (decodedBytes <= limit) return groups.length;
  throw new SovereignError(
    "RESOURCE_EXHAUSTED",
    `\`${options.source}\` decodes to ${decodedBytes} bytes, more than ${limit}`,
    { hint: "read it through the engine: `lake sql`", details: { decoded_bytes: decodedBytes } },
  );
}

function decode<T>(options: ReadParquetOptions, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw toDataLoss(options.source, cause);
  }
}

/** The decoder's complaint, or its panic, as our error. */
function toDataLoss(source: string, cause: unknown): SovereignError {
  if (cause instanceof SovereignError) return cause;
  const problem = cause instanceof Error ? cause.message : String(cause);
  return damagedParquet(source, 0, problem.split("\n")[0]!, cause);
}
