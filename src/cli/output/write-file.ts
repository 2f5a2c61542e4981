/** Rows into a file, which appears whole or not at all. */
import { existsSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { systemClock } from "../../core/clock.ts";
import { SovereignError } from "../../core/errors.ts";
import { removeStaleTemps, tempPathFor, withTarget } from "../../core/io/index.ts";
import { takeTurn } from "../../core/turns.ts";
import type { ArrowLayout } from "./arrow.ts";
import { createCsvEncoder, createMarkdownEncoder, createTsvEncoder } from "./delimited.ts";
import type { FileFormat } from "./file-formats.ts";
import { createJsonEncoder } from "./json.ts";
import type { RowEncoder, RowSource } from "./rows.ts";

export interface WriteFileOptions {
  readonly format: FileFormat;
  readonly int64: "number" | "string";
  /** Default: a stream. */
  readonly arrow?: ArrowLayout;
  onRows(count: number): void;
  onNotFinite(): void;
}

type Write = (piece: string | Uint8Array) => Promise<void>;

/** Writes the rows to `path`, replacing what is there; returns how many there were. */
export async function writeRowsToFile(
  rows: RowSource,
  path: string,
  options: WriteFileOptions,
): Promise<number> {
  requireFolder(path);
  removeStaleTemps(dirname(path), systemClock);
  const temp = tempPathFor(path);
  const handle = await open(temp, "wx").catch((error: unknown) => {
    throw withTarget(error, temp, path);
  });
  try {
    const count = await writeRows(rows, (piece) => handle.appendFile(piece), {
      arrow: /\.arrows$/i.test(path) ? "stream" : "file",
      ...options,
    });
    await handle.sync();
    await handle.close();
    await rename(temp, path);
    return count;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temp, { force: true });
    throw withTarget(error, temp, path);
  }
}

/** A flag of commands that write a file. */
export const OVERWRITE_FLAG = {
  overwrite: { type: "boolean", summary: "replace the file if it exists" },
} as const;

/** Where a new file goes; refuses one that exists unless it may be replaced, and a folder. */
export function targetPath(word: string, overwrites: boolean, cwd: string): string {
  const path = resolve(cwd, word);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is a folder`, {
      hint: "name the file to write",
    });
  }
  if (stat !== undefined && !overwrites) {
    throw new SovereignError("RESOURCE_ALREADY_EXISTS", `\`${word}\` exists`, {
      hint: "give `--overwrite` to replace it",
    });
  }
  requireFolder(path);
  return path;
}

/** Throws RESOURCE_DOES_NOT_EXIST when the folder of `path` is not there. */
export function requireFolder(path: string): void {
  if (!existsSync(dirname(path))) {
    throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `no folder \`${dirname(path)}\``, {
      hint: "make it first, or write to another place",
    });
  }
}

/** Writes the rows in a file format, piece by piece; returns how many there were. */
export async function writeRows(
  rows: RowSource,
  write: Write,
  options: WriteFileOptions,
): Promise<number> {
  let count = 0;
  const counted: RowSource = {
    schema: rows.schema,
    async *batches() {
      for await (const batch of rows.batches()) {
        count += batch.rowCount;
        await takeTurn();
        options.onRows(batch.rowCount);
        yield batch;
      }
    },
  };
  if (options.format === "parquet") {
    const { writeParquet } = await import("./parquet.ts");
    await writeParquet(counted, write);
    return count;
  }
  const encoder = await createFileEncoder(rows, options);
  const put = async (piece: string | Uint8Array | null | undefined): Promise<void> => {
    if (piece !== null && piece !== undefined && piece.length > 0) await write(piece);
  };
  await put(encoder.begin?.());
  for await (const batch of counted.batches()) await put(encoder.batch(batch));
  await put(encoder.end?.());
  return count;
}

async function createFileEncoder(rows: RowSource, options: WriteFileOptions): Promise<RowEncoder> {
  const { format, int64, onNotFinite } = options;
  switch (format) {
    case "csv":
      return createCsvEncoder(rows.schema);
    case "tsv":
      return createTsvEncoder(rows.schema);
    case "md":
      return createMarkdownEncoder(rows.schema);
    case "arrow": {
      const { createArrowEncoder } = await import("./arrow.ts");
      return createArrowEncoder(rows.schema, options.arrow ?? "stream");
    }
    default:
      return createJsonEncoder(rows.schema, {
        lines: format === "jsonl",
        pretty: false,
        int64,
        onNotFinite,
      });
  }
}
