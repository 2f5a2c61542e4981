/** What a lost race changes in the commit that follows: row ids, versions, timestamps, properties. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import { createRng } from "../../../../src/core/rng.ts";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import type { Action, CommitRequest, Snapshot } from "../../../../src/lake/delta/types.ts";
import { logPath, writeCommit } from "../../../../src/lake/delta/write/commit.ts";
import { addOf, removeOf } from "../../../../src/lake/delta/write/file-actions.ts";
import { namedOperation } from "../../../../src/lake/delta/write/operations.ts";
import {
  changeTable,
  defineTable,
  tableActions,
} from "../../../../src/lake/delta/write/table-create.ts";
import {
  beginTransaction,
  type TransactionOptions,
} from "../../../../src/lake/delta/write/transaction.ts";
import { LONG, structField, structType } from "../../../../src/lake/schema/data-type.ts";

const START_MS = 1_800_000_000_000;
const SCHEMA = structType([structField("id", LONG)]);

let root: string;
const clock = createFixedClock(START_MS);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-rebase-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function create(properties: Record<string, string> = {}): Promise<Snapshot> {
  const table = defineTable({ schema: SCHEMA, properties, clock });
  await commit(null, tableActions(null, table));
  return DeltaLog.open(root).snapshot();
}

const commit = (
  snapshot: Snapshot | null,
  actions: Action[],
  more: Partial<CommitRequest & TransactionOptions> = {},
) =>
  beginTransaction(root, snapshot, { clock, rng: createRng(1), ...more }).commit({
    ...namedOperation("WRITE"),
    actions,
    ...more,
  });

const rows = (path: string, count: number): Action => ({
  add: addOf({
    path,
    sizeBytes: 1,
    modifiedMs: 1,
    partitionValues: {},
    stats: `{"numRecords":${count}}`,
  }),
});

const changed = (snapshot: Snapshot, setProperties: Record<string, string>): Action[] =>
  tableActions(snapshot, changeTable(snapshot, { setProperties }));

function actionsAt(version: number): Action[] {
  const lines = readFileSync(logPath(root, version, "json"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Action);
}

const find = <K extends keyof Action>(version: number, kind: K) =>
  actionsAt(version).find((action) => action[kind])?.[kind];

describe("row ids", () => {
  const supported = { "delta.feature.rowTracking": "supported" };
  const highWaterMark = (version: number) => find(version, "domainMetadata")?.configuration;

  it("start at 0 and go on where the table's stopped", async () => {
    const first = await create(supported);
    await commit(first, [rows("a", 10), rows("b", 5)]);
    const adds = actionsAt(1).flatMap(({ add }) => add ?? []);
    expect(adds.map((add) => [add.baseRowId, add.defaultRowCommitVersion])).toEqual([
      [0, 1],
      [10, 1],
    ]);
    expect(highWaterMark(1)).toBe('{"rowIdHighWaterMark":14}');
    await commit(await DeltaLog.open(root).snapshot(), [rows("c", 1)]);
    expect(find(2, "add")).toMatchObject({ baseRowId: 15, defaultRowCommitVersion: 2 });
  });

  it("move behind those of the winners, with the version", async () => {
    const stale = await create(supported);
    await commit(stale, [rows("a", 10)]);
    await commit(stale, [rows("b", 5)]);
    expect(await commit(stale, [rows("c", 3)])).toMatchObject({ version: 3, retryCount: 1 });
    expect(find(3, "add")).toMatchObject({ baseRowId: 15, defaultRowCommitVersion: 3 });
    expect(highWaterMark(3)).toBe('{"rowIdHighWaterMark":17}');
  });

  it("stay with a file that only gets a deletion vector or other tags", async () => {
    await commit(await create(supported), [rows("a", 10)]);
    const snapshot = await DeltaLog.open(root).snapshot();
    const old = (await snapshot.scanFiles())[0]!.add;
    const actions = [{ remove: removeOf(old, 1) }, { add: { ...old, tags: { k: "v" } } }];
    const tagged = { ...actions[1]!.add!, path: "again" };
    await commit(snapshot, [actions[0]!, { add: tagged }, rows("b", 1)]);
    expect(actionsAt(2).flatMap(({ add }) => (add ? [add.baseRowId] : []))).toEqual([0, 10]);
    expect(highWaterMark(2)).toBe('{"rowIdHighWaterMark":10}');
  });

  it("begin with the winner that brings row tracking", async () => {
    const stale = await create();
    await commit(stale, changed(stale, supported));
    await commit(stale, [rows("a", 4)]);
    expect(find(2, "add")).toMatchObject({ baseRowId: 0, defaultRowCommitVersion: 2 });
  });

  it("need a row count", async () => {
    const add = addOf({ path: "a", sizeBytes: 1, modifiedMs: 1, partitionValues: {} });
    await expect(commit(await create(supported), [{ add }])).rejects.toMatchObject({
      details: { error_class: "DELTA_ROW_ID_ASSIGNMENT_WITHOUT_STATS" },
    });
  });

  it("are not lost by rewrites of a table that keeps them", async () => {
    await commit(await create({ "delta.enableRowTracking": "true" }), [rows("a", 10)]);
    const snapshot = await DeltaLog.open(root).snapshot();
    const old = (await snapshot.scanFiles())[0]!.add;
    const rewritten = [{ remove: removeOf(old, 1) }, rows("b", 10)];
    await expect(commit(snapshot, rewritten)).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
      details: { features: ["rowTracking"] },
    });
    await commit(snapshot, [{ remove: removeOf(old, 1) }]);
  });
});

describe("in-commit timestamps", () => {
  const timed = { "delta.enableInCommitTimestamps": "true" };

  it("go behind the winner's", async () => {
    const stale = await create(timed);
    const at = async () => (await DeltaLog.open(root).snapshot()).timestampMs;
    await commit(stale, [rows("a", 1)]);
    const winner = await at();
    await commit(stale, [rows("b", 1)]);
    expect(await at()).toBe(winner + 1);
  });

  it("are written once the winner turned them on", async () => {
    const stale = await create();
    await commit(stale, changed(stale, timed));
    await commit(stale, [rows("a", 1)]);
    const enabled = find(1, "commitInfo")?.inCommitTimestamp;
    expect(enabled).toBeTypeOf("number");
    expect(find(2, "commitInfo")?.inCommitTimestamp).toBeGreaterThan(enabled!);
    expect((await DeltaLog.open(root).snapshot()).version).toBe(2);
  });

  it("note the version they begin with, not the one first tried", async () => {
    const stale = await create();
    await commit(stale, [rows("a", 1)]);
    await commit(stale, changed(stale, timed));
    expect(find(2, "metaData")?.configuration).toMatchObject({
      "delta.inCommitTimestampEnablementVersion": "2",
      "delta.inCommitTimestampEnablementTimestamp": String(
        find(2, "commitInfo")?.inCommitTimestamp,
      ),
    });
  });
});

describe("a table changed meanwhile", () => {
  const reading: Partial<CommitRequest> = { readPredicates: [{ kind: "literal", value: true }] };

  it.each([
    ["deletion vectors", { "delta.enableDeletionVectors": "true" }],
    ["v2 checkpoints", { "delta.checkpointPolicy": "v2" }],
    ["in-commit timestamps", { "delta.enableInCommitTimestamps": "true" }],
    ["column mapping", { "delta.columnMapping.mode": "name" }],
  ])("bears %s turned on under a writer that read it", async (_, properties) => {
    const stale = await create();
    await commit(stale, changed(stale, properties));
    expect(await commit(stale, [rows("a", 1)], reading)).toMatchObject({ version: 2 });
    const { configuration } = (await DeltaLog.open(root).snapshot()).metadata;
    expect(configuration).toMatchObject(properties);
  });

  it("refuses the writer of one that dropped a feature, naming it", async () => {
    const stale = await create({ "delta.feature.vacuumProtocolCheck": "supported" });
    const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
    await writeCommit(root, 1, [{ protocol }]);
    await expect(commit(stale, [rows("a", 1)])).rejects.toMatchObject({
      message: expect.stringContaining("it dropped the table feature `vacuumProtocolCheck`"),
      details: { error_class: "DELTA_PROTOCOL_CHANGED" },
    });
  });

  it("refuses the writer of one that got a feature it does not know", async () => {
    const stale = await create();
    const writerFeatures = ["appendOnly", "invariants", "fancyFeature"];
    const protocol = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures };
    await writeCommit(root, 1, [{ protocol }]);
    await expect(commit(stale, [rows("a", 1)])).rejects.toMatchObject({
      message: expect.stringContaining("`fancyFeature`"),
      details: { error_class: "DELTA_PROTOCOL_CHANGED" },
    });
  });

  it("names the properties that changed", async () => {
    const stale = await create();
    await commit(stale, changed(stale, { "my.key": "1", "your.key": "2" }));
    await expect(commit(stale, [rows("a", 1)], reading)).rejects.toMatchObject({
      message: expect.stringContaining("it changed the table property `my.key`, `your.key`"),
      details: { error_class: "DELTA_METADATA_CHANGED", winning_version: 1 },
    });
  });
});

describe("retries", () => {
  it("end after the given number of lost races", async () => {
    const stale = await create();
    await commit(stale, [rows("a", 1)]);
    await expect(commit(stale, [rows("b", 1)], { maxRetries: 0 })).rejects.toMatchObject({
      details: { error_class: "DELTA_CONCURRENT_WRITE", retry_count: 0 },
    });
  });

  it("let others win before the first attempt where a test asks for it", async () => {
    const stale = await create();
    const beforeCommit = async () => void (await commit(stale, [rows("a", 1)]));
    expect(await commit(stale, [rows("b", 1)], { beforeCommit })).toMatchObject({
      version: 2,
      retryCount: 1,
    });
  });
});
