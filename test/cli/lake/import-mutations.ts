/**
 * Imports files broken at random, into a new table and into one that exists, and holds them to one
 * promise: whatever is in the file is in the table or put aside. Records are counted, and tokens
 * looked for, by means that know nothing of the importer.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../../src/core/rng.ts";
import { runInProcess } from "../../acceptance/run-case.ts";
import { makeRows, mutate } from "./mutate-text.ts";

export interface MutationCounts {
  imported: number;
  refused: number;
  withRejected: number;
}

interface Summary {
  rows: number;
  rejected: number;
  rejected_file: string | null;
}

/** Runs `fileCount` files; throws with the file's text at the first broken promise. */
export async function importMutations(fileCount: number, seed: number): Promise<MutationCounts> {
  const rng = createRng(seed);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sovereign-mutations-")));
  const counts: MutationCounts = { imported: 0, refused: 0, withRejected: 0 };
  const sovereign = (...args: string[]) =>
    runInProcess({ args, cwd: folder, env: { HOME: folder }, stdin: "", tty: null });
  try {
    await sovereign("init", "-q");
    const columns = "id INT, token STRING, text STRING, n DOUBLE";
    for (let file = 0; file < fileCount; file++) {
      const format = file % 2 === 0 ? "csv" : "jsonl";
      const bytes = mutate(makeRows(rng, format), rng);
      const name = `f${file}.${format}`;
      writeFileSync(join(folder, name), bytes);
      const isNew = file % 4 < 2;
      if (!isNew) await sovereign("lake", "sql", `CREATE TABLE t${file} (${columns})`, "-q");
      const run = await sovereign("lake", "import", name, `t${file}`, "--json");
      const fail = (why: string): never => {
        throw new Error(
          `${name}: ${why}\n${run.stderr}\n${JSON.stringify(bytes.toString("latin1"))}`,
        );
      };
      if (run.exitCode !== 0) {
        if (run.exitCode !== 3 && run.exitCode !== 2) fail(`exit ${run.exitCode}`);
        if (!/"hint":"[^"]/.test(run.stderr)) fail("no hint");
        counts.refused++;
        continue;
      }
      counts.imported++;
      const summary = JSON.parse(run.stdout.toString()) as Summary;
      if (summary.rejected > 0) counts.withRejected++;
      const aside = summary.rejected_file === null ? "" : readAside(folder, summary.rejected_file);
      if (aside.split("\n").length - 1 !== summary.rejected) fail("rows aside are not as counted");
      const records = countRecords(bytes, format);
      const found = summary.rows + summary.rejected;
      if (records !== null && records !== found) fail(`${records} records, ${found} found`);
      const table = await sovereign("lake", "sql", `SELECT * FROM t${file}`, "-o", "jsonl");
      const lines = table.stdout.toString().split("\n").length - 1;
      if (lines !== summary.rows) fail(`${summary.rows} rows said, ${lines} in the table`);
      for (const token of tokensOf(bytes)) {
        if (!`${table.stdout}${aside}`.includes(token)) fail(`${token} is lost`);
      }
    }
    if (readdirSync(join(folder, ".sovereign", "tmp")).length > 0) throw new Error("files left");
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readAside(folder: string, file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

/** Lines that are not blank; of CSV only where no quote makes a record of several lines. */
function countRecords(bytes: Buffer, format: "csv" | "jsonl"): number | null {
  const text = bytes.toString("latin1");
  if (format === "jsonl") return text.split("\n").filter((line) => /[^ \t\r]/.test(line)).length;
  if (text.includes('"')) return null;
  return text.split(/\r\n|\r|\n/).filter((line) => /[^ ]/.test(line)).length - 1;
}

function tokensOf(bytes: Buffer): Set<string> {
  return new Set(bytes.toString("latin1").match(/k\d+z/g));
}
