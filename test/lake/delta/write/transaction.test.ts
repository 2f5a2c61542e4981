import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import { createRng } from "../../../../src/core/rng.ts";
import {
  createWasmCheckpointReader,
  createWasmCheckpointWriter,
} from "../../../../src/lake/checkpoint/index.ts";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import type { Action, CommitRequest } from "../../../../src/lake/delta/types.ts";
import { addOf, removeOf } from "../../../../src/lake/delta/write/file-actions.ts";
import {
  createTableOperation,
  deleteOperation,
  setPropertiesOperation,
  writeOperation,
} from "../../../../src/lake/delta/write/operations.ts";
import {
  changeTable,
  defineTable,
  tableActions,
} from "../../../../src/lake/delta/write/table-create.ts";
import {
  beginTransaction,
  type TransactionOptions,
} from "../../../../src/lake/delta/write/transaction.ts";
import { LONG, STRING, structField, structType } from "../../../../src/lake/schema/data-type.ts";

const SCHEMA = structType([structField("id", LONG), structField("p", STRING)]);
const START_MS = 1_800_000_000_000;

let root: string;
let clock: ReturnType<typeof createFixedClock>;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), "sovereign-txn-")), "t");
  clock = createFixedClock(START_MS);
});
afterEach(() => rmSync(join(root, ".."), { recursive: true, force: true }));

const openLog = () => DeltaLog.open(root, { checkpointReader: createWasmCheckpointReader() });
const options = (more: TransactionOptions = {}): TransactionOptions => ({
  clock,
  rng: createRng(1),
  ...more,
});

async function create(properties: Record<string, string> = {}, partitionColumns: string[] = []) {
  const table = defineTable({ schema: SCHEMA, properties, partitionColumns, clock });
  return beginTransaction(root, null, options()).commit({
    ...createTableOperation(table.metadata, { isManaged: true }),
    actions: tableActions(null, table),
  });
}

const file = (name: string): Action => ({
  add: addOf({
    path: name,
    sizeBytes: 10,
    modifiedMs: 5,
    partitionValues: {},
    stats: '{"numRecords":1}',
  }),
});
const append = (...names: string[]): CommitRequest => ({
  ...writeOperation({ mode: "Append" }),
  operationMetrics: { numFiles: String(names.length) },
  actions: names.map(file),
});

const commitLine = (version: number): Record<string, unknown> => {
  const name = `${String(version).padStart(20, "0")}.json`;
  const text = readFileSync(join(root, "_delta_log", name), "utf8");
  return JSON.parse(text.split("\n")[0]!).commitInfo;
};

