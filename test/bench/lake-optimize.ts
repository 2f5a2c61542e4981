/**
 * OPTIMIZE of a thousand files of a thousand rows, and the same with ZORDER BY two columns, against
 * delta-rs. Budget: no more than delta-rs. Starting the processes and loading libraries is not
 * measured; opening the table is. `npm run bench -- lake-optimize`; BENCH_ROUNDS=3 for a quick look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { describeMachine } from "./support/measure.ts";
import { comparePrograms, deltaRsProgram, ourProgram } from "./support/programs.ts";
import { prepareScanTables } from "./support/scan-data.ts";

const FILES = 1000;
const ROWS = 1_000_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);

const ours = (tail: string): string => `
  const result = await lake.sql("OPTIMIZE delta.\`" + table + "\`${tail}");
  const [{ metrics }] = await result.objects();
  if (Number(metrics.numFilesRemoved) !== ${FILES}) throw new Error("removed " + metrics);`;

const theirs = (call: string): string => `
metrics = DeltaTable(table).optimize.${call}
assert metrics["numFilesRemoved"] == ${FILES}, metrics`;

const folder = mkdtempSync(join(tmpdir(), "lake-optimize-"));
const lake = await openLake({ root: folder });
try {
  const { plain } = await prepareScanTables(await lake.engine(), ROWS, FILES, ["plain"]);
  await lake.close();
  console.log(describeMachine());
  for (const [what, tail, call] of [
    ["OPTIMIZE", "", "compact()"],
    ["OPTIMIZE … ZORDER BY (k, v)", " ZORDER BY (k, v)", 'z_order(["k", "v"])'],
  ] as const) {
    console.log(`\n${what}, ${FILES} files of ${ROWS / FILES} rows`);
    comparePrograms(
      [deltaRsProgram("delta-rs", plain, theirs(call)), ourProgram("sovereign", plain, ours(tail))],
      ROUNDS,
      { base: "delta-rs", budgets: { sovereign: 1 } },
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
