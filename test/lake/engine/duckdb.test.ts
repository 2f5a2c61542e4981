import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ScanFile } from "../../../src/lake/delta/types.ts";
import { type Engine, type ParquetScan, startEngine } from "../../../src/lake/engine/index.ts";
import {
  arrayType,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  INT,
  LONG,
  mapType,
  SHORT,
  STRING,
  structField,
  structType,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
} from "../../../src/lake/schema/data-type.ts";
import { MapValue, StructValue, type Value, VariantValue } from "../../../src/lake/schema/value.ts";
import { variantText } from "../../../src/lake/schema/variant-text.ts";

let engine: Engine;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "engine-"));
  engine = await startEngine({ threads: 2, memoryLimitBytes: 2 ** 30, tempDirectory: folder });
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const EVERY_TYPE: readonly (readonly [DataType, Value])[] = [
  [BOOLEAN, true],
  [BYTE, -128],
  [SHORT, 32767],
  [INT, -2147483648],
  [LONG, 9223372036854775807n],
  [FLOAT, 1.5],
  [DOUBLE, Number.NaN],
  [decimalType(4, 2), -1234n],
  [decimalType(9, 0), 999999999n],
  [decimalType(18, 6), -123456789012345678n],
  [decimalType(38, 10), 12345678901234567890123456789012345678n],
  [STRING, "snow ☃ and 'quotes' and a long tail past twelve bytes"],
  [BINARY, new Uint8Array([0, 255, 128])],
  [DATE, -719162],
  [TIMESTAMP, 1704067200123456n],
  [TIMESTAMP_NTZ, -1n],
  [{ kind: "interval_ym", from: "year", to: "month" }, -14],
  [{ kind: "interval_dt", from: "day", to: "second" }, 86_400_000_001n],
  [arrayType(INT), [1, null, 3]],
  [
    mapType(STRING, LONG),
    new MapValue([
      ["a", 1n],
      ["b", null],
    ]),
  ],
  [
    structType([structField("x", INT), structField("Y y", arrayType(STRING))]),
    new StructValue([7, ["p", "q"]]),
  ],
];

describe("values", () => {
  const columns = EVERY_TYPE.map(([type], i) => ({ name: `c${i}`, type, nullable: true }));
  const values = EVERY_TYPE.map(([, value]) => value);
  const nulls = EVERY_TYPE.map(() => null);

  it("round-trips every type through a table", async () => {
    const scope = engine.scope();
    const table = await scope.createTable(columns, [values, nulls]);
    expect(await scope.rows(`SELECT * FROM ${table}`, columns)).toEqual([values, nulls]);
    await scope.close();
    await expect(engine.rows(`SELECT * FROM ${table}`)).rejects.toThrow(/does not exist/);
  });

  it("keeps batches readable after later ones were fetched", async () => {
    const stream = await engine.query("SELECT 'row number ' || range AS s FROM range(10000)");
    const batches = [];
    for await (const batch of stream.batches()) batches.push(batch);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches[0]!.columns[0]!.get(5)).toBe("row number 5");
    expect(batches.reduce((sum, batch) => sum + batch.rowCount, 0)).toBe(10000);
  });

  it("converts a HUGEINT sum to the type the caller knows", async () => {
    const rows = await engine.rows("SELECT sum(range) FROM range(5)", [
      { name: "s", type: LONG, nullable: true },
    ]);
    expect(rows).toEqual([[10n]]);
  });

  it("hands variants out as their two binary parts", async () => {
    const [row] = await engine.rows("SELECT 1::INTEGER::VARIANT AS v, NULL::VARIANT AS n");
    expect(row![0]).toBeInstanceOf(VariantValue);
    expect(row![1]).toBeNull();
  });
});