describe("a commit", () => {
  it("creates a table and appends to it", async () => {
    expect(await create()).toMatchObject({ version: 0, retryCount: 0 });
    const log = openLog();
    const result = await beginTransaction(root, await log.snapshot(), options()).commit(
      append("a", "b"),
    );
    expect(result).toMatchObject({ version: 1, retryCount: 0 });
    expect(result).not.toHaveProperty("warnings");
    const snapshot = await log.snapshot();
    expect(await snapshot.fileCount()).toBe(2);
    expect(snapshot.protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    expect(commitLine(1)).toMatchObject({
      timestamp: START_MS,
      operation: "WRITE",
      operationParameters: { mode: "Append", partitionBy: "[]" },
      readVersion: 0,
      isolationLevel: "WriteSerializable",
      isBlindAppend: true,
      operationMetrics: { numFiles: "2" },
    });
    expect(commitLine(1).engineInfo).toMatch(/^sovereign\/\d/);
    expect(Object.keys(commitLine(1)).slice(0, 3)).toEqual([
      "timestamp",
      "operation",
      "operationParameters",
    ]);
  });

  it("is refused for a table that exists", async () => {
    await create();
    await expect(create()).rejects.toMatchObject({
      code: "RESOURCE_CONFLICT",
      details: { error_class: "DELTA_PROTOCOL_CHANGED", winning_version: 0 },
    });
  });

  it("goes on after lost races, and refuses what it cannot follow", async () => {
    await create();
    const log = openLog();
    const stale = await log.snapshot();
    await beginTransaction(root, stale, options()).commit(append("a"));
    const second = await beginTransaction(root, stale, options()).commit(append("b"));
    expect(second).toMatchObject({ version: 2, retryCount: 1 });
    const current = await log.snapshot();
    const remove = (name: string): Action => {
      const add = [...current.state.adds.values()].find((candidate) => candidate.path === name)!;
      return { remove: removeOf(add, clock.nowMs()) };
    };
    const deleteA = {
      ...deleteOperation("id = 1"),
      actions: [remove("a")],
      readFiles: new Set(["a"]),
    };
    await beginTransaction(root, current, options()).commit(deleteA);
    const again = beginTransaction(root, current, options()).commit(deleteA);
    await expect(again).rejects.toMatchObject({
      code: "RESOURCE_CONFLICT",
      message: expect.stringContaining("version 3 (DELETE, "),
      details: {
        error_class: "DELTA_CONCURRENT_DELETE_READ",
        winning_version: 3,
        winning_operation: "DELETE",
      },
    });
    const deleteB = {
      ...deleteOperation("id = 2"),
      actions: [remove("b")],
      readFiles: new Set(["b"]),
    };
    expect(await beginTransaction(root, current, options()).commit(deleteB)).toMatchObject({
      version: 4,
    });
  });

  it("is skipped when its transaction was seen", async () => {
    await create();
    const log = openLog();
    const txn = { appId: "loader", version: 7 };
    const first = await beginTransaction(root, await log.snapshot(), options()).commit({
      ...append("a"),
      txn,
    });
    expect(first.version).toBe(1);
    const repeat = await beginTransaction(root, await log.snapshot(), options()).commit({
      ...append("b"),
      txn,
    });
    expect(repeat).toMatchObject({ version: 1, skipped: true });
    const next = { ...append("c"), txn: { appId: "loader", version: 8n } };
    expect(
      (await beginTransaction(root, await log.snapshot(), options()).commit(next)).version,
    ).toBe(2);
    expect((await log.snapshot()).txnVersion("loader")).toBe(8);
  });

  it("keeps in-commit timestamps rising while the clock stands still", async () => {
    await create({ "delta.enableInCommitTimestamps": "true" });
    const log = openLog();
    const stale = await log.snapshot();
    await beginTransaction(root, stale, options()).commit(append("a"));
    const late = await beginTransaction(root, stale, options()).commit(append("b"));
    expect(late.timestampMs).toBe(START_MS + 2);
    expect([0, 1, 2].map((v) => commitLine(v).inCommitTimestamp)).toEqual([
      START_MS,
      START_MS + 1,
      START_MS + 2,
    ]);
    expect((await log.snapshot()).timestampMs).toBe(START_MS + 2);
    expect(Object.keys((await log.snapshot()).metadata.configuration)).toEqual([
      "delta.enableInCommitTimestamps",
    ]);
  });

  it("notes since when in-commit timestamps are on", async () => {
    await create();
    const log = openLog();
    const before = await log.snapshot();
    clock.advance(10_000_000_000);
    const setProperties = { "delta.enableInCommitTimestamps": "true" };
    await beginTransaction(root, before, options()).commit({
      ...setPropertiesOperation(setProperties),
      actions: tableActions(before, changeTable(before, { setProperties })),
    });
    const after = await log.snapshot();
    expect(after.metadata.configuration).toMatchObject({
      "delta.inCommitTimestampEnablementVersion": "1",
      "delta.inCommitTimestampEnablementTimestamp": String(after.timestampMs),
    });
    expect(after.protocol).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ["appendOnly", "inCommitTimestamp", "invariants"],
    });
  });

  it("respects append-only tables", async () => {
    await create({ "delta.appendOnly": "true" });
    const log = openLog();
    await beginTransaction(root, await log.snapshot(), options()).commit(append("a"));
    const snapshot = await log.snapshot();
    const add = [...snapshot.state.adds.values()][0]!;
    const request = { ...deleteOperation(), actions: [{ remove: removeOf(add, 1) }] };
    await expect(beginTransaction(root, snapshot, options()).commit(request)).rejects.toMatchObject(
      {
        details: { error_class: "DELTA_CANNOT_MODIFY_APPEND_ONLY" },
      },
    );
    const compact = { ...deleteOperation(), actions: [{ remove: removeOf(add, 1, false) }] };
    await beginTransaction(root, snapshot, options()).commit(compact);
    expect(commitLine(2)).toMatchObject({
      isolationLevel: "SnapshotIsolation",
      isBlindAppend: false,
    });
  });
});

