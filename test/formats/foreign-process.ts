/**
 * Reads broken files in a process of its own: `foreign-process <folder> <kind> <seed> <first>
 * <end>` prints `<case> <milliseconds of CPU> <peak MB> <outcome>` for each.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertArrow } from "../../src/cli/lake/import/convert-arrow.ts";
import { SovereignError } from "../../src/core/errors.ts";
import { createRng } from "../../src/core/rng.ts";
import { readRowFile } from "../../src/vector/index.ts";
import {
  arrowFile,
  arrowStream,
  breakBytes,
  makeTable,
  npyFile,
  parquetFile,
} from "./foreign-files.ts";

const [folder = "", kind = "", seed, first, end] = process.argv.slice(2);
const isLake = kind.startsWith("lake");
const table = makeTable(isLake);
const MAKERS: Record<string, () => Uint8Array> = {
  arrow: () => arrowFile(table),
  arrows: () => arrowStream(table),
  "lake-arrow": () => arrowFile(table),
  "lake-arrows": () => arrowStream(table),
  parquet: parquetFile,
  npy: npyFile,
};
const original = MAKERS[kind]!();
const path = join(folder, `broken-${process.pid}`);

async function read(): Promise<string> {
  try {
    if (isLake) {
      await convertArrow({ name: "broken", path }, `${path}.parquet`);
      return existsSync(`${path}.parquet`) ? "read" : "NOTHING";
    }
    const format = kind === "arrows" ? "arrow" : (kind as "arrow" | "parquet" | "npy");
    let count = 0;
    for await (const rows of readRowFile(path, { format, source: "broken" })) count += rows.length;
    return count > 10_000 ? `TOO_MANY_ROWS ${count}` : "read";
  } catch (error) {
    if (!(error instanceof SovereignError)) return `WRONG_ERROR ${(error as Error).stack}`;
    return error.code === "INTERNAL_ERROR" ? `WRONG_ERROR ${error.message}` : error.code;
  }
}

console.log("started");
for (let n = Number(first); n < Number(end); n++) {
  const rng = createRng(Number(seed)).fork(`${kind} ${n}`);
  writeFileSync(path, breakBytes(original, rng));
  const before = process.cpuUsage();
  const outcome = await read();
  const { user, system } = process.cpuUsage(before);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${n} ${Math.round((user + system) / 1000)} ${peakMb} ${outcome.replaceAll("\n", " ")}`,
  );
}