describe("session", () => {
  it("runs in UTC with Spark's null order and locked settings", async () => {
    expect(await engine.rows("SELECT current_setting('TimeZone')")).toEqual([["UTC"]]);
    const sorted = await engine.rows(
      "SELECT x FROM (VALUES (1), (NULL), (2)) t(x) ORDER BY x DESC",
    );
    expect(sorted).toEqual([[2], [1], [null]]);
    await expect(engine.run("SET threads = 1")).rejects.toThrow(/locked/);
    await expect(engine.run("INSTALL httpfs")).rejects.toThrow();
    await expect(engine.run("SELECT * FROM 'https://127.0.0.1:1/x.csv'")).rejects.toThrow();
  });

  it("cancels a running query", async () => {
    const running = engine.rows(
      "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
    );
    setTimeout(() => engine.interrupt(), 50);
    await expect(running).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("never ends a cancelled stream as if it were whole", async () => {
    for (let after = 1; after <= 20; after++) {
      const stream = await engine.query("SELECT range FROM range(1000000000)");
      const drain = async (): Promise<void> => {
        let seen = 0;
        for await (const _ of stream.batches()) if (++seen === after) engine.interrupt();
      };
      await expect(drain()).rejects.toMatchObject({ code: "CANCELLED" });
    }
    // The connections lent next know nothing of it.
    expect(await engine.rows("SELECT 1")).toEqual([[1]]);
  });

  it("calls functions written in JavaScript", async () => {
    engine.registerFunction({
      name: "js_twice",
      parameters: [LONG],
      returnType: LONG,
      call: ([x]) => (x as bigint) * 2n,
    });
    expect(await engine.rows("SELECT js_twice(21), js_twice(NULL)")).toEqual([[42n, null]]);
  });

  it("removes spill folders of dead processes", async () => {
    const base = mkdtempSync(join(tmpdir(), "engine-stale-"));
    mkdirSync(join(base, "999999999-0a1b2c3d"));
    mkdirSync(join(base, `${process.pid}-0a1b2c3d`));
    const other = await startEngine({ tempDirectory: base });
    await other.close();
    expect(readdirSync(base)).toEqual([`${process.pid}-0a1b2c3d`]);
    rmSync(base, { recursive: true });
  });
});

function scanFile(
  absolutePath: string,
  partitionValues: Record<string, string | null> = {},
  deleted: bigint[] | null = null,
): ScanFile {
  return {
    add: {
      path: absolutePath,
      partitionValues,
      size: 1,
      modificationTime: 0,
      dataChange: true,
    },
    absolutePath,
    deletedRows: deleted ? async () => BigUint64Array.from(deleted) : null,
  };
}

const SCAN: Omit<ParquetScan, "files" | "columns"> = {
  partitionColumns: [],
  columnMappingMode: "none",
};

describe("scan", () => {
  it("is an empty typed relation without files", async () => {
    const columns = structType([structField("a", LONG), structField("m", mapType(STRING, INT))]);
    const stream = await engine.query(await engine.scanSql({ ...SCAN, files: [], columns }));
    expect(stream.schema.fields.map((f) => f.type)).toEqual([LONG, mapType(STRING, INT)]);
    await stream.close();
  });

  it("reads only the named file when its name is a glob pattern", async () => {
    await engine.run(`COPY (SELECT 1 AS a) TO '${folder}/a?b.parquet'`);
    await engine.run(`COPY (SELECT 2 AS a) TO '${folder}/acb.parquet'`);
    await engine.run(`COPY (SELECT 3 AS a) TO '${folder}/[x]*.parquet'`);
    const files = [scanFile(`${folder}/a?b.parquet`), scanFile(`${folder}/[x]*.parquet`)];
    const sql = await engine.scanSql({
      ...SCAN,
      files,
      columns: structType([structField("a", INT)]),
    });
    expect(await engine.rows(sql)).toEqual([[1], [3]]);
  });

  it("widens types, fills missing columns, joins partitions, drops deleted rows", async () => {
    const first = join(folder, "p1.parquet");
    const second = join(folder, "p2.parquet");
    await engine.run(
      `COPY (SELECT range::INTEGER AS a, {'q': 1::INTEGER} AS s FROM range(5)) TO '${first}'`,
    );
    await engine.run(
      `COPY (SELECT range AS a, {'q': 2, 'r': 'x'} AS s FROM range(2)) TO '${second}'`,
    );
    const columns = structType([
      structField("p", DATE),
      structField("a", LONG),
      structField("s", structType([structField("q", LONG), structField("r", STRING)])),
      structField("gone", VOID),
      structField("fresh", STRING),
    ]);
    const sql = await engine.scanSql({
      ...SCAN,
      columns,
      partitionColumns: ["p"],
      metadataColumns: ["file_path", "file_index", "row_index"],
      files: [scanFile(first, { p: "1970-01-02" }, [0n, 1n, 3n]), scanFile(second, { p: null })],
    });
    const rows = await engine.rows(`SELECT * FROM (${sql}) ORDER BY file_index, row_index`);
    expect(rows).toEqual([
      [1, 2n, new StructValue([1n, null]), null, null, first, 0, 2n],
      [1, 4n, new StructValue([1n, null]), null, null, first, 0, 4n],
      [null, 0n, new StructValue([2n, "x"]), null, null, second, 1, 0n],
      [null, 1n, new StructValue([2n, "x"]), null, null, second, 1, 1n],
    ]);
  });

  it("counts rows of files none of whose columns are wanted", async () => {
    const path = join(folder, "count.parquet");
    await engine.run(`COPY (SELECT range AS a FROM range(7)) TO '${path}'`);
    const sql = await engine.scanSql({ ...SCAN, files: [scanFile(path)], columns: structType([]) });
    expect(await engine.rows(`SELECT count(*) FROM (${sql})`)).toEqual([[7n]]);
  });

  it("reports a missing and a damaged file as DATA_LOSS", async () => {
    const columns = structType([structField("a", INT)]);
    const missing = await engine.scanSql({
      ...SCAN,
      files: [scanFile(`${folder}/no.parquet`)],
      columns,
    });
    await expect(engine.rows(missing)).rejects.toMatchObject({ code: "DATA_LOSS" });
  });
});

describe("copy", () => {
  it("writes mapped, partitioned files that scan back", async () => {
    const mapped = (id: number) => ({
      "delta.columnMapping.id": id,
      "delta.columnMapping.physicalName": `col-${id}`,
    });
    const schema = structType([
      structField("p", TIMESTAMP, true, mapped(1)),
      structField("s", structType([structField("x", INT, true, mapped(3))]), true, mapped(2)),
      structField("v", VARIANT, true, mapped(4)),
    ]);
    const tableRoot = join(folder, "mapped");
    const written = await engine.copyToParquet({
      selectSql:
        "SELECT make_timestamptz(1704067200123456) AS p, {'x': range::INTEGER} AS s, " +
        'variant_to_parquet_variant(\'{"k":[1,"a"]}\'::JSON::VARIANT) AS v FROM range(3)',
      tableRoot,
      schema,
      partitionColumns: ["p"],
      columnMappingMode: "name",
      configuration: {},
    });
    expect(written).toHaveLength(1);
    expect(written[0]!.rowCount).toBe(3);
    expect(written[0]!.partitionValues).toEqual({ "col-1": "2024-01-01T00:00:00.123456Z" });
    expect(existsSync(written[0]!.absolutePath)).toBe(true);
    expect(JSON.parse(written[0]!.stats)).toEqual({
      numRecords: 3,
      minValues: { "col-2": { "col-3": 0 } },
      maxValues: { "col-2": { "col-3": 2 } },
      nullCount: { "col-2": { "col-3": 0 }, "col-4": 0 },
    });
    for (const columnMappingMode of ["name", "id"] as const) {
      const sql = await engine.scanSql({
        columns: schema,
        partitionColumns: ["p"],
        columnMappingMode,
        files: [scanFile(written[0]!.absolutePath, written[0]!.partitionValues)],
      });
      const columns = schema.fields.map(({ name, type }) => ({ name, type, nullable: true }));
      const rows = await engine.rows(sql, columns);
      expect(rows.map((row) => row.slice(0, 2))).toEqual(
        [0, 1, 2].map((x) => [1704067200123456n, new StructValue([x])]),
      );
      expect(rows.map((row) => variantText(row[2] as VariantValue))).toEqual(
        [0, 1, 2].map(() => '{"k":[1,"a"]}'),
      );
    }
  });

  it("keeps the variant value null apart from SQL NULL", async () => {
    const columns = [{ name: "v", type: VARIANT, nullable: true }];
    const variantNull = new VariantValue(new Uint8Array([1, 0, 0]), new Uint8Array(1));
    const rows = [[variantNull], [null]];
    const table = await engine.createTable(columns, rows);
    expect(await engine.rows(`SELECT v FROM ${table}`, columns)).toEqual(rows);
    const schema = structType([structField("v", VARIANT)]);
    const [file] = await engine.copyToParquet({
      selectSql: `SELECT v FROM ${table}`,
      tableRoot: join(folder, "variants"),
      schema,
      partitionColumns: [],
      columnMappingMode: "none",
      configuration: {},
    });
    expect(file!.stats).toContain('"nullCount":{"v":1}');
    const files = [scanFile(file!.absolutePath, {})];
    const sql = await engine.scanSql({
      columns: schema,
      partitionColumns: [],
      columnMappingMode: "none",
      files,
    });
    expect(await engine.rows(sql, columns)).toEqual(rows);
  });

  it("leaves nothing behind when it fails or has no rows", async () => {
    const schema = structType([structField("a", LONG)]);
    const request = {
      schema,
      partitionColumns: [],
      columnMappingMode: "none",
      configuration: {},
    } as const;
    const tableRoot = join(folder, "failed");
    const failing = engine.copyToParquet({
      ...request,
      tableRoot,
      selectSql:
        "SELECT CASE WHEN range = 400000 THEN error('boom') ELSE range END AS a FROM range(500000)",
    });
    await expect(failing).rejects.toThrow(/boom/);
    const none = await engine.copyToParquet({
      ...request,
      tableRoot,
      selectSql: "SELECT 1 AS a WHERE false",
    });
    expect(none).toEqual([]);
    expect(readdirSync(tableRoot)).toEqual([]);
  });
});
