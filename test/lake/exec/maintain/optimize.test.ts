/**
 * OPTIMIZE and REORG: what delta-spark 4.4.0 was recorded to answer (`fixtures/lake/optimize`), and
 * what must hold of every rewrite: the same rows, no data change, deletion vectors gone.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatType } from "../../../../src/lake/schema/data-type.ts";
import { openTestLake, type TestLake } from "../open-test-lake.ts";

const FIXTURES = join(import.meta.dirname, "../../../../fixtures/lake/optimize");

let lake: TestLake;
beforeAll(async () => {
  lake = await openTestLake();
});
afterAll(() => lake.close());

interface Add {
  path: string;
  size: number;
  stats: string;
  dataChange: boolean;
  partitionValues: Record<string, string | null>;
  deletionVector?: object;
}
interface Action {
  add?: Add;
  remove?: Add;
  commitInfo?: {
    isolationLevel: string;
    isBlindAppend: boolean;
    operation: string;
    operationParameters: Record<string, unknown>;
    operationMetrics: Record<string, string>;
  };
}

function lastCommit(folder: string): Action[] {
  const log = join(lake.folder, folder, "_delta_log");
  const name = readdirSync(log)
    .filter((file) => /^\d+\.json$/.test(file))
    .sort()
    .at(-1)!;
  const lines = readFileSync(join(log, name), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Action);
}

async function create(name: string, columns: string, tail = ""): Promise<string> {
  const table = `delta.\`${join(lake.folder, name)}\``;
  await lake.run(`CREATE TABLE ${table} (${columns}) ${tail}`);
  return table;
}

/** Rows as text, in any order. */
async function rowsOf(table: string): Promise<string[]> {
  return (await lake.rows(`SELECT * FROM ${table}`)).map((row) => row.join("|")).sort();
}

async function metricsOf(statement: string): Promise<Record<string, unknown>> {
  const [row] = await (await lake.lake.sql(statement)).objects();
  return row!.metrics as Record<string, unknown>;
}

