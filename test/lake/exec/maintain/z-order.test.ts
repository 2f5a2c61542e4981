/**
 * ZORDER BY clusters: files and row groups of the result cover little of each column, whatever the
 * types, and no row is lost.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLake, type TestLake } from "../open-test-lake.ts";

const ROWS = 300_000;

let lake: TestLake;
beforeAll(async () => {
  lake = await openTestLake();
});
afterAll(() => lake.close());

async function create(name: string, columns: string, query: string, tail = ""): Promise<string> {
  const table = `delta.\`${join(lake.folder, name)}\``;
  await lake.run(`CREATE TABLE ${table} (${columns}) ${tail}`);
  await lake.run(`INSERT INTO ${table} ${query}`);
  return table;
}

interface Stats {
  numRecords: number;
  minValues: Record<string, number>;
  maxValues: Record<string, number>;
}

function statsOfNewFiles(name: string): Stats[] {
  const log = join(lake.folder, name, "_delta_log");
  const last = readdirSync(log)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .at(-1)!;
  return readFileSync(join(log, last), "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => {
      const { add } = JSON.parse(line) as { add?: { stats: string } };
      return add ? [JSON.parse(add.stats) as Stats] : [];
    });
}

/** Mean share of a column's range that a file covers; `rank` puts its values evenly. */
function coverage(
  stats: readonly Stats[],
  column: string,
  rank: (value: number) => number = (value) => value,
): number {
  const bounds = stats.map(
    (s) => [rank(s.minValues[column]!), rank(s.maxValues[column]!)] as const,
  );
  const low = Math.min(...bounds.map(([min]) => min));
  const high = Math.max(...bounds.map(([, max]) => max));
  return bounds.reduce((sum, [min, max]) => sum + (max - min) / (high - low), 0) / bounds.length;
}

describe("ZORDER BY", () => {
  it("makes files that cover a part of each of two columns, skewed ones too", async () => {
    // `b` is cubed: half of its values lie in the lowest eighth of its range.
    const query = `SELECT id, CAST(id * 7919 % 1009 AS INT) AS a,
      (id * 104729 % 997) * (id * 104729 % 997) * (id * 104729 % 997) AS b FROM range(${4 * ROWS})`;
    const table = await create("two", "id BIGINT, a INT, b BIGINT", query);
    const before = await lake.rows(`SELECT count(*), sum(id), sum(a), sum(b) FROM ${table}`);
    await lake.run("SET spark.databricks.delta.optimize.maxFileSize = 200000");
    await lake.run(`OPTIMIZE ${table} ZORDER BY (a, b)`);
    await lake.run("RESET spark.databricks.delta.optimize.maxFileSize");
    expect(await lake.rows(`SELECT count(*), sum(id), sum(a), sum(b) FROM ${table}`)).toEqual(
      before,
    );
    const stats = statsOfNewFiles("two");
    expect(stats.reduce((sum, { numRecords }) => sum + numRecords, 0)).toBe(4 * ROWS);
    expect(stats.length).toBeGreaterThanOrEqual(8);
    expect(coverage(stats, "a")).toBeLessThan(0.6);
    expect(coverage(stats, "b", Math.cbrt)).toBeLessThan(0.6);
  });

  it("orders one column within the file, so that row groups are skipped", async () => {
    const query = `SELECT id, CAST(id * 7919 % 100003 AS INT) AS k FROM range(${ROWS})`;
    const table = await create("one", "id BIGINT, k INT", query);
    await lake.run(`OPTIMIZE ${table} ZORDER BY (k)`);
    const folder = join(lake.folder, "one");
    const log = join(folder, "_delta_log", "00000000000000000002.json");
    const path = /"add":\{"path":"([^"]+)"/.exec(readFileSync(log, "utf8"))![1]!;
    const engine = await lake.lake.engine();
    const groups = await engine.rows(
      "SELECT stats_min_value::INT, stats_max_value::INT FROM " +
        `parquet_metadata('${join(folder, path)}') WHERE path_in_schema = 'k' ORDER BY 1`,
    );
    expect(groups.length).toBeGreaterThan(1);
    groups.slice(1).forEach(([low], i) => {
      expect(Number(low)).toBeGreaterThanOrEqual(Number(groups[i]![1]));
    });
  });

  it("takes every orderable type, NULLs and names that need quotes", async () => {
    const columns =
      "`a b` STRING, `#r0` DATE, x DECIMAL(20,4), t TIMESTAMP, d DOUBLE, " +
      "f BOOLEAN, y BINARY, s STRUCT<`i n`: INT>, l ARRAY<INT>, p STRING";
    const query = `SELECT CASE WHEN id % 5 = 0 THEN NULL ELSE concat('it''s ', id % 17) END,
      date_add(DATE '2026-01-01', CAST(id % 40 AS INT)), CAST(id * 1.5 AS DECIMAL(20,4)),
      timestamp_seconds(id), CASE WHEN id % 7 = 0 THEN double('NaN') ELSE id / 3 END, id % 2 = 0,
      CAST(CAST(id AS STRING) AS BINARY), named_struct('i n', CAST(id AS INT)),
      array(CAST(id AS INT)), CASE WHEN id % 3 = 0 THEN NULL ELSE 'ü/=' END FROM range(500)`;
    const tail = "PARTITIONED BY (p) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')";
    const table = await create("types", columns, query, tail);
    const rows = async () => (await lake.rows(`SELECT * FROM ${table}`)).map(String).sort();
    const before = await rows();
    await lake.run(
      `OPTIMIZE ${table} ZORDER BY (\`a b\`, \`#r0\`, x, t, d, f, y, s.\`i n\`, l, s)`,
    );
    expect(await rows()).toEqual(before);
    expect(statsOfNewFiles("types")).toHaveLength(2);
  });

  it("works where the columns hold nothing but NULL, and where there is no row", async () => {
    const nulls = "SELECT CAST(NULL AS INT), CAST(NULL AS STRING) FROM range(5)";
    const table = await create("nulls", "a INT, b STRING", nulls);
    await lake.run(`OPTIMIZE ${table} ZORDER BY (a, b)`);
    expect(await lake.rows(`SELECT count(*) FROM ${table}`)).toEqual([["5"]]);
    const empty = await create("empty", "a INT, b STRING", "SELECT 1, 'x' WHERE false");
    const { commit } = await lake.run(`OPTIMIZE ${empty} ZORDER BY (a, b)`);
    expect(commit).toBeUndefined();
  });
});
