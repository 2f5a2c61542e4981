/** An Arrow file or stream as a Parquet file, which the engine can read. */
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../../../core/io/index.ts";
import { damagedArrow, readArrow } from "../../../formats/arrow/index.ts";
import type { InputFile } from "./source-files.ts";

/** Writes it to `target`; DATA_LOSS for what is no Arrow file. */
export async function convertArrow({ name, path }: InputFile, target: string): Promise<void> {
  const [arrow, wasm] = await Promise.all([import("apache-arrow"), import("parquet-wasm")]);
  const table = await readArrow(readFileSync(path), name);
  let bytes: Uint8Array;
  try {
    const stream = arrow.tableToIPC(table, "stream");
    bytes = wasm.writeParquet(wasm.Table.fromIPCStream(stream));
  } catch (cause) {
    throw damagedArrow(name, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  await writeFileAtomic(target, bytes);
}
