/**
 * Tables with VARIANT columns under every statement that rewrites rows: the value `null`, SQL NULL
 * and variants inside other types stay what they were.
 */
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVariantAnnotations } from "../../../src/formats/parquet/index.ts";
import { DeltaLog } from "../../../src/lake/delta/index.ts";
import { conformanceFolder, hasConformance } from "../delta/conformance-data.ts";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let t: TestLake;
beforeAll(async () => {
  t = await openTestLake();
});
afterAll(() => t.close());

async function create(name: string, properties = ""): Promise<string> {
  const table = `delta.\`${join(t.folder, name)}\``;
  await t.run(`CREATE TABLE ${table} (id INT, v VARIANT) USING delta ${properties}`);
  await t.run(
    `INSERT INTO ${table} SELECT 1, parse_json('{"a":1,"b":[1,2.5,null,"x"]}') ` +
      "UNION ALL SELECT 2, parse_json('null') UNION ALL SELECT 3, NULL",
  );
  return table;
}

const shown = (table: string) =>
  t.rows(`SELECT id, v, v IS NULL, is_variant_null(v) FROM ${table} ORDER BY id`);

const FIRST = ["1", '{"a":1,"b":[1,2.5,null,"x"]}', "false", "false"];
const NULL_VALUE = ["2", "null", "false", "true"];
const SQL_NULL = ["3", null, "true", "false"];

describe("rows", () => {
  it("have Spark's protocol and statistics", async () => {
    await create("plain");
    const { protocol } = await DeltaLog.open(join(t.folder, "plain")).snapshot();
    expect(protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["variantType"],
      writerFeatures: ["appendOnly", "invariants", "variantType"],
    });
    const commit = readFileSync(
      join(t.folder, "plain", "_delta_log", "00000000000000000001.json"),
      "utf8",
    );
    const add = JSON.parse(commit.split("\n").find((line) => line.includes('"add"'))!);
    expect(JSON.parse(add.add.stats)).toEqual({
      numRecords: 3,
      minValues: { id: 1 },
      maxValues: { id: 3 },
      nullCount: { id: 0, v: 1 },
    });
  });

  for (const vectors of ["false", "true"]) {
    it(`survive DML and OPTIMIZE (deletion vectors: ${vectors})`, async () => {
      const table = await create(
        `dml-${vectors}`,
        `TBLPROPERTIES (delta.enableDeletionVectors = ${vectors})`,
      );
      expect(await shown(table)).toEqual([FIRST, NULL_VALUE, SQL_NULL]);
      await t.run(`UPDATE ${table} SET v = parse_json('[null]') WHERE v:a::int = 1`);
      await t.run(
        `MERGE INTO ${table} t USING (SELECT 3 id, parse_json('"m"') v UNION ALL ` +
          "SELECT 4, parse_json('null')) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * " +
          "WHEN NOT MATCHED THEN INSERT *",
      );
      for (const row of ["5, 'text'", "6, 1.50", "7, array(1, 2)"]) {
        await t.run(`INSERT INTO ${table} VALUES (${row})`);
      }
      await t.run(`DELETE FROM ${table} WHERE is_variant_null(v) AND id = 2`);
      await t.run(`OPTIMIZE ${table}`);
      expect(await shown(table)).toEqual([
        ["1", "[null]", "false", "false"],
        ["3", '"m"', "false", "false"],
        ["4", "null", "false", "true"],
        ["5", '"text"', "false", "false"],
        ["6", "1.5", "false", "false"],
        ["7", "[1,2]", "false", "false"],
      ]);
      expect(await shown(`${table} VERSION AS OF 1`)).toEqual([FIRST, NULL_VALUE, SQL_NULL]);
    });
  }

  it("show in the change data feed", async () => {
    await create("feed", "TBLPROPERTIES (delta.enableChangeDataFeed = true)");
    const path = join(t.folder, "feed");
    await t.run(`UPDATE delta.\`${path}\` SET v = parse_json('{"z":null}') WHERE id <= 2`);
    const changes = await t.rows(
      `SELECT id, v, _change_type FROM table_changes('delta.\`${path}\`', 2) ORDER BY id, 3 DESC`,
    );
    expect(changes).toEqual([
      ["1", FIRST[1], "update_preimage"],
      ["1", '{"z":null}', "update_postimage"],
      ["2", "null", "update_preimage"],
      ["2", '{"z":null}', "update_postimage"],
    ]);
  });
});