describe("delta-spark's answers", () => {
  interface Recorded {
    sql: string;
    metrics?: string;
    errorClass?: string;
  }
  const recorded = readFileSync(join(FIXTURES, "statements.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded);

  /** Sizes and times are each writer's own, and so is the number of cores. */
  const masked = (metrics: string): string =>
    metrics.replaceAll(/\b\d{3,}(\.\d+)?/g, "N").replace(/N, 0, \d+, 0,/, "N, 0, C, 0,");

  it("gives the same rows and errors, in order", async () => {
    const table = `delta.\`${join(lake.folder, "recorded")}\``;
    for (const { sql, metrics, errorClass } of recorded) {
      const text = sql.replaceAll("$T", table);
      if (errorClass) {
        await expect(lake.run(text), sql).rejects.toMatchObject({
          details: { error_class: errorClass, line: 1 },
        });
      } else {
        const [row] = await lake.rows(text);
        if (!metrics) continue;
        expect(row![0]).toBe(`file:${join(lake.folder, "recorded")}`);
        expect(masked(row![1]!), sql).toBe(masked(metrics));
      }
    }
  });

  it("has the result's type", async () => {
    const table = await create("typed", "a INT");
    const { schema } = await lake.run(`OPTIMIZE ${table}`);
    expect(formatType(schema)).toBe(readFileSync(join(FIXTURES, "schema.txt"), "utf8").trim());
  });
});

describe("compaction", () => {
  it("writes one file a partition, null and odd names too, and changes no row", async () => {
    const table = await create("parts", "id BIGINT, p STRING, d DATE", "PARTITIONED BY (p, d)");
    for (let i = 0; i < 3; i++) {
      await lake.run(
        `INSERT INTO ${table} SELECT id, CASE id % 3 WHEN 0 THEN 'a b/ü=1' WHEN 1 THEN NULL ` +
          `ELSE 'x' END, CASE WHEN id % 2 = 0 THEN DATE '2026-01-31' END FROM range(${20 + i})`,
      );
    }
    const before = await rowsOf(table);
    const metrics = await metricsOf(`OPTIMIZE ${table}`);
    expect(metrics).toMatchObject({ numFilesAdded: 6n, numFilesRemoved: 18n, numBins: 6n });
    expect(await rowsOf(table)).toEqual(before);
    const actions = lastCommit("parts");
    expect(actions.find((action) => action.commitInfo)!.commitInfo).toMatchObject({
      operation: "OPTIMIZE",
      isolationLevel: "SnapshotIsolation",
      isBlindAppend: false,
      operationParameters: { predicate: "[]", zOrderBy: "[]", clusterBy: "[]", auto: false },
    });
    const files = actions.flatMap(({ add, remove }) => add ?? remove ?? []);
    expect(files.every(({ dataChange }) => dataChange === false)).toBe(true);
    for (const { add } of actions) {
      if (add)
        expect(existsSync(join(lake.folder, "parts", decodeURIComponent(add.path)))).toBe(true);
    }
    expect(await metricsOf(`OPTIMIZE ${table}`)).toMatchObject({ numFilesAdded: 0n });
  });

  it("packs more than 64 partitions, each into one file", async () => {
    const table = await create("many", "id BIGINT, p INT", "PARTITIONED BY (p)");
    for (let i = 0; i < 2; i++) {
      await lake.run(`INSERT INTO ${table} SELECT id, CAST(id % 150 AS INT) FROM range(3000)`);
    }
    const metrics = await metricsOf(`OPTIMIZE ${table} WHERE p >= 10`);
    expect(metrics).toMatchObject({ numFilesAdded: 140n, partitionsOptimized: 140n });
    expect(await lake.rows(`SELECT count(*), sum(id) FROM ${table}`)).toEqual([
      ["6000", "8997000"],
    ]);
    const info = lastCommit("many").find((action) => action.commitInfo)!.commitInfo!;
    expect(info.operationParameters.predicate).toBe(`["('p >= 10)"]`);
  });

  it("keeps to the target size of the table, and of the session", async () => {
    const table = await create(
      "sized",
      "id BIGINT",
      "TBLPROPERTIES ('delta.targetFileSize' = '1kb')",
    );
    for (let i = 0; i < 4; i++) await lake.run(`INSERT INTO ${table} SELECT * FROM range(2)`);
    const sizes = lastCommit("sized").flatMap(({ add }) => (add ? [add.size] : []));
    const pairs = Math.floor(1024 / sizes[0]!);
    expect(pairs).toBeGreaterThan(1);
    expect(await metricsOf(`OPTIMIZE ${table}`)).toMatchObject({ numBins: BigInt(4 / pairs) });
    await lake.run("SET spark.databricks.delta.optimize.maxFileSize = 1");
    expect(await metricsOf(`OPTIMIZE ${table}`)).toMatchObject({ numBins: 0n });
    await lake.run("RESET spark.databricks.delta.optimize.maxFileSize");
  });

  it("reads old files under a schema that has grown", async () => {
    const table = await create("grown", "id INT");
    await lake.run(`INSERT INTO ${table} VALUES (1)`);
    await lake.run(`ALTER TABLE ${table} ADD COLUMNS (s STRING)`);
    await lake.run(`INSERT INTO ${table} VALUES (2, 'two')`);
    await lake.run(`OPTIMIZE ${table}`);
    expect(await rowsOf(table)).toEqual(["1|", "2|two"]);
    const [add] = lastCommit("grown").flatMap((action) => (action.add ? [action.add] : []));
    expect(JSON.parse(add!.stats)).toMatchObject({ numRecords: 2, nullCount: { s: 1 } });
  });

  it("writes no changes into the change data feed", async () => {
    const feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')";
    const table = await create("feed", "id INT", feed);
    await lake.run(`INSERT INTO ${table} VALUES (1)`);
    await lake.run(`INSERT INTO ${table} VALUES (2)`);
    await lake.run(`OPTIMIZE ${table}`);
    await lake.run(`OPTIMIZE ${table} ZORDER BY (id)`);
    const path = join(lake.folder, "feed");
    expect(existsSync(join(path, "_change_data"))).toBe(false);
    expect(
      await lake.rows(
        "SELECT id, _change_type, _commit_version " +
          `FROM table_changes_by_path('${path}', 1) ORDER BY id`,
      ),
    ).toEqual([
      ["1", "insert", "1"],
      ["2", "insert", "2"],
    ]);
  });

  it("refuses what it would spoil, and leaves the log as it was", async () => {
    const table = await create("old", "id INT");
    await lake.run(`INSERT INTO ${table} VALUES (1)`);
    await expect(lake.run(`OPTIMIZE ${table} VERSION AS OF 0`)).rejects.toThrow();
    expect(lastCommit("old").find((action) => action.commitInfo)!.commitInfo!.operation).toBe(
      "WRITE",
    );
  });
});

describe("deletion vectors", () => {
  const PROPERTIES = "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')";

  it("are purged by OPTIMIZE where many rows are deleted, by REORG wherever they are", async () => {
    const table = await create("holes", "id BIGINT", PROPERTIES);
    for (let i = 0; i < 3; i++) {
      await lake.run(`INSERT INTO ${table} SELECT id + ${i * 1000} FROM range(100)`);
    }
    await lake.run(`OPTIMIZE ${table}`);
    await lake.run(`DELETE FROM ${table} WHERE id = 2003`);
    const before = await rowsOf(table);
    // One file: nothing to put it together with.
    expect(await metricsOf(`OPTIMIZE ${table}`)).toMatchObject({ numFilesRemoved: 0n });
    expect(await metricsOf(`REORG TABLE ${table} APPLY (purge)`)).toMatchObject({
      numFilesRemoved: 1n,
      deletionVectorStats: { numDeletionVectorsRemoved: 1n, numDeletionVectorRowsRemoved: 1n },
    });
    const actions = lastCommit("holes");
    const [add] = actions.flatMap((action) => (action.add ? [action.add] : []));
    expect(add!.deletionVector).toBeUndefined();
    expect(JSON.parse(add!.stats).numRecords).toBe(299);
    expect(actions.find((action) => action.commitInfo)!.commitInfo).toMatchObject({
      operation: "REORG",
      operationParameters: { predicate: "[]", applyPurge: true },
      operationMetrics: { numDeletionVectorsRemoved: "1", numAddedFiles: "1" },
    });
    expect(await rowsOf(table)).toEqual(before);
  });

  it("REORG takes out dropped columns", async () => {
    const mapping = "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')";
    const table = await create("dropped", "id INT, gone STRING, s STRUCT<a: INT, b: INT>", mapping);
    await lake.run(`INSERT INTO ${table} VALUES (1, 'x', named_struct('a', 1, 'b', 2))`);
    expect(await metricsOf(`REORG TABLE ${table} APPLY (PURGE)`)).toMatchObject({
      numFilesRemoved: 0n,
    });
    await lake.run(`ALTER TABLE ${table} DROP COLUMN gone`);
    expect(await metricsOf(`REORG TABLE ${table} APPLY (PURGE)`)).toMatchObject({
      numFilesRemoved: 1n,
    });
    await lake.run(`ALTER TABLE ${table} DROP COLUMN s.b`);
    expect(await metricsOf(`REORG TABLE ${table} APPLY (PURGE)`)).toMatchObject({
      numFilesRemoved: 1n,
    });
    expect(await metricsOf(`REORG TABLE ${table} APPLY (PURGE)`)).toMatchObject({
      numFilesRemoved: 0n,
    });
    expect(await lake.rows(`SELECT id, s.a FROM ${table}`)).toEqual([["1", "1"]]);
  });
});