describe("after a commit", () => {
  it("checksums carry the counts on", async () => {
    await create();
    const log = openLog();
    await beginTransaction(root, await log.snapshot(), options()).commit(append("a", "b"));
    const snapshot = await log.snapshot();
    const add = [...snapshot.state.adds.values()][0]!;
    await beginTransaction(root, snapshot, options()).commit({
      ...deleteOperation(),
      actions: [{ remove: removeOf(add, 1) }],
      txn: { appId: "x", version: 1 },
    });
    const crc = JSON.parse(readFileSync(join(root, "_delta_log/00000000000000000002.crc"), "utf8"));
    expect(crc).toMatchObject({
      txnId: commitLine(2).txnId,
      tableSizeBytes: 10,
      numFiles: 1,
      numMetadata: 1,
      numProtocol: 1,
      setTransactions: [{ appId: "x", version: 1 }],
      domainMetadata: [],
      protocol: { minReaderVersion: 1, minWriterVersion: 2 },
      metadata: { id: snapshot.metadata.id },
    });
  });

  it("a checkpoint that fails leaves the commit standing, with a warning", async () => {
    await create({ "delta.checkpointInterval": "1" });
    const log = openLog();
    const checkpointWriter = {
      writeActions: async () => {
        throw new Error("disk full");
      },
    };
    const more = options({ log, checkpointWriter });
    const result = await beginTransaction(root, await log.snapshot(), more).commit(append("a"));
    expect(result.version).toBe(1);
    expect(result.warnings).toEqual([
      "version 1 is committed, but its checkpoint failed: disk full",
    ]);
    expect(await (await log.snapshot()).fileCount()).toBe(1);
  });

  it("writes a checkpoint every ten commits that the reader agrees with", async () => {
    // The clock is ahead of the files' times: by it, they have expired.
    await create({ "delta.enableExpiredLogCleanup": "false" });
    const log = openLog();
    const more = options({ log, checkpointWriter: createWasmCheckpointWriter() });
    for (let version = 1; version <= 21; version++) {
      const snapshot = await log.snapshot();
      const result = await beginTransaction(root, snapshot, more).commit(append(`f${version}`));
      expect(result).not.toHaveProperty("warnings");
    }
    const names = readdirSync(join(root, "_delta_log"));
    expect(names.filter((name) => name.includes("checkpoint"))).toEqual([
      "00000000000000000010.checkpoint.parquet",
      "00000000000000000020.checkpoint.parquet",
      "_last_checkpoint",
    ]);
    expect(names.filter((name) => name.startsWith("."))).toEqual([]);
    const hint = JSON.parse(readFileSync(join(root, "_delta_log/_last_checkpoint"), "utf8"));
    expect(hint).toMatchObject({ version: 20, size: 22, numOfAddFiles: 20 });
    const before = await log.snapshot();
    for (let version = 0; version < 20; version++) {
      rmSync(join(root, "_delta_log", `${String(version).padStart(20, "0")}.json`));
    }
    const after = await openLog().snapshot();
    expect(await after.fileCount()).toBe(21);
    expect(after.metadata).toEqual(before.metadata);
    expect([...after.state.adds.keys()].sort()).toEqual([...before.state.adds.keys()].sort());
  });

  it("clears temporary files of killed writers at a checkpoint", async () => {
    await create({ "delta.checkpointInterval": "1" });
    const left = join(
      root,
      "_delta_log",
      ".00000000000000000009.json.01234567-89ab-4def-8123-456789abcdef.tmp",
    );
    mkdirSync(join(root, "_delta_log"), { recursive: true });
    writeFileSync(left, "{");
    clock.advance(1_000_000_000_000);
    const log = openLog();
    const more = options({ log, checkpointWriter: createWasmCheckpointWriter() });
    await beginTransaction(root, await log.snapshot(), more).commit(append("a"));
    expect(readdirSync(join(root, "_delta_log")).filter((name) => name.startsWith("."))).toEqual(
      [],
    );
  });
});
