/** Several real processes change one table through the lake; nothing may be lost or done twice. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Lake } from "../../../src/lake/index.ts";
import { bundleScript, startScript } from "../../long/kill.ts";
import { openProcessLake } from "./process-lake.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "write-process.ts");

/** The operation that history names for each kind of change. */
const OPERATIONS: Readonly<Record<string, string>> = {
  insert: "WRITE",
  counter: "UPDATE",
  update: "UPDATE",
  delete: "DELETE",
  merge: "MERGE",
  optimize: "OPTIMIZE",
};

export interface Writers {
  processes: number;
  /** Of each process. */
  commits: number;
}

export interface WriterScore {
  commits: Record<string, number>;
  refused: Record<string, number>;
}

/** Runs them and checks the table; commits and refusals by kind. */
export async function writeFromProcesses({ processes, commits }: Writers): Promise<WriterScore> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-writers-"));
  const script = await bundleScript(SCRIPT);
  try {
    const lake = await openProcessLake(folder);
    for (const statement of [
      "CREATE TABLE t (id INT, name STRING, n INT)",
      "INSERT INTO t VALUES (0, 'counter', 0)",
    ]) {
      await (await lake.sql(statement)).close();
    }
    const runs = Array.from({ length: processes }, (_, i) =>
      startScript(script, [folder, `w${i}`, String(commits)]),
    );
    expect(await Promise.all(runs.map((run) => run.exit))).toEqual(runs.map(() => 0));
    const lines = runs.flatMap((run) => run.lines).map((line) => line.split(" "));
    const committed = lines.filter(([kind]) => kind! in OPERATIONS);
    const refused = lines.filter(([first]) => first === "refused");
    await checkHistory(lake, committed, processes * commits);
    await checkRefusals(lake, refused);
    const counted = committed.filter(([kind]) => kind === "counter").length;
    await checkRows(
      lake,
      counted,
      runs.map((run) => run.lines.find((line) => line.startsWith("rows "))!.slice(5)),
    );
    await lake.close();
    return { commits: countBy(committed, 0), refused: countBy(refused, 1) };
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every version is one that a process was told of, and of that kind. */
async function checkHistory(lake: Lake, committed: string[][], total: number): Promise<void> {
  const versions = committed.map(([, version]) => Number(version)).sort((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: total }, (_, i) => i + 2));
  const operations = await operationsOf(lake);
  expect(operations.size).toBe(total + 2);
  for (const [kind, version] of committed) {
    expect(operations.get(Number(version)), `version ${version}`).toBe(OPERATIONS[kind!]);
  }
}

/** No INSERT was refused, and every refusal names the version that was first, and what it did. */
async function checkRefusals(lake: Lake, refused: string[][]): Promise<void> {
  const operations = await operationsOf(lake);
  for (const line of refused) {
    const [, kind, version] = line;
    expect(kind, line.join(" ")).not.toBe("insert");
    const operation = operations.get(Number(version))!;
    expect(line.slice(3).join(" ")).toContain(`version ${version} (${operation}, `);
  }
}

async function operationsOf(lake: Lake): Promise<Map<number, unknown>> {
  const history = await (await lake.table("t")).history();
  return new Map(history.map((one) => [Number(one.version), one.operation]));
}

async function checkRows(lake: Lake, counted: number, wanted: readonly string[]): Promise<void> {
  const rowsOf = async (name: string) => {
    const rows = await (await lake.sql(`SELECT id, n FROM t WHERE name = '${name}'`)).rows();
    return JSON.stringify(rows.map((row) => row.map(Number)).sort(([a], [b]) => a! - b!));
  };
  expect(await rowsOf("counter")).toBe(`[[0,${counted}]]`);
  for (const [i, rows] of wanted.entries()) expect(await rowsOf(`w${i}`)).toBe(rows);
}

function countBy(lines: readonly string[][], at: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) counts[line[at]!] = (counts[line[at]!] ?? 0) + 1;
  return counts;
}