it("variants inside structs, arrays and maps, with column mapping", async () => {
  const table = `delta.\`${join(t.folder, "nested")}\``;
  await t.run(
    `CREATE TABLE ${table} (id INT, s STRUCT<x: VARIANT, y: INT>, l ARRAY<VARIANT>, ` +
      "m MAP<STRING, VARIANT>) USING delta TBLPROPERTIES (delta.columnMapping.mode = 'name')",
  );
  await t.run(
    `INSERT INTO ${table} SELECT 1, named_struct('x', parse_json('null'), 'y', 1), ` +
      "array(parse_json('null'), NULL, parse_json('2')), map('k', parse_json('null'), 'n', NULL)",
  );
  await t.run(`INSERT INTO ${table} VALUES (2, NULL, NULL, NULL)`);
  await t.run(`ALTER TABLE ${table} RENAME COLUMN l TO list`);
  expect(
    await t.rows(
      "SELECT id, to_json(s), to_json(list), to_json(m), s.x IS NULL, list[1] IS NULL " +
        `FROM ${table} ORDER BY id`,
    ),
  ).toEqual([
    ["1", '{"x":null,"y":1}', "[null,null,2]", '{"k":null,"n":null}', "false", "true"],
    ["2", null, null, null, "true", "true"],
  ]);
});

it("a variant is no partition", async () => {
  await expect(
    t.run("CREATE TABLE p (id INT, v VARIANT) USING delta PARTITIONED BY (v)"),
  ).rejects.toMatchObject({
    message: expect.stringContaining("partition"),
  });
});

describe.skipIf(!hasConformance)("a table that Spark wrote", () => {
  const path = join(conformanceFolder, "delta-spark-4.4/variant/table");
  const read = "SELECT to_json(v), variant_get(v, '$.a', 'int'), v:b, schema_of_variant(v)";
  const one = [
    '{"a":1,"b":[1,2.5,null,"x"],"c":{"d":true}}',
    "1",
    '[1,2.5,null,"x"]',
    "OBJECT<a: BIGINT, b: ARRAY<VARIANT>, c: OBJECT<d: BOOLEAN>>",
  ];

  it("is taken by every function of variants", async () => {
    expect(await t.rows(`${read} FROM delta.\`${path}\` WHERE id = 1`)).toEqual([one]);
  });

  it("has the variant value null and NULL in their places", async () => {
    expect(await t.rows(`${read}, is_variant_null(v) FROM delta.\`${path}\` ORDER BY id`)).toEqual([
      [...one, "false"],
      ["null", null, null, "VOID", "true"],
      [null, null, null, null, "false"],
    ]);
  });

  it("keeps them when rows are changed and files are put together", async () => {
    const copy = join(t.folder, "of-spark");
    cpSync(path, copy, { recursive: true });
    chmodSync(copy, 0o755);
    const table = `delta.\`${copy}\``;
    await t.run(`UPDATE ${table} SET id = id + 1`);
    await t.run(`OPTIMIZE ${table}`);
    expect(
      await t.rows(`SELECT id, to_json(v), is_variant_null(v) FROM ${table} ORDER BY id`),
    ).toEqual([
      ["2", one[0], "false"],
      ["3", "null", "true"],
      ["4", null, "false"],
    ]);
  });

  it("is damaged, at an offset, when its footer is", () => {
    const [name] = readdirSync(path).filter((file) => file.endsWith(".parquet"));
    const bytes = readFileSync(join(path, name!));
    const damaged = join(t.folder, "damaged.parquet");
    const footerAt = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    expect(readVariantAnnotations(join(path, name!))).toHaveLength(1);
    let failures = 0;
    for (let at = footerAt; at < bytes.length; at += 5) {
      for (const value of [0x7f, 0xff]) {
        const mutated = Buffer.from(bytes);
        mutated[at] = value;
        writeFileSync(damaged, mutated);
        try {
          readVariantAnnotations(damaged);
        } catch (error) {
          expect(error).toMatchObject({ code: "DATA_LOSS", details: { source: damaged } });
          failures++;
        }
      }
    }
    expect(failures).toBeGreaterThan(50);
  });
});
