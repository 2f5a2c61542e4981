/**
 * Tables with `delta.enableRowTracking`: rows keep their ids and commit versions through every
 * statement that moves them, as delta-spark 4.4 does, with and without deletion vectors.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeltaLog } from "../../../src/lake/delta/index.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

async function create(name: string, columns: string, properties: string): Promise<string> {
  const table = `delta.\`${join(t.folder, name)}\``;
  await t.run(`CREATE TABLE ${table} (${columns}) TBLPROPERTIES (${properties})`);
  return table;
}

/** Column `id`, row id and row commit version of every row. */
function idsOf(table: string): Promise<(string | null)[][]> {
  return t.rows(
    `SELECT id, _metadata.row_id, _metadata.row_commit_version FROM ${table} ORDER BY id`,
  );
}

const MERGE =
  "USING (SELECT 5 AS id, 'm' AS v UNION ALL SELECT 100, 'new' UNION ALL SELECT 6, 'del') s " +
  "ON t.id = s.id WHEN MATCHED AND s.v = 'del' THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v " +
  "WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)";

/** Of the versions 2 to 4. */
function changesOf(table: string): Promise<(string | null)[][]> {
  return t.rows(
    `SELECT id, v, g, _change_type FROM table_changes('${table}', 2, 4) ` +
      "ORDER BY _commit_version, id, v",
  );
}

const CHANGES = [
  ["7", "n", "14", "update_preimage"],
  ["7", "u", "14", "update_postimage"],
  ["3", "n", "6", "delete"],
  ["5", "m", "10", "update_postimage"],
  ["5", "n", "10", "update_preimage"],
  ["6", "n", "12", "delete"],
  ["100", "new", "200", "insert"],
];

describe.each([
  ["rewritten", "false", "none", "false"],
  ["marked", "true", "none", "false"],
  ["mapped", "false", "name", "false"],
  ["rewritten-feed", "false", "name", "true"],
  ["marked-feed", "true", "none", "true"],
])("%s files", (name, vectors, mapping, feed) => {
  it("keep ids through UPDATE, DELETE, MERGE and OPTIMIZE", async () => {
    const table = await create(
      name,
      "id BIGINT, v STRING, g BIGINT GENERATED ALWAYS AS (id * 2)",
      `'delta.enableRowTracking' = 'true', 'delta.enableDeletionVectors' = '${vectors}', ` +
        `'delta.columnMapping.mode' = '${mapping}', 'delta.enableChangeDataFeed' = '${feed}'`,
    );
    await t.run(`INSERT INTO ${table} (id, v) SELECT id, 'n' FROM range(10)`);
    await t.run(`UPDATE ${table} SET v = 'u' WHERE id = 7`);
    await t.run(`DELETE FROM ${table} WHERE id = 3`);
    await t.run(`MERGE INTO ${table} t ${MERGE}`);
    const [last] = await t.rows(
      `SELECT _metadata.row_id, _metadata.row_commit_version FROM ${table} WHERE id = 100`,
    );
    expect(last?.[1]).toBe("4");
    expect(Number(last?.[0])).toBeGreaterThan(9);
    const kept = [
      ["0", "0", "1"],
      ["1", "1", "1"],
      ["2", "2", "1"],
      ["4", "4", "1"],
      ["5", "5", "4"],
      ["7", "7", "2"],
      ["8", "8", "1"],
      ["9", "9", "1"],
      ["100", last?.[0], "4"],
    ];
    expect(await idsOf(table)).toEqual(kept);
    await t.run(`INSERT INTO ${table} (id, v) VALUES (200, 'i')`);
    await t.run(`OPTIMIZE ${table}`);
    expect((await idsOf(table)).slice(0, -1)).toEqual(kept);
    expect(await t.rows(`SELECT * FROM ${table} WHERE id IN (5, 200) ORDER BY id`)).toEqual([
      ["5", "m", "10"],
      ["200", "i", "400"],
    ]);
    if (feed === "true") expect(await changesOf(table)).toEqual(CHANGES);
    await t.run(`UPDATE ${table} SET v = 'z' WHERE id = 200`);
    await t.run(`INSERT INTO ${table} (id, v) VALUES (201, 'i')`);
    await t.run(`OPTIMIZE ${table} ZORDER BY (v, id)`);
    expect((await idsOf(table)).slice(0, -2)).toEqual(kept);
    const [newest] = DeltaLog.open(join(t.folder, name)).history({ limit: 1 });
    expect(newest?.commitInfo?.tags).toEqual({ "delta.rowTracking.preserved": "true" });
  });
});

