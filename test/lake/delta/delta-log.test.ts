import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import { assertWritable, DeltaLog, type TableSnapshot } from "../../../src/lake/delta/index.ts";
import { add, createTestLog, metaData, PROTOCOL, remove, type TestLog } from "./log-builder.ts";

let log: TestLog;
beforeEach(() => {
  log = createTestLog();
});
afterEach(() => log.dispose());

async function paths(snapshot: TableSnapshot): Promise<string[]> {
  return (await snapshot.scanFiles()).map((file) => file.add.path).sort();
}

function fails(code: string, message: RegExp) {
  return expect.objectContaining({ code, message: expect.stringMatching(message) });
}

describe("versions", () => {
  it("are read newest, by number, and anew after another commit", async () => {
    log.commit(0, [PROTOCOL, metaData(), add("a")]);
    log.commit(1, [add("b"), { unheardOf: { x: 1 } }]);
    const table = DeltaLog.open(log.root);
    expect(await paths(await table.snapshot())).toEqual(["a", "b"]);
    expect(await paths(await table.snapshot({ version: 0 }))).toEqual(["a"]);
    const before = await table.snapshot();
    expect(await table.snapshot()).toBe(before);
    log.commit(2, [remove("a")]);
    expect(await paths(await table.snapshot())).toEqual(["b"]);
    expect(await paths(before)).toEqual(["a", "b"]);
  });

  it("are those of the new table after it was dropped and made again", async () => {
    log.commit(0, [PROTOCOL, metaData(), add("a")], 1000);
    const table = DeltaLog.open(log.root);
    expect(await paths(await table.snapshot())).toEqual(["a"]);
    rmSync(join(log.folder, "00000000000000000000.json"));
    log.commit(0, [PROTOCOL, metaData(), add("other")], 2000);
    expect(await paths(await table.snapshot())).toEqual(["other"]);
  });

  it("out of reach are named with those that are not", async () => {
    log.commit(0, [PROTOCOL, metaData()]);
    const table = DeltaLog.open(log.root);
    await expect(table.snapshot({ version: 7 })).rejects.toThrowError(
      fails("RESOURCE_DOES_NOT_EXIST", /versions 0 to 0 are available/),
    );
    await expect(table.snapshot({ version: 0.5 })).rejects.toThrowError(
      fails("INVALID_PARAMETER_VALUE", /not a version/),
    );
  });

  it("may have a commit file without a byte: it changes nothing, to Spark and delta-rs too", async () => {
    log.commit(0, [PROTOCOL, metaData(), add("a")]);
    log.commit(1, []);
    writeFileSync(join(log.folder, "00000000000000000001.json"), "");
    const snapshot = await DeltaLog.open(log.root).snapshot();
    expect(snapshot.version).toBe(1);
    expect(await paths(snapshot)).toEqual(["a"]);
  });

  it("need every commit", async () => {
    log.commit(0, [PROTOCOL, metaData()]);
    log.commit(2, [add("b")]);
    const table = DeltaLog.open(log.root);
    await expect(table.snapshot()).rejects.toThrowError(fails("DATA_LOSS", /commit 1 is missing/));
    expect((await table.snapshot({ version: 0 })).version).toBe(0);
  });

  it("take a compaction for the commits it covers", async () => {
    log.commit(0, [PROTOCOL, metaData(), add("a")]);
    log.commit(1, [add("b")]);
    log.commit(2, [remove("a")]);
    log.commit(3, [add("c")]);
    const name = `${"1".padStart(20, "0")}.${"2".padStart(20, "0")}.compacted.json`;
    log.write(name, `${JSON.stringify(add("compacted"))}\n${JSON.stringify(remove("a"))}\n`);
    expect(await paths(await DeltaLog.open(log.root).snapshot())).toEqual(["c", "compacted"]);
    expect(await paths(await DeltaLog.open(log.root).snapshot({ version: 1 }))).toEqual(["a", "b"]);
  });

  it("do not come from an incomplete multi-part checkpoint or a broken hint", async () => {
    log.commit(0, [PROTOCOL, metaData(), add("a")]);
    log.write("00000000000000000000.checkpoint.0000000001.0000000002.parquet", "no parquet");
    log.write("_last_checkpoint", '{"version": 99');
    expect(await paths(await DeltaLog.open(log.root).snapshot())).toEqual(["a"]);
  });

  it("with a torn last line are refused with the offset", async () => {
    log.commit(0, [PROTOCOL, metaData()]);
    log.commit(1, [add("ü")]);
    const line = Buffer.byteLength(`${JSON.stringify(add("ü"))}\n`);
    appendFileSync(join(log.folder, "00000000000000000001.json"), '{"add":{"path":"b"');
    const error = await DeltaLog.open(log.root)
      .snapshot()
      .catch((e) => e);
    expect(error).toMatchObject({ code: "DATA_LOSS", details: { offset: line + 18 } });
  });
});

