import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import {
  createWasmCheckpointReader,
  createWasmCheckpointWriter,
} from "../../../../src/lake/checkpoint/index.ts";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import type { CheckpointAction } from "../../../../src/lake/delta/types.ts";
import { checkpointActions, writeCheckpoint } from "../../../../src/lake/delta/write/checkpoint.ts";
import { namedOperation } from "../../../../src/lake/delta/write/operations.ts";
import { defineTable, tableActions } from "../../../../src/lake/delta/write/table-create.ts";
import { beginTransaction } from "../../../../src/lake/delta/write/transaction.ts";
import * as T from "../../../../src/lake/schema/data-type.ts";
import { conformanceFolder, hasConformance } from "../conformance-data.ts";

const f = T.structField;
const DAY_MS = 86_400_000;
const NOW_MS = 1_800_000_000_000;
const clock = createFixedClock(NOW_MS);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sovereign-checkpoint-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

type Row = Record<string, Record<string, unknown> | undefined>;

async function rowsOf(path: string): Promise<Row[]> {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  return (await parquetReadObjects({ file })) as Row[];
}

const open = () => DeltaLog.open(root, { checkpointReader: createWasmCheckpointReader() });

async function create(
  properties: Record<string, string>,
  schema: T.StructType,
  partitionColumns: string[] = [],
) {
  const table = defineTable({ schema, properties, partitionColumns, clock });
  const actions = tableActions(null, table);
  await beginTransaction(root, null, { clock }).commit({
    ...namedOperation("CREATE TABLE"),
    actions,
  });
}

async function commit(actions: CheckpointAction[]) {
  const snapshot = await open().snapshot();
  await beginTransaction(root, snapshot, { clock }).commit({ ...namedOperation("WRITE"), actions });
}

const add = (path: string, stats: string, partitionValues: Record<string, string | null> = {}) => ({
  add: { path, size: 7, modificationTime: 3, dataChange: true, stats, partitionValues },
});
const remove = (path: string, deletionTimestamp: number) => ({
  remove: {
    path,
    deletionTimestamp,
    dataChange: true,
    extendedFileMetadata: true,
    partitionValues: {},
    size: 7,
    stats: "{}",
    tags: { a: "b" },
  },
});
const LONG_SCHEMA = T.structType([f("id", T.LONG)]);

