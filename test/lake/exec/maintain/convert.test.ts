/** CONVERT TO DELTA as delta-spark 4.4.0 was recorded to answer it, and what it refuses. */
import { existsSync, mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import { startEngine } from "../../../../src/lake/engine/index.ts";
import { openTestLake, type TestLake } from "../open-test-lake.ts";
import { comparable, recordedCases, runHere } from "./spark-answers.ts";

describe("CONVERT TO DELTA as Spark answered", () => {
  it.each(recordedCases("convert"))("$case", { timeout: 30_000 }, async (recorded) => {
    expect(comparable(await runHere(recorded))).toEqual(comparable(recorded));
  });
});

describe("CONVERT TO DELTA", () => {
  let t: TestLake;
  let folder: string;
  beforeEach(async () => {
    t = await openTestLake();
    folder = join(t.folder, "files");
    mkdirSync(folder);
  });
  afterEach(() => t.close());

  /** Files as other writers make them. */
  async function write(name: string, query: string): Promise<string> {
    const engine = await startEngine({ threads: 1, tempDirectory: join(t.folder, "tmp") });
    const path = join(folder, name);
    try {
      await engine.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
    } finally {
      await engine.close();
    }
    return path;
  }

  const convert = () => t.run(`CONVERT TO DELTA parquet.\`${folder}\``);

  it("finds the statistics that let files be passed over", async () => {
    await write(
      "a.parquet",
      "SELECT i AS file_index, 'x' || i AS name, {k: i, n: NULL::INT} AS s, 0.5 + i AS d, " +
        "'nan'::DOUBLE AS f, repeat('z', 40) AS long FROM range(3) r(i)",
    );
    await convert();
    const [row] = await t.rows(
      `SELECT count(*), min(file_index), max(name), max(s.k), max(d) FROM delta.\`${folder}\``,
    );
    expect(row).toEqual(["3", "0", "x2", "2", "2.5"]);
    const snapshot = await DeltaLog.open(folder).snapshot();
    const [file] = await snapshot.scanFiles();
    expect(JSON.parse(file!.add.stats!)).toEqual({
      numRecords: 3,
      minValues: { file_index: 0, name: "x0", s: { k: 0 }, d: 0.5, long: "z".repeat(32) },
      maxValues: {
        ...{ file_index: 2, name: "x2", s: { k: 2 }, d: 2.5 },
        long: `${"z".repeat(32)}\u007f`,
      },
      nullCount: { file_index: 0, name: 0, s: { k: 0, n: 3 }, d: 0, f: 0, long: 0 },
    });
  });

  it("names the one file that is no Parquet and writes nothing", async () => {
    await write("a.parquet", "SELECT 1 AS id");
    const bad = await write("b.parquet", "SELECT 2 AS id");
    truncateSync(bad, 40);
    await expect(convert()).rejects.toMatchObject({
      code: "DATA_LOSS",
      message: expect.stringContaining(`\`${bad}\` is not a Parquet file`),
    });
    writeFileSync(bad, "no parquet");
    await expect(convert()).rejects.toMatchObject({ code: "DATA_LOSS" });
    expect(existsSync(join(folder, "_delta_log"))).toBe(false);
  });

  it.each([
    ["SELECT TIME '01:00:00' AS x", /the column `x` of type/],
    ["SELECT uuid() AS x", /the column `x` of type/],
    ["SELECT 1::UBIGINT AS x", /the column `x` of type/],
    ["SELECT now()::TIMESTAMP_NS AS x", /the column `x` of type/],
    ["SELECT 1 AS ID", /the column `id` spelt `ID`/],
  ])("refuses what Spark reads otherwise: %s", async (query, message) => {
    await write("a.parquet", "SELECT 1 AS id");
    await write("b.parquet", query);
    await expect(convert()).rejects.toMatchObject({
      code: "NOT_IMPLEMENTED",
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(folder, "_delta_log"))).toBe(false);
  });

  it("passes over hidden files, and refuses a folder with none besides", async () => {
    writeFileSync(join(folder, "_SUCCESS"), "");
    await expect(convert()).rejects.toMatchObject({
      details: { error_class: "DELTA_EMPTY_DIRECTORY" },
    });
    await write("a.parquet", "SELECT 1 AS id");
    const plan = await t.rows(`EXPLAIN CONVERT TO DELTA parquet.\`${folder}\``);
    expect(plan[0]![0]).toContain("ConvertToDeltaCommand");
    expect(existsSync(join(folder, "_delta_log"))).toBe(false);
    expect((await convert()).commit).toMatchObject({ version: 0, filesAdded: 1 });
    expect((await convert()).commit).toBeUndefined();
  });
});