describe("files", () => {
  it("are known by canonical path and deletion vector", async () => {
    const vector = (id: string) => ({
      storageType: "u",
      pathOrInlineDv: id,
      offset: 1,
      sizeInBytes: 1,
      cardinality: 1,
    });
    log.commit(0, [PROTOCOL, metaData(), add("/x/a b"), add("c"), add("d")]);
    log.commit(1, [remove("file:/x/a%20b"), remove("file:///x/q")]);
    log.commit(2, [remove("c"), add("c", { deletionVector: vector("one") })]);
    log.commit(3, [remove("d", { deletionVector: vector("two") })]);
    const snapshot = await DeltaLog.open(log.root).snapshot();
    expect(await paths(snapshot)).toEqual(["c", "d"]);
  });

  it("are what the newest action of each says, in any history", async () => {
    const rng = createRng(3);
    const names = ["a", "b", "c", "d", "e"];
    const live = new Map<string, number>();
    log.commit(0, [PROTOCOL, metaData()]);
    const table = DeltaLog.open(log.root);
    for (let version = 1; version <= 60; version++) {
      const touched = names.filter(() => rng.int(3) === 0);
      const actions = touched.map((name) => {
        if (rng.int(2) === 0) {
          live.delete(name);
          return remove(name);
        }
        live.set(name, version);
        return add(name, { size: version });
      });
      log.commit(version, actions);
      if (rng.int(3) > 0) continue;
      for (const snapshot of [await table.snapshot(), await DeltaLog.open(log.root).snapshot()]) {
        const found = (await snapshot.scanFiles()).map(({ add: file }) => [file.path, file.size]);
        expect(new Map(found as [string, number][])).toEqual(live);
      }
    }
  });
});

describe("time travel", () => {
  it("goes by file time, pushed up where it does not grow", async () => {
    log.commit(0, [PROTOCOL, metaData()], 1000);
    log.commit(1, [add("a")], 5000);
    log.commit(2, [add("b")], 4000);
    log.commit(3, [add("c")], 9000);
    const table = DeltaLog.open(log.root);
    const at = async (timestampMs: number) => (await table.snapshot({ timestampMs })).version;
    expect([await at(1000), await at(4999), await at(5000), await at(5001)]).toEqual([0, 0, 1, 2]);
    expect(await at(9000)).toBe(3);
    await expect(at(999)).rejects.toThrowError(
      fails("RESOURCE_DOES_NOT_EXIST", /before the first/),
    );
    await expect(at(9001)).rejects.toThrowError(fails("RESOURCE_DOES_NOT_EXIST", /after the last/));
    expect(table.history().map((entry) => entry.timestampMs)).toEqual([9000, 5001, 5000, 1000]);
    expect(table.history({ limit: 1 }).map((entry) => entry.version)).toEqual([3]);
    expect(table.history({ limit: 0 })).toEqual([]);
  });

  it("goes by in-commit time from the version that turned it on", async () => {
    const protocol = {
      protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["inCommitTimestamp"] },
    };
    const on = {
      "delta.enableInCommitTimestamps": "true",
      "delta.inCommitTimestampEnablementVersion": "2",
      "delta.inCommitTimestampEnablementTimestamp": "50000",
    };
    const info = (inCommitTimestamp: number) => ({
      commitInfo: { inCommitTimestamp, timestamp: 0, operation: "WRITE", operationParameters: {} },
    });
    log.commit(0, [PROTOCOL, metaData()], 1000);
    log.commit(1, [add("a")], 2000);
    log.commit(2, [info(50_000), protocol, metaData(on)], 70_000);
    log.commit(3, [info(60_000), add("b")], 70_001);
    const table = DeltaLog.open(log.root);
    const at = async (timestampMs: number) => (await table.snapshot({ timestampMs })).version;
    expect([await at(1500), await at(2000), await at(49_999)]).toEqual([0, 1, 1]);
    expect([await at(50_000), await at(59_999), await at(60_000)]).toEqual([2, 2, 3]);
    expect((await table.snapshot()).timestampMs).toBe(60_000);
    const shown = () =>
      DeltaLog.open(log.root)
        .history()
        .map((entry) => entry.timestampMs);
    expect(shown()).toEqual([60_000, 50_000, 2000, 1000]);
    log.commit(4, [metaData()], 80_000);
    // A table that keeps them no more shows the files' times, of old versions too, as in Spark.
    expect(shown()).toEqual([80_000, 70_001, 70_000, 2000, 1000]);
  });
});

describe("features", () => {
  const features = (minReaderVersion: number, lists: object) => ({
    protocol: { minReaderVersion, minWriterVersion: 7, ...lists },
  });

  it("unknown to a reader refuse reading by name", async () => {
    const lists = { readerFeatures: ["warpDrive"], writerFeatures: ["warpDrive"] };
    log.commit(0, [features(3, lists), metaData()]);
    await expect(DeltaLog.open(log.root).snapshot()).rejects.toThrowError(
      fails("NOT_IMPLEMENTED", /cannot read.*`warpDrive`/),
    );
  });

  it("unknown to a writer refuse writing only", async () => {
    log.commit(0, [features(1, { writerFeatures: ["warpDrive", "appendOnly"] }), metaData()]);
    const { protocol, metadata } = await DeltaLog.open(log.root).snapshot();
    expect(() => assertWritable(protocol, metadata)).toThrowError(
      fails("NOT_IMPLEMENTED", /cannot write.*`warpDrive`/),
    );
  });
});