describe("turning it on", () => {
  it("gives ids to the files that are there", async () => {
    const table = await create("late", "id INT, v STRING", "'a' = 'b'");
    await t.run(`INSERT INTO ${table} VALUES (1, 'a'), (2, 'b')`);
    await t.run(`INSERT INTO ${table} VALUES (3, 'c')`);
    const plan = await t.rows(
      `EXPLAIN ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableRowTracking' = 'true')`,
    );
    expect(plan).toHaveLength(1);
    await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableRowTracking' = 'true')`);
    const history = DeltaLog.open(join(t.folder, "late")).history();
    expect(history.map(({ commitInfo }) => commitInfo?.operation)).toEqual([
      "SET TBLPROPERTIES",
      "ROW TRACKING BACKFILL",
      "UPGRADE PROTOCOL",
      "WRITE",
      "WRITE",
      "CREATE TABLE",
    ]);
    expect((await idsOf(table)).map(([, , version]) => version)).toEqual(["4", "4", "4"]);
    await t.run(`UPDATE ${table} SET v = 'x' WHERE id = 2`);
    const rows = await idsOf(table);
    expect(new Set(rows.map(([, id]) => id))).toEqual(new Set(["0", "1", "2"]));
    expect(rows.map(([, , version]) => version)).toEqual(["4", "6", "4"]);
  });

  it("refuses what does not keep ids, by name", async () => {
    const table = await create(
      "refusing",
      "id INT, v STRING",
      "'delta.enableRowTracking' = 'true', 'delta.columnMapping.mode' = 'id'",
    );
    await t.run(`INSERT INTO ${table} VALUES (1, 'a'), (2, 'b')`);
    const text = `UPDATE ${table} SET v = 'c' WHERE id = 1`;
    await expect(t.run(text)).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
    await t.run(`INSERT OVERWRITE ${table} VALUES (9, 'z')`);
    expect(await t.rows(`SELECT * FROM ${table}`)).toEqual([["9", "z"]]);
  });
});

describe("a clone", () => {
  it.each(["SHALLOW", "DEEP"])("has ids and columns for them of its own (%s)", async (depth) => {
    const properties =
      "'delta.enableRowTracking' = 'true', 'delta.enableDeletionVectors' = 'false'";
    const source = await create(`source-${depth}`, "id INT, v STRING", properties);
    await t.run(`INSERT INTO ${source} VALUES (1, 'a'), (2, 'b'), (3, 'c')`);
    await t.run(`UPDATE ${source} SET v = 'x' WHERE id = 2`);
    await t.run(`DELETE FROM ${source} WHERE id = 1`);
    const clone = `delta.\`${join(t.folder, `clone-${depth}`)}\``;
    await t.run(`CREATE TABLE ${clone} ${depth} CLONE ${source}`);
    // As delta-spark numbers them: by their places in the files, at the version of the clone.
    expect((await idsOf(clone)).map(([, id, version]) => [id, version]).sort()).toEqual([
      ["0", "0"],
      ["1", "0"],
    ]);
    const before = await idsOf(clone);
    await t.run(`UPDATE ${clone} SET v = 'y' WHERE id = 2`);
    expect((await idsOf(clone)).map(([, id]) => id)).toEqual(before.map(([, id]) => id));
    const [of, from] = await Promise.all(
      ["clone", "source"].map((name) =>
        DeltaLog.open(join(t.folder, `${name}-${depth}`)).snapshot(),
      ),
    );
    const key = "delta.rowTracking.materializedRowIdColumnName";
    expect(of!.metadata.configuration[key]).toMatch(/^_row-id-col-/);
    expect(of!.metadata.configuration[key]).not.toBe(from!.metadata.configuration[key]);
  });
});
