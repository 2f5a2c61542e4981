/** DROP FEATURE deletionVectors, with the commits recorded from delta-spark 4.4.0. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
let root: string;
let table: string;
beforeEach(async () => {
  t = await openTestLake();
  root = join(t.folder, "t");
  table = `delta.\`${root}\``;
  await t.run(
    `CREATE TABLE ${table} (id BIGINT, s STRING) ` +
      "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
  );
  await t.run(`INSERT INTO ${table} SELECT id, 'a' FROM range(20)`);
  await t.run(`DELETE FROM ${table} WHERE id = 3`);
});
afterEach(() => t.close());

function actionsOf(version: number): Record<string, Record<string, unknown>>[] {
  const name = `${String(version).padStart(20, "0")}.json`;
  const lines = readFileSync(join(root, "_delta_log", name), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

const log = () => readdirSync(join(root, "_delta_log"));

it("takes the feature out in the steps of delta-spark", async () => {
  const vector = readdirSync(root).find((name) => name.endsWith(".bin"))!;
  await t.run(`ALTER TABLE ${table} DROP FEATURE deletionVectors`);
  const history = await t.rows(`DESCRIBE HISTORY ${table}`);
  expect(history.map((row) => row[4]).reverse()).toEqual([
    "CREATE TABLE",
    "WRITE",
    "DELETE",
    "UNSET TBLPROPERTIES",
    "REORG",
    "Deletion Vector Tombstones",
    "Empty Commit",
    "Empty Commit",
    "Empty Commit",
    "DROP FEATURE",
  ]);
  const tombstones = actionsOf(5).flatMap((action) => action.remove ?? []);
  expect(tombstones).toMatchObject([{ path: vector, dataChange: false }]);
  const checkpoints = log().filter((name) => name.endsWith(".checkpoint.parquet"));
  expect(checkpoints.map((name) => Number(name.slice(0, 20)))).toEqual([6, 7, 8, 9]);
  const [info, ...rest] = actionsOf(9);
  expect(info!.commitInfo!.operationParameters).toEqual({
    featureName: "deletionVectors",
    truncateHistory: false,
  });
  const protocol = rest.find((action) => action.protocol)!.protocol!;
  expect(protocol).toMatchObject({ minReaderVersion: 1, minWriterVersion: 7 });
  expect(protocol.readerFeatures).toBeUndefined();
  expect(protocol.writerFeatures).toContain("checkpointProtection");
  expect(protocol.writerFeatures).not.toContain("deletionVectors");
  expect(rest.find((action) => action.metaData)!.metaData!.configuration).toEqual({
    "delta.requireCheckpointProtectionBeforeVersion": "9",
  });
});

it("keeps the rows and the versions before, and writes without vectors from then on", async () => {
  await t.run(`ALTER TABLE ${table} DROP FEATURE deletionVectors`);
  expect(await t.rows(`SELECT count(*) FROM ${table} VERSION AS OF 2`)).toEqual([["19"]]);
  await t.run(`DELETE FROM ${table} WHERE id = 4`);
  expect(await t.rows(`SELECT count(*), sum(id) FROM ${table}`)).toEqual([["18", "183"]]);
  expect(readdirSync(root).filter((name) => name.endsWith(".bin"))).toHaveLength(1);
});

it("refuses a feature the table does not have, and those it cannot take out", async () => {
  const before = log();
  const drop = (rest: string) => t.run(`ALTER TABLE ${table} DROP FEATURE ${rest}`);
  await expect(drop("columnMapping")).rejects.toMatchObject({
    code: "INVALID_PARAMETER_VALUE",
    details: { error_class: "DELTA_FEATURE_DROP_FEATURE_NOT_PRESENT" },
  });
  await expect(drop("appendOnly")).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
  const history = drop("deletionVectors TRUNCATE HISTORY");
  await expect(history).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
  expect(log()).toEqual(before);
  expect(existsSync(root)).toBe(true);
});
