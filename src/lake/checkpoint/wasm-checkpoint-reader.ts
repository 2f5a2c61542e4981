/**
 * `CheckpointReader` without an engine: parquet-wasm, loaded on first use, for checkpoints below a
 * size. Larger ones are the engine's (`LargeCheckpointPort`), or the fallback reader's.
 */
import { readFile } from "node:fs/promises";
import { SovereignError } from "../../core/errors.ts";
import { readParquetRows } from "../../formats/parquet/index.ts";
import { type CheckpointAction, type CheckpointReader, checkAction } from "../delta/index.ts";
import { rowToAction } from "./checkpoint-row.ts";

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

export interface WasmCheckpointReaderOptions {
  /** Files above this go to `larger`. Default 16 MiB. */
  maxBytes?: number;
  /** Reader of larger files; without it they are refused. */
  larger?: CheckpointReader;
}

/** A reader of small checkpoint files; creating it loads nothing. */
export function createWasmCheckpointReader(
  options: WasmCheckpointReaderOptions = {},
): CheckpointReader {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  return {
    readActions(path, sizeBytes) {
      if (sizeBytes <= maxBytes) return readSmall(path);
      if (options.larger !== undefined) return options.larger.readActions(path, sizeBytes);
      throw new SovereignError(
        "RESOURCE_EXHAUSTED",
        `the checkpoint \`${path}\` has ${sizeBytes} bytes, too large without the engine`,
        { hint: "open the table through `openLake`", details: { path, size_bytes: sizeBytes } },
      );
    },
  };
}

async function* readSmall(path: string): AsyncGenerator<CheckpointAction[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EISDIR" ? malformed(path, "it is a folder") : cause;
  });
  for await (const rows of readParquetRows(bytes, { source: path })) {
    const actions: CheckpointAction[] = [];
    for (const row of rows) {
      const action = rowToAction(row);
      if (action === null) continue;
      const problem = checkAction(action);
      if (problem !== null) throw malformed(path, problem);
      actions.push(action);
    }
    yield actions;
  }
}

function malformed(path: string, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `damaged checkpoint \`${path}\`: ${problem}`, {
    hint: "delete the checkpoint if the commits before it are still there, or restore it",
    details: { source: path },
  });
}
