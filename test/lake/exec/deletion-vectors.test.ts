/**
 * DELETE, UPDATE and MERGE of tables with deletion vectors: the same statements on a table without
 * them must leave the same rows, and the log must say what the protocol wants.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let lake: TestLake;
beforeAll(async () => {
  lake = await openTestLake();
});
afterAll(() => lake.close());

const PROPERTY = "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')";

interface Action {
  add?: {
    path: string;
    stats: string;
    deletionVector?: { cardinality: number; storageType: string };
  };
  remove?: { path: string; deletionVector?: { cardinality: number } };
}

function commitOf(table: string, version: number): Action[] {
  const name = `${String(version).padStart(20, "0")}.json`;
  const text = readFileSync(join(lake.folder, table, "_delta_log", name), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Action)
    .filter((action) => action.add ?? action.remove);
}

async function create(name: string, properties = PROPERTY): Promise<string> {
  const table = `delta.\`${join(lake.folder, name)}\``;
  await lake.run(`CREATE TABLE ${table} (id BIGINT, g INT, v STRING) ${properties}`);
  return table;
}

describe("the log", () => {
  it("marks rows, adds to older marks, and drops a file whose rows are all gone", async () => {
    const table = await create("marks");
    await lake.run(`INSERT INTO ${table} SELECT id, 1, CAST(id AS STRING) FROM range(100)`);
    await lake.run(`DELETE FROM ${table} WHERE id = 5`);
    const [first] = commitOf("marks", 2).flatMap(({ add }) => (add ? [add] : []));
    expect(first!.deletionVector).toMatchObject({ cardinality: 1, storageType: "u" });
    expect(JSON.parse(first!.stats)).toMatchObject({
      numRecords: 100,
      tightBounds: false,
      minValues: { id: 0 },
    });

    await lake.run(`UPDATE ${table} SET v = 'x' WHERE id IN (6, 7)`);
    const update = commitOf("marks", 3);
    const marked = update.find(({ add }) => add?.path === first!.path)!.add!;
    expect(marked.deletionVector).toMatchObject({ cardinality: 3 });
    const removed = update.find(({ remove }) => remove?.path === first!.path)!.remove!;
    expect(removed.deletionVector).toMatchObject({ cardinality: 1 });
    const fresh = update.find(({ add }) => add && add.path !== first!.path)!.add!;
    expect(JSON.parse(fresh.stats)).toMatchObject({ numRecords: 2 });

    await lake.run(`DELETE FROM ${table} WHERE v <> 'x'`);
    expect(commitOf("marks", 4).map((action) => Object.keys(action))).toEqual([["remove"]]);
    expect(await lake.rows(`SELECT id FROM ${table} ORDER BY id`)).toEqual([["6"], ["7"]]);
  });

  it("rewrites a file of which most rows go", async () => {
    const table = await create("mostly");
    await lake.run(`INSERT INTO ${table} SELECT id, 1, 'a' FROM range(100)`);
    await lake.run(`DELETE FROM ${table} WHERE id >= 20`);
    const adds = commitOf("mostly", 2).flatMap(({ add }) => (add ? [add] : []));
    expect(adds).toHaveLength(1);
    expect(adds[0]!.deletionVector).toBeUndefined();
    expect(JSON.parse(adds[0]!.stats)).toMatchObject({ numRecords: 20 });
  });

  it("counts vectors in the metrics as Spark does", async () => {
    const table = await create("metrics");
    await lake.run(`INSERT INTO ${table} SELECT id, 1, 'a' FROM range(100)`);
    const metrics = async (sql: string) => (await lake.run(sql)).commit!.metrics;
    expect(await metrics(`DELETE FROM ${table} WHERE id = 1`)).toMatchObject({
      numDeletedRows: "1",
      numRemovedFiles: "0",
      numDeletionVectorsAdded: "1",
      numDeletionVectorsRemoved: "0",
      numDeletionVectorsUpdated: "0",
    });
    const merge =
      `MERGE INTO ${table} t USING (SELECT id FROM range(98, 103)) s ON t.id = s.id ` +
      "WHEN MATCHED THEN UPDATE SET v = 'm' WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)";
    expect(await metrics(merge)).toMatchObject({
      numTargetRowsInserted: "3",
      numTargetRowsUpdated: "2",
      numTargetRowsCopied: "0",
      numTargetFilesAdded: "1",
      numTargetFilesRemoved: "0",
      numTargetDeletionVectorsAdded: "1",
      numTargetDeletionVectorsRemoved: "1",
      numTargetDeletionVectorsUpdated: "1",
    });
  });

  it("leaves no vector file behind when the statement fails", async () => {
    const table = await create("fails");
    await lake.run(`INSERT INTO ${table} SELECT id, 1, 'a' FROM range(100)`);
    await lake.run(`ALTER TABLE ${table} ADD CONSTRAINT small CHECK (g < 5)`);
    await expect(lake.run(`UPDATE ${table} SET g = 9 WHERE id = 1`)).rejects.toThrow(/small/);
    const files = readdirSync(join(lake.folder, "fails"));
    expect(files.filter((name) => name.endsWith(".bin"))).toEqual([]);
  });
});

describe("rows", () => {
  it.each([1, 2, 3])("are those of a table without vectors, seed %i", async (seed) => {
    const rng = createRng(seed);
    const int = (below: number) => Math.floor(rng.next() * below);
    const tables = [await create(`with-${seed}`), await create(`without-${seed}`, "")];
    const statement = (): string => {
      const [from, step] = [int(300), 1 + int(5)];
      const some = `id >= ${from} AND id < ${from + int(200)} AND id % ${step} = 0`;
      const source = `(SELECT id, ${int(9)} AS g, 'm' AS v FROM range(${from}, ${from + 40}, ${step}))`;
      const next = [
        `INSERT INTO T SELECT id, ${int(9)}, CAST(id AS STRING) FROM range(${from}, ${from + 60})`,
        `DELETE FROM T WHERE ${some}`,
        `UPDATE T SET v = concat(v, '${int(9)}'), g = g + 1 WHERE ${some}`,
        `UPDATE T SET g = NULL WHERE g = ${int(9)}`,
        `MERGE INTO T t USING ${source} s ON t.id = s.id AND t.g = ${int(9)} WHEN MATCHED AND s.id % 3 = 0 ` +
          "THEN DELETE WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
        `MERGE INTO T t USING ${source} s ON t.id = s.id WHEN MATCHED THEN UPDATE SET g = t.g + s.g ` +
          "WHEN NOT MATCHED BY SOURCE AND t.id % 50 = 1 THEN DELETE",
        `MERGE INTO T t USING ${source} s ON t.id = s.id WHEN MATCHED THEN DELETE`,
      ];
      return next[int(next.length)]!;
    };
    for (let i = 0; i < 25; i++) {
      const text = statement();
      const outcomes: unknown[] = [];
      for (const table of tables) {
        const run = lake.run(
          text.replace("INTO T", `INTO ${table}`).replace(/(FROM|UPDATE) T /, `$1 ${table} `),
        );
        outcomes.push(
          await run.then(
            () => "done",
            (error: Error) => error.message,
          ),
        );
      }
      expect(outcomes[0], text).toBe(outcomes[1]);
      const [left, right] = await Promise.all(
        tables.map((table) => lake.rows(`SELECT id, g, v FROM ${table} ORDER BY ALL`)),
      );
      expect(left, text).toEqual(right);
    }
  });
});
