import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLake } from "../../src/lake/index.ts";

/** A MERGE whose joins do not fit into memory beside each other gives what it gives with room. */
const ROWS = 2_500_000;
const CLAUSES =
  "WHEN MATCHED AND s.id % 7 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET * " +
  "WHEN NOT MATCHED THEN INSERT * " +
  "WHEN NOT MATCHED BY SOURCE AND t.id % 5 = 0 THEN UPDATE SET a = 'orphan'";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "merge-memory-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const wide = (salt: number, id: string) =>
  `SELECT ${id} AS id, md5(cast(id + ${salt} AS string)) AS a, ` +
  `repeat(md5(cast(id AS string)), 2) AS b, id * 1.5 AS v FROM range(0, ${ROWS})`;

async function merged(memoryLimit: string, properties: string): Promise<unknown[][]> {
  const folder = join(root, memoryLimit);
  const lake = await openLake({ root: folder, memoryLimit, threads: 1 });
  try {
    await lake.sql(`CREATE TABLE t USING delta ${properties} AS ${wide(1, "id")}`);
    // Every second row of the table, and as many new ones, in no order.
    const key = `(id * 7919 % ${ROWS}) * 2`;
    const [counts] = await (
      await lake.sql(`MERGE INTO t USING (${wide(2, key)}) s ON t.id = s.id ${CLAUSES}`)
    ).rows();
    const all =
      "count(*), sum(id), sum(id * length(a)), sum(id * ascii(a)), sum(id * ascii(substr(b, 9))), sum(v)";
    const rows = await (await lake.sql(`SELECT ${all} FROM t`)).rows();
    const changes = properties.includes("ChangeDataFeed")
      ? await (
          await lake.sql(
            "SELECT _change_type, count(*), sum(id * ascii(a)), sum(id * ascii(b)), sum(v) FROM table_changes('t', 1) " +
              "GROUP BY _change_type ORDER BY _change_type",
          )
        ).rows()
      : [];
    return [counts!, ...rows, ...changes].map((row) => row.map(String));
  } finally {
    await lake.close();
  }
}

for (const [name, properties] of [
  ["deletion vectors", ""],
  ["a change data feed", "TBLPROPERTIES (delta.enableChangeDataFeed = true)"],
]) {
  it(`merges into a table with ${name} in pieces`, async () => {
    expect(await merged("220MB", properties!)).toEqual(await merged("2GB", properties!));
  });
}
