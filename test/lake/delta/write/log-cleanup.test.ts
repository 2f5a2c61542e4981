import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import {
  createWasmCheckpointReader,
  createWasmCheckpointWriter,
} from "../../../../src/lake/checkpoint/index.ts";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import { cleanUpLog } from "../../../../src/lake/delta/write/log-cleanup.ts";
import { namedOperation } from "../../../../src/lake/delta/write/operations.ts";
import { defineTable, tableActions } from "../../../../src/lake/delta/write/table-create.ts";
import { beginTransaction } from "../../../../src/lake/delta/write/transaction.ts";
import * as T from "../../../../src/lake/schema/data-type.ts";

const DAY_MS = 86_400_000;
// Noon of the day the files are made on: their times are the real ones.
const NOW_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-cleanup-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const openLog = () => DeltaLog.open(root, { checkpointReader: createWasmCheckpointReader() });
const logNames = () => readdirSync(join(root, "_delta_log")).sort();

/** Commits versions 0 to `last`, a checkpoint at every other one, their in-commit time `clockMs`. */
async function build(properties: Record<string, string>, last: number, clockMs = NOW_MS) {
  const clock = createFixedClock(clockMs);
  const schema = T.structType([T.structField("id", T.LONG)]);
  const table = defineTable({
    schema,
    properties: { "delta.checkpointInterval": "2", ...properties },
    partitionColumns: [],
    clock,
  });
  const checkpointWriter = createWasmCheckpointWriter();
  for (let version = 0; version <= last; version++) {
    const path = `f${version}`;
    const add = { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
    const snapshot = version === 0 ? null : await openLog().snapshot();
    const actions = version === 0 ? tableActions(null, table) : [{ add }];
    const log = version === 0 ? {} : { log: openLog() };
    const transaction = beginTransaction(root, snapshot, { clock, checkpointWriter, ...log });
    const result = await transaction.commit({ ...namedOperation("WRITE"), actions });
    expect(result.warnings).toBeUndefined();
  }
}

/** Makes all files of the versions as old as said. */
function age(days: number, versions: (version: number) => boolean): void {
  const seconds = (NOW_MS - days * DAY_MS) / 1000;
  for (const folder of ["_delta_log", "_delta_log/_sidecars"]) {
    let names: string[] = [];
    try {
      names = readdirSync(join(root, folder));
    } catch {}
    for (const name of names) {
      if (versions(Number(name.slice(0, 20))))
        utimesSync(join(root, folder, name), seconds, seconds);
    }
  }
}

async function clean(): Promise<string[]> {
  const log = openLog();
  await cleanUpLog(log, await log.snapshot(), createFixedClock(NOW_MS));
  return logNames();
}

const versionsOf = (names: string[]) => [
  ...new Set(
    names.filter((name) => /^\d{20}\./.test(name)).map((name) => Number(name.slice(0, 20))),
  ),
];

describe("cleaning up the log", () => {
  it("removes what is older than the cut-off and below a checkpoint", async () => {
    await build({}, 7);
    age(31, (version) => version <= 4);
    writeFileSync(
      join(root, "_delta_log", `${"0".repeat(20)}.${"0".repeat(19)}3.compacted.json`),
      "",
    );
    writeFileSync(join(root, "_delta_log", ".00000000000000000001.json.crc"), "x");
    expect(versionsOf(await clean())).toEqual([4, 5, 6, 7]);
    expect(logNames().some((name) => name.startsWith("."))).toBe(false);
    expect(await (await openLog().snapshot()).fileCount()).toBe(7);
    expect(await (await openLog().snapshot({ version: 4 })).fileCount()).toBe(4);
    expect((await openLog().snapshot({ version: 5 })).version).toBe(5);
    await expect(openLog().snapshot({ version: 3 })).rejects.toMatchObject({
      code: "RESOURCE_DOES_NOT_EXIST",
    });
  });

  it("counts by whole days and keeps the order of versions where times go back", async () => {
    await build({}, 5);
    age(30, () => true);
    expect(versionsOf(await clean())).toHaveLength(6);
    age(31, () => true);
    age(1, (version) => version === 1);
    expect(versionsOf(await clean())).toHaveLength(6);
  });

  it("keeps what properties protect", async () => {
    await build({ "delta.enableExpiredLogCleanup": "false" }, 4);
    age(99, () => true);
    expect(versionsOf(await clean())).toEqual([0, 1, 2, 3, 4]);
  });

  it("follows the retention of the table", async () => {
    await build({ "delta.logRetentionDuration": "interval 100 days" }, 4);
    age(99, () => true);
    expect(versionsOf(await clean())).toEqual([0, 1, 2, 3, 4]);
    age(101, () => true);
    expect(versionsOf(await clean())).toEqual([4]);
  });

  it("goes by in-commit timestamps where they are later than the files", async () => {
    await build({ "delta.enableInCommitTimestamps": "true" }, 4);
    age(99, () => true);
    expect(versionsOf(await clean())).toEqual([0, 1, 2, 3, 4]);
    rmSync(root, { recursive: true });
    await build({ "delta.enableInCommitTimestamps": "true" }, 4, NOW_MS - 60 * DAY_MS);
    age(99, () => true);
    expect(versionsOf(await clean())).toEqual([4]);
  });

  it("removes sidecars no checkpoint names", async () => {
    await build({ "delta.checkpointPolicy": "v2" }, 5);
    const sidecars = () => readdirSync(join(root, "_delta_log", "_sidecars"));
    expect(sidecars()).toHaveLength(2);
    const stray = join(root, "_delta_log", "_sidecars", "stray.parquet");
    writeFileSync(stray, "x");
    age(31, (version) => version <= 4);
    expect(versionsOf(await clean())).toEqual([4, 5]);
    expect(sidecars().map((name) => name.slice(0, 20))).toEqual([
      "00000000000000000004",
      "stray.parquet",
    ]);
    expect(await (await openLog().snapshot()).fileCount()).toBe(5);
  });

  it("does not rely on a checkpoint that lost a sidecar", async () => {
    await build({ "delta.checkpointPolicy": "v2" }, 5);
    const folder = join(root, "_delta_log", "_sidecars");
    for (const name of readdirSync(folder)) {
      if (name.startsWith("00000000000000000004")) rmSync(join(folder, name));
    }
    age(31, () => true);
    const log = openLog();
    const snapshot = await log.snapshot({ version: 3 });
    await cleanUpLog(log, snapshot, createFixedClock(NOW_MS));
    expect(versionsOf(logNames())).toEqual([2, 3, 4, 5]);
  });
});
