/** Checks shared by the short and the long test of several processes on one table. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { systemClock } from "../../../../src/core/clock.ts";
import { isTempName } from "../../../../src/core/io/index.ts";
import { createWasmCheckpointReader } from "../../../../src/lake/checkpoint/index.ts";
import { DeltaLog, type TableSnapshot } from "../../../../src/lake/delta/index.ts";
import { createTableOperation } from "../../../../src/lake/delta/write/operations.ts";
import { defineTable, tableActions } from "../../../../src/lake/delta/write/table-create.ts";
import { beginTransaction } from "../../../../src/lake/delta/write/transaction.ts";
import { LONG, structField, structType } from "../../../../src/lake/schema/data-type.ts";
import { bundleScript, killLoop, startScript } from "../../../long/kill.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "append-process.ts");

async function createTable(root: string, properties: Record<string, string>): Promise<void> {
  const schema = structType([structField("id", LONG)]);
  const table = defineTable({ schema, properties, clock: systemClock });
  await beginTransaction(root, null).commit({
    ...createTableOperation(table.metadata, { isManaged: false }),
    actions: tableActions(null, table),
  });
}

/** Several processes append at once: versions contiguous, nothing lost, checkpoints readable. */
export async function appendFromProcesses(processCount: number, appendCount: number) {
  const root = mkdtempSync(join(tmpdir(), "sovereign-processes-"));
  const script = await bundleScript(SCRIPT);
  try {
    await createTable(root, { "delta.enableInCommitTimestamps": "true" });
    const runs = Array.from({ length: processCount }, (_, index) =>
      startScript(script, [root, `w${index}`, String(appendCount)]),
    );
    expect(await Promise.all(runs.map((run) => run.exit))).toEqual(runs.map(() => 0));
    const acknowledged = runs.flatMap((run) => run.lines.slice(1));
    expect(acknowledged).toHaveLength(processCount * appendCount);
    const snapshot = await checkTable(root, acknowledged);
    expect(await snapshot.fileCount()).toBe(processCount * appendCount);
    const retryCount = acknowledged.reduce((sum, line) => sum + Number(line.split(" ")[2]), 0);
    return { retryCount };
  } finally {
    script.remove();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Two appending processes, one killed at random points again and again. */
export async function appendUnderKills(rounds: number, seed: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "sovereign-kill-"));
  const script = await bundleScript(SCRIPT);
  const acknowledged: string[] = [];
  try {
    await createTable(root, { "delta.checkpointInterval": "2" });
    await killLoop({
      rounds,
      seed,
      maxLifeMs: 150,
      start: (round) => startScript(script, [root, `r${round}`, "1000"]),
      async check(_round, lines) {
        acknowledged.push(...lines.slice(1));
        await checkTable(root, acknowledged);
      },
    });
    expect(acknowledged.length).toBeGreaterThan(0);
  } finally {
    script.remove();
    rmSync(root, { recursive: true, force: true });
  }
}

/** The log is whole: contiguous, parseable, time rising, all that was acknowledged in place. */
async function checkTable(root: string, acknowledged: readonly string[]): Promise<TableSnapshot> {
  const log = DeltaLog.open(root, { checkpointReader: createWasmCheckpointReader() });
  const { commitVersions, folder } = log.list();
  expect(commitVersions).toEqual(commitVersions.map((_, index) => index));
  for (const line of acknowledged) {
    const [version, path] = line.split(" ");
    const text = readFileSync(join(folder, `${version!.padStart(20, "0")}.json`), "utf8");
    expect(text.endsWith("\n")).toBe(true);
    expect(text).toContain(`"path":"${path}"`);
  }
  const times = log.history().map((entry) => entry.timestampMs);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  const strangers = readdirSync(folder).filter(
    (name) => name !== "_last_checkpoint" && !/^\d{20}\./.test(name) && !isTempName(name),
  );
  expect(strangers).toEqual([]);
  return log.snapshot();
}
