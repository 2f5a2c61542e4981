/** The change data feed against the feeds that delta-spark recorded (`fixtures/lake/change-feed`). */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FeedLake, openFeedLake } from "./open-feed-lake.ts";

interface Recorded {
  statements: string[];
  feed: (string | null)[][];
}

const SOURCE = new URL("../../../fixtures/lake/change-feed/expected.json", import.meta.url);
const RECORDED = JSON.parse(readFileSync(SOURCE, "utf8")) as Recorded;

const ON = "'delta.enableChangeDataFeed' = 'true'";
const VECTORS = `${ON}, 'delta.enableDeletionVectors' = 'true'`;

const LAYOUTS: Readonly<Record<string, readonly [properties: string, partitioning: string]>> = {
  plain: [`${ON}, 'delta.enableDeletionVectors' = 'false'`, ""],
  vectors: [VECTORS, ""],
  partitioned: [`${ON}, 'delta.enableDeletionVectors' = 'false'`, "PARTITIONED BY (v)"],
  partitioned_vectors: [VECTORS, "PARTITIONED BY (v)"],
  mapped_by_name: [`${VECTORS}, 'delta.columnMapping.mode' = 'name'`, "PARTITIONED BY (v)"],
  mapped_by_id: [`${ON}, 'delta.columnMapping.mode' = 'id'`, ""],
};

let t: FeedLake;
beforeAll(async () => {
  t = await openFeedLake();
});
afterAll(() => t.close());

describe("the same statements give Spark's feed", () => {
  for (const [name, [properties, partitioning]] of Object.entries(LAYOUTS)) {
    it(name, async () => {
      const create =
        "CREATE TABLE $T (id BIGINT, name STRING, v INT) USING delta " +
        `${partitioning} TBLPROPERTIES (${properties})`;
      for (const sql of [create, ...RECORDED.statements]) await t.run(t.place(sql, name));
      const all = "SELECT * EXCEPT (_commit_timestamp) FROM table_changes_by_path('$P', 0)";
      const expected = RECORDED.feed.map((row) => JSON.stringify(row)).sort();
      expect(await t.sortedRows(t.place(all, name))).toEqual(expected);
    });
  }
});

describe("what the feed is not recorded of", () => {
  it("appends, whole files and whole partitions have no change data files", async () => {
    await t.run(`CREATE TABLE whole (id INT, p INT) PARTITIONED BY (p) TBLPROPERTIES (${ON})`);
    await t.run("INSERT INTO whole VALUES (1, 1), (2, 2), (3, 3)");
    await t.run("DELETE FROM whole WHERE p = 1");
    await t.run("INSERT OVERWRITE whole PARTITION (p = 2) VALUES (9)");
    await t.run(
      "MERGE INTO whole USING (SELECT 7 AS id, 7 AS p) s ON false WHEN NOT MATCHED THEN INSERT *",
    );
    await t.run("DELETE FROM whole");
    const { location } = (await (await t.lake.table("whole")).detail()) as { location: string };
    expect(readdirSync(location.replace(/^file:/, "")).includes("_change_data")).toBe(false);
    expect(
      await t.sortedRows("SELECT count(*), _change_type FROM table_changes('whole', 0) GROUP BY 2"),
    ).toEqual(['["5","delete"]', '["5","insert"]']);
  });

  it("values that change with each evaluation are the same in the feed and in the table", async () => {
    await t.run(`CREATE TABLE dice (id INT, r DOUBLE) TBLPROPERTIES (${ON})`);
    await t.run("INSERT INTO dice SELECT CAST(id AS INT), 0 FROM range(20)");
    await t.run("UPDATE dice SET r = rand()");
    await t.run(
      "MERGE INTO dice t USING (SELECT CAST(id AS INT) AS id FROM range(5, 25)) s ON t.id = s.id " +
        "WHEN MATCHED THEN UPDATE SET r = rand() WHEN NOT MATCHED THEN INSERT (id, r) VALUES (s.id, rand())",
    );
    const newest =
      "SELECT id, r FROM table_changes('dice', 2) WHERE _change_type <> 'update_preimage' " +
      "QUALIFY row_number() OVER (PARTITION BY id ORDER BY _commit_version DESC) = 1";
    expect(await t.sortedRows(newest)).toEqual(await t.sortedRows("SELECT * FROM dice"));
  });

  it("a program reads a range by versions and by times", async () => {
    await t.run(`CREATE TABLE api (id INT) TBLPROPERTIES (${ON})`);
    const table = await t.lake.table("api");
    await table.append([{ id: 1 }]);
    await table.update({ id: "id + 1" });
    const [newest] = await (await table.changes({ from: 2 })).objects();
    expect(newest).toMatchObject({ id: 1, _change_type: "update_preimage" });
    const at = newest!._commit_timestamp as Date;
    const read = async (from: number | Date, to?: number | Date) =>
      (await (await table.changes(to === undefined ? { from } : { from, to })).rows()).length;
    expect(await read(0)).toBe(3);
    expect(await read(0, 1)).toBe(1);
    expect(await read(at)).toBe(2);
    expect(await read(0, at)).toBe(3);
    await expect(table.changes({ from: 1.5 })).rejects.toThrow(/is not a version/);
  });

  it("a statement that fails leaves no change data files", async () => {
    await t.run(`CREATE TABLE kept (id INT) TBLPROPERTIES (${ON})`);
    await t.run("ALTER TABLE kept ADD CONSTRAINT small CHECK (id < 10)");
    await t.run("INSERT INTO kept VALUES (1), (2)");
    const { location } = (await (await t.lake.table("kept")).detail()) as { location: string };
    const files = () =>
      readdirSync(location.replace(/^file:/, ""), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".parquet"))
        .sort();
    const before = files();
    await expect(t.run("UPDATE kept SET id = id + 8")).rejects.toThrow(/small/);
    expect(files()).toEqual(before);
  });
});