describe("a checkpoint", () => {
  it("holds the state and nothing else, as another reader sees it", async () => {
    await create(
      {
        "delta.setTransactionRetentionDuration": "interval 1 day",
        "delta.feature.domainMetadata": "supported",
      },
      LONG_SCHEMA,
    );
    await commit([
      add("a", '{"numRecords":1}'),
      remove("old", NOW_MS - 8 * DAY_MS),
      remove("recent", NOW_MS - 6 * DAY_MS),
      { txn: { appId: "live", version: 2n ** 60n, lastUpdated: NOW_MS } },
      { txn: { appId: "expired", version: 1, lastUpdated: NOW_MS - 2 * DAY_MS } },
      { txn: { appId: "timeless", version: 3 } },
      { domainMetadata: { domain: "kept", configuration: "{}", removed: false } },
      { domainMetadata: { domain: "gone", configuration: "", removed: true } },
    ]);
    const snapshot = await open().snapshot();
    await writeCheckpoint(snapshot, createWasmCheckpointWriter(), clock);
    const rows = await rowsOf(join(root, "_delta_log/00000000000000000001.checkpoint.parquet"));
    const bodies = (kind: string): Record<string, unknown>[] =>
      rows.flatMap((row) => (row[kind] ? [row[kind]] : []));
    expect(rows).toHaveLength(7);
    expect(bodies("add")).toMatchObject([
      { path: "a", size: 7n, dataChange: false, stats: '{"numRecords":1}', partitionValues: {} },
    ]);
    expect(bodies("remove")).toMatchObject([
      { path: "recent", deletionTimestamp: BigInt(NOW_MS - 6 * DAY_MS), dataChange: false },
    ]);
    expect(Object.keys(bodies("remove")[0]!)).not.toContain("stats");
    expect(bodies("txn").map((txn) => [txn.appId, txn.version])).toEqual([
      ["live", 2n ** 60n],
      ["timeless", 3n],
    ]);
    expect(bodies("domainMetadata")).toEqual([
      { domain: "kept", configuration: "{}", removed: false },
    ]);
    expect(bodies("protocol")).toMatchObject([
      {
        minReaderVersion: 1,
        minWriterVersion: 7,
        writerFeatures: ["appendOnly", "domainMetadata", "invariants"],
      },
    ]);
    expect(bodies("metaData")[0]).toMatchObject({
      schemaString: snapshot.metadata.schemaString,
      format: { provider: "parquet", options: {} },
    });
  });

  it("has the V2 form where the table's policy asks for it, its files in sidecars", async () => {
    await create(
      { "delta.checkpointPolicy": "v2", "delta.feature.domainMetadata": "supported" },
      LONG_SCHEMA,
    );
    await commit([
      ...["a", "b", "c"].map((path) => add(path, '{"numRecords":1}')),
      remove("recent", NOW_MS),
      { txn: { appId: "app", version: 2 } },
      { domainMetadata: { domain: "mine", configuration: "{}", removed: false } },
    ]);
    await writeCheckpoint(await open().snapshot(), createWasmCheckpointWriter(), clock, 3);
    const log = join(root, "_delta_log");
    const hint = JSON.parse(readFileSync(join(log, "_last_checkpoint"), "utf8"));
    expect(hint).toMatchObject({ version: 1, size: 11, numOfAddFiles: 3 });
    const top = readFileSync(join(log, hint.v2Checkpoint.path), "utf8").trim().split("\n");
    const actions = top.map((line) => JSON.parse(line));
    expect(actions.map((action) => Object.keys(action)[0])).toEqual([
      "checkpointMetadata",
      "sidecar",
      "sidecar",
      "protocol",
      "metaData",
      "txn",
      "domainMetadata",
    ]);
    const sidecars = readdirSync(join(log, "_sidecars")).sort();
    expect(actions.slice(1, 3).map(({ sidecar }) => sidecar.path)).toEqual(sidecars);
    const rows = await rowsOf(join(log, "_sidecars", sidecars[0]!));
    expect(rows.map((row) => Object.keys(row))).toEqual(rows.map(() => ["add", "remove"]));
    expect(rows.map((row) => (row.add ?? row.remove)!.path)).toEqual(["recent", "a", "b"]);
    rmSync(join(log, "00000000000000000000.json"));
    const snapshot = await open().snapshot();
    expect(await snapshot.fileCount()).toBe(3);
    expect(snapshot.txnVersion("app")).toBe(2);
    expect([...snapshot.domains().keys()]).toEqual(["mine"]);
  });

  it("leaves a newer hint alone", async () => {
    await create({}, LONG_SCHEMA);
    const early = await open().snapshot();
    await commit([add("a", '{"numRecords":1}')]);
    await writeCheckpoint(await open().snapshot(), createWasmCheckpointWriter(), clock);
    await writeCheckpoint(early, createWasmCheckpointWriter(), clock);
    expect(
      JSON.parse(readFileSync(join(root, "_delta_log/_last_checkpoint"), "utf8")).version,
    ).toBe(1);
  });

  it("holds statistics and partition values in typed form when asked", async () => {
    const schema = T.structType([
      f("p", T.DATE),
      f("l", T.LONG),
      f("dec", T.decimalType(38, 10)),
      f("ts", T.TIMESTAMP),
      f("s", T.structType([f("x", T.STRING), f("f", T.FLOAT)])),
      f("a", T.arrayType(T.INT)),
      f("b", T.BOOLEAN),
    ]);
    await create({ "delta.checkpoint.writeStatsAsStruct": "true" }, schema, ["p"]);
    const bounds =
      '{"l":9223372036854775807,"dec":-9999999999999999999999999999.9999999999,"ts":"1969-12-31T23:59:59.999Z","s":{"x":"","f":1.5}}';
    const stats = `{"numRecords":5,"minValues":${bounds},"maxValues":${bounds},"nullCount":{"l":0,"s":{"x":2},"a":1,"b":5}}`;
    await commit([add("a", stats, { p: "2026-01-02" }), add("b", "not json", { p: null })]);
    await writeCheckpoint(await open().snapshot(), createWasmCheckpointWriter(), clock);
    const rows = await rowsOf(join(root, "_delta_log/00000000000000000001.checkpoint.parquet"));
    const adds = rows.flatMap((row) => (row.add ? [row.add] : []));
    expect(adds[0]).toMatchObject({
      stats,
      partitionValues_parsed: { p: new Date("2026-01-02T00:00:00Z") },
      stats_parsed: {
        numRecords: 5n,
        minValues: {
          l: 9223372036854775807n,
          ts: new Date("1969-12-31T23:59:59.999Z"),
          s: { x: "", f: 1.5 },
        },
        nullCount: { l: 0n, s: { x: 2n }, a: 1n, b: 5n },
      },
    });
    expect(adds[1]).toMatchObject({ stats: "not json", partitionValues: { p: null } });
    expect(adds[1]!.stats_parsed ?? null).toBe(null);
    rmSync(join(root, "_delta_log/00000000000000000000.json"));
    const reread = [...(await open().snapshot()).state.adds.values()];
    expect(reread.map((file) => file.stats)).toEqual([stats, "not json"]);
  });

  // What delta-spark 4.4 writes for each, seen live; unset, it writes the struct too.
  it.each([
    [{}, ["stats"]],
    [{ json: "false" }, []],
    [{ struct: "true" }, ["stats", "stats_parsed"]],
    [{ struct: "false" }, ["stats"]],
    [{ json: "false", struct: "TRUE" }, ["stats_parsed"]],
    [{ json: "False", struct: "false" }, []],
  ])("holds statistics in the forms that %j asks for", async (asked, forms) => {
    const { json, struct } = asked as { json?: string; struct?: string };
    const properties = {
      ...(json && { "delta.checkpoint.writeStatsAsJson": json }),
      ...(struct && { "delta.checkpoint.writeStatsAsStruct": struct }),
    };
    await create(properties, T.structType([f("l", T.LONG)]));
    const stats =
      '{"numRecords":5,"minValues":{"l":1},"maxValues":{"l":2},"nullCount":{"l":0},"tightBounds":false}';
    await commit([add("a", stats)]);
    await writeCheckpoint(await open().snapshot(), createWasmCheckpointWriter(), clock);
    const rows = await rowsOf(join(root, "_delta_log/00000000000000000001.checkpoint.parquet"));
    const found = rows.find((row) => row.add)!.add!;
    expect(Object.keys(found).filter((name) => name.startsWith("stats"))).toEqual(forms);
    rmSync(join(root, "_delta_log/00000000000000000000.json"));
    const reread = [...(await open().snapshot()).state.adds.values()];
    expect(reread.map((file) => file.stats)).toEqual([forms.length > 0 ? stats : undefined]);
  });
});

describe.skipIf(!hasConformance)("checkpoints of Spark's tables", () => {
  const folder = join(conformanceFolder, "delta-spark-4.4");
  const tables = hasConformance ? readdirSync(folder).sort() : [];
  it.each(tables)("%s: written and read again, the state is the same", async (table) => {
    const ports = { checkpointReader: createWasmCheckpointReader() };
    const snapshot = await DeltaLog.open(join(folder, table, "table"), ports).snapshot();
    const { head, files } = await checkpointActions(snapshot, createFixedClock(0));
    const actions = [...head, ...files];
    const path = join(root, "x.checkpoint.parquet");
    const size = await createWasmCheckpointWriter().writeActions(path, actions, snapshot.schema);
    const read: CheckpointAction[] = [];
    for await (const batch of ports.checkpointReader.readActions(path, size)) read.push(...batch);
    expect(read).toEqual(JSON.parse(JSON.stringify(actions)));
  });
});
