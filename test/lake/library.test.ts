/** The library's promises: lifetimes, turns, rows that come in, errors. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Bool,
  DateDay,
  Decimal,
  Field,
  Float32,
  Int16,
  Int32,
  List,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  Uint64,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { SovereignError } from "../../src/core/errors.ts";
import { formatTypeSql, type Lake, openLake } from "../../src/lake/index.ts";

let folder: string;
let lake: Lake;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "library-"));
  lake = await openLake({ root: join(folder, "lake") });
});
afterEach(async () => {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});

const objects = async (text: string) => (await lake.sql(text)).objects();
const run = async (text: string): Promise<void> => (await lake.sql(text)).close();

describe("lifetimes", () => {
  test("a closed lake refuses everything, quietly closes again, and ends open results", async () => {
    await lake.createTable("t", [{ id: 1 }]);
    const table = await lake.table("t");
    const unread = await lake.sql("SELECT id FROM range(1000000)");
    const halfRead = (await lake.sql("SELECT id FROM range(1000000)")).batches();
    const batches = halfRead[Symbol.asyncIterator]();
    await batches.next();
    await lake.close();
    await lake.close();
    const closed = { code: "INVALID_STATE", message: "the lake is closed" };
    const refused: (() => Promise<unknown>)[] = [
      () => lake.sql("SELECT 1"),
      () => lake.sql("INSERT INTO t VALUES (2)"),
      () => lake.script("SELECT 1")[Symbol.asyncIterator]().next(),
      () => lake.table("t"),
      () => lake.createTable("u", [{ id: 1 }]),
      () => lake.schemaOf("t"),
      () => lake.engine(),
      () => table.version(),
      () => table.rows(),
      () => table.append([{ id: 2 }]),
      () => table.delete(),
      () => unread.rows(),
      () => batches.next(),
    ];
    for (const call of refused) {
      await expect(call(), String(call)).rejects.toMatchObject(closed);
    }
    await unread.close();
    lake = await openLake({ root: join(folder, "lake") });
    const path = `delta.\`${join(folder, "lake/main/default/t")}\``;
    expect(await (await lake.table(path)).rows()).toEqual([{ id: 1n }]);
  });

  test("close waits for the change at hand", async () => {
    const change = lake.createTable("t", [{ id: 1 }]);
    const path = `delta.\`${join(folder, "lake/main/default/t")}\``;
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.allSettled([change, lake.close()]);
    lake = await openLake({ root: join(folder, "lake") });
    const found = await lake.table(path).then(
      async (table) => (await table.rows()).length,
      (error: SovereignError) => error.code,
    );
    expect([1, "RESOURCE_DOES_NOT_EXIST"]).toContain(found);
  });

  test("await using closes lakes and results", async () => {
    let outer: Lake;
    {
      await using inner = await openLake({ root: folder });
      await using result = await inner.sql("SELECT 1 AS one");
      expect(result.schema.fields.map((field) => field.name)).toEqual(["one"]);
      outer = inner;
    }
    await expect(outer.sql("SELECT 1")).rejects.toMatchObject({ code: "INVALID_STATE" });
  });

  test("a result is read once, and says so", async () => {
    const result = await lake.sql("SELECT 1 AS one");
    expect(await result.objects()).toEqual([{ one: 1 }]);
    for (const read of [() => result.objects(), () => result.rows(), () => result.toArrow()]) {
      await expect(read()).rejects.toMatchObject({
        code: "INVALID_STATE",
        message: "the rows of this result were read already",
      });
    }
    const given = await lake.sql("SELECT 1 AS one");
    await given.close();
    await given.close();
    await expect(given.rows()).rejects.toMatchObject({ message: "the result is closed" });
  });
});

describe("at the same time", () => {
  test("changes of one lake take turns, queries run beside them", async () => {
    await lake.createTable("t", [{ id: 0, n: 0 }]);
    const table = await lake.table("t");
    await Promise.all([
      ...Array.from({ length: 8 }, () => run("UPDATE t SET n = n + 1 WHERE id = 0")),
      ...Array.from({ length: 4 }, (_, i) => table.append([{ id: i + 1, n: 0 }])),
      ...Array.from({ length: 4 }, () => table.update({ n: "n + 10" }, "id = 0")),
      ...Array.from({ length: 8 }, () => objects("SELECT count(*) FROM t")),
    ]);
    expect(await objects("SELECT n FROM t WHERE id = 0")).toEqual([{ n: 48n }]);
    expect(await table.count()).toBe(5);
    expect(await table.version()).toBe(16);
  });

  test("a failed change lets the next one through", async () => {
    await lake.createTable("t", [{ id: 1 }]);
    const settled = await Promise.allSettled([
      run("UPDATE t SET id = 1 / 0"),
      run("INSERT INTO t VALUES (2)"),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  test("rows may be read from the lake they are written to", async () => {
    await lake.createTable("t", [{ id: 1 }, { id: 2 }]);
    const table = await lake.table("t");
    async function* doubled() {
      for (const { id } of await objects("SELECT id FROM t")) {
        await run("INSERT INTO t VALUES (100)");
        yield { id: (id as bigint) * 10n };
      }
    }
    await table.append(doubled());
    const rows = await table.rows();
    expect(rows.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual([
      1, 2, 10, 20, 100, 100,
    ]);
  });
});

describe("rows that come in", () => {
  interface Person {
    id: number;
    name: string;
    born?: Date;
  }
  const people: Person[] = [
    { id: 1, name: "Ada", born: new Date("1815-12-10T00:00:00Z") },
    { id: 2, name: "Emmy" },
  ];

  test("types of a new table are told from the values, or from Arrow's fields", async () => {
    const table = await lake.createTable("people", people, {
      comment: "it's \\ here",
      properties: { "delta.appendOnly": "true" },
    });
    const typesOf = async (name: string) =>
      (await (await lake.table(name)).schema()).fields.map(
        (field) => `${field.name} ${formatTypeSql(field.type)}`,
      );
    expect(await typesOf("people")).toEqual(["id BIGINT", "name STRING", "born TIMESTAMP"]);
    expect(await table.detail()).toMatchObject({
      description: "it's \\ here",
      properties: new Map([
        ["delta.enableDeletionVectors", "true"],
        ["delta.appendOnly", "true"],
      ]),
    });
    await lake.createTable("values", [
      { x: 1, tags: ["a"], at: { lat: 1.5, note: null }, bytes: Uint8Array.of(1), big: 1n },
      { x: 0.5, tags: [], at: { lat: 2, note: "n" }, bytes: null, big: 2 },
    ]);
    expect(await typesOf("values")).toEqual([
      "x DOUBLE",
      "tags ARRAY<STRING>",
      "at STRUCT<lat: DOUBLE, note: STRING>",
      "bytes BINARY",
      "big BIGINT",
    ]);
    const arrow = new Table({
      a: vectorFromArray([1, 2], new Int32()),
      b: vectorFromArray([1, null], new Int16()),
      c: vectorFromArray([1.5, 2], new Float32()),
      d: vectorFromArray(["x", "x"]),
      e: vectorFromArray([true, false], new Bool()),
      f: vectorFromArray([new Date("2026-01-01T00:00:00Z"), null], new DateDay()),
      g: vectorFromArray([0, 1], new TimestampMicrosecond("UTC")),
      h: vectorFromArray([[1], null], new List(new Field("item", new Int32(), true))),
      i: vectorFromArray([Uint32Array.of(150, 0, 0, 0), null], new Decimal(2, 10, 128)),
    });
    await lake.createTable("arrows", arrow, { partitionedBy: ["d"] });
    expect(await typesOf("arrows")).toEqual([
      "a INT",
      "b SMALLINT",
      "c FLOAT",
      "d STRING",
      "e BOOLEAN",
      "f DATE",
      "g TIMESTAMP",
      "h ARRAY<INT>",
      "i DECIMAL(10,2)",
    ]);
    expect(
      await (await lake.table("arrows")).rows({ where: "a = 1", columns: ["h", "i", "f"] }),
    ).toEqual([{ h: [1], i: "1.50", f: "2026-01-01" }]);
    await lake.createTable("arrows", new Table({ a: vectorFromArray<Utf8>([], new Utf8()) }), {
      orReplace: true,
    });
    expect(await typesOf("arrows")).toEqual(["a STRING"]);
  });

  test("what has no clear type is refused, and nothing is made", async () => {
    const refused: [unknown, string][] = [
      [[{ a: null }], "INVALID_PARAMETER_VALUE"],
      [[{ a: 1 }, { a: "x" }], "INVALID_PARAMETER_VALUE"],
      [[{ a: [] }], "INVALID_PARAMETER_VALUE"],
      [[{ a: Symbol("x") }], "INVALID_PARAMETER_VALUE"],
      [[[1]], "INVALID_PARAMETER_VALUE"],
      [[1], "INVALID_PARAMETER_VALUE"],
      ["rows", "INVALID_PARAMETER_VALUE"],
      [null, "INVALID_PARAMETER_VALUE"],
      [new Table({ a: vectorFromArray([1n], new Uint64()) }), "NOT_IMPLEMENTED"],
    ];
    for (const [rows, code] of refused) {
      const made = lake.createTable("bad", rows as never);
      await expect(made, String(rows)).rejects.toMatchObject({ code, hint: expect.anything() });
    }
    expect(await lake.schemaOf("bad")).toBeNull();
    await expect(lake.createTable("a b.c d", [{ a: 1 }])).rejects.toBeInstanceOf(SovereignError);
    await lake.createTable("good", [{ a: 1 }]);
    await expect(lake.createTable("good", [{ a: 1 }])).rejects.toMatchObject({
      code: "RESOURCE_ALREADY_EXISTS",
    });
  });

  test("streams are written in parts, and all or none of them", async () => {
    await run(
      "CREATE TABLE t (id BIGINT, v STRING, w INT DEFAULT 7) TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')",
    );
    const table = await lake.table("t");
    async function* many(count: number, failsAt = -1) {
      for (let id = 0; id < count; id++) {
        if (id === failsAt) throw new Error("the source broke");
        yield id < 30_000 ? { id } : { id, v: `v${id}` };
      }
    }
    await expect(table.append(many(50_000, 45_000))).rejects.toThrow("the source broke");
    expect(await table.version()).toBe(0);
    const commit = await table.append(many(50_000));
    expect(commit?.metrics.numOutputRows).toBe("50000");
    expect(await table.count("v IS NULL AND w = 7")).toBe(30_000);
    expect(await table.rows({ where: "id = 30000" })).toEqual([{ id: 30000n, v: "v30000", w: 7 }]);
    expect(await table.append(new Set([{ id: 1 }]))).toMatchObject({ version: 2 });
    expect(await table.append([])).toBeNull();
    await table.overwrite([]);
    expect(await table.count()).toBe(0);
  });

  test("overwrite replaces what a condition selects, and nothing else", async () => {
    const table = await lake.createTable("t", [
      { day: "mon", n: 1 },
      { day: "tue", n: 2 },
    ]);
    await table.overwrite([{ day: "mon", n: 10 }], { where: "day = 'mon'" });
    expect((await table.rows()).sort((a, b) => Number(a.n) - Number(b.n))).toEqual([
      { day: "tue", n: 2n },
      { day: "mon", n: 10n },
    ]);
    const wrong = table.overwrite([{ day: "wed", n: 1 }], { where: "day = 'mon'" });
    await expect(wrong).rejects.toMatchObject({ code: "INVALID_STATE" });
    await expect(table.overwrite([], { where: "day = " })).rejects.toBeInstanceOf(SovereignError);
    expect(await table.version()).toBe(1);
  });

  test("an application's nth write is made once", async () => {
    const table = await lake.createTable("t", [{ id: 1 }]);
    const txn = { appId: "loader", version: 1 };
    await table.append([{ id: 2 }], { txn });
    await table.append([{ id: 2 }], { txn });
    expect(await table.count()).toBe(2);
    expect(await table.txnVersion("loader")).toBe(1);
  });

  test("a statement joins rows it is given", async () => {
    await lake.createTable("people", people);
    const result = await lake.sql(
      "SELECT name, city FROM people JOIN Towns USING (id) ORDER BY id",
      { rows: { towns: tableFromArrays({ id: [1, 2], city: ["London", "Erlangen"] }) } },
    );
    expect(await result.objects()).toEqual([
      { name: "Ada", city: "London" },
      { name: "Emmy", city: "Erlangen" },
    ]);
    await expect(lake.sql("SELECT * FROM towns")).rejects.toThrow("cannot be found");
  });
});

describe("merge", () => {
  test("every clause, with rows, a stream or SQL as its source", async () => {
    await run("CREATE TABLE t (id INT, v STRING, n INT)");
    const table = await lake.table("t");
    await table.append([
      { id: 1, v: "a", n: 0 },
      { id: 2, v: "b", n: 0 },
      { id: 3, v: "c", n: 0 },
      { id: 4, v: "d", n: 0 },
      { id: 5, v: "e", n: 0 },
    ]);
    const commit = await table
      .merge(
        [
          { id: 1, v: "A", op: "update" },
          { id: 2, v: "B", op: "delete" },
          { id: 8, v: "H", op: "insert" },
          { id: 9, v: "I", op: "ignore" },
        ],
        "target.id = source.id",
      )
      .whenMatchedDelete("source.op = 'delete'")
      .whenMatchedUpdate({ v: "source.v", n: "target.n + 1" })
      .whenNotMatchedInsert({ id: "source.id", v: "lower(source.v)" }, "source.op = 'insert'")
      .whenNotMatchedBySourceUpdate({ v: "concat(v, '!')" }, "target.id = 3")
      .whenNotMatchedBySourceDelete("target.id = 4")
      .execute();
    expect(commit?.metrics).toMatchObject({
      numTargetRowsUpdated: "2",
      numTargetRowsDeleted: "2",
      numTargetRowsInserted: "1",
    });
    const rows = await objects("SELECT * FROM t ORDER BY id");
    expect(rows.map(({ id, v, n }) => [id, v, n])).toEqual([
      [1, "A", 1],
      [3, "c!", 0],
      [5, "e", 0],
      [8, "h", null],
    ]);
    async function* stream() {
      yield { id: 1, v: "z", n: 5, extra: "new" };
    }
    await table
      .merge(stream(), "t.id = s.id", { target: "t", source: "s" })
      .withSchemaEvolution()
      .whenMatchedUpdate("*")
      .whenNotMatchedInsert("*")
      .execute();
    expect(await table.rows({ where: "id = 1" })).toEqual([{ id: 1, v: "z", n: 5, extra: "new" }]);
    const twice = table
      .merge("(SELECT 1 AS id UNION ALL SELECT 1)", "target.id = source.id")
      .whenMatchedDelete();
    await expect(twice.execute().then((c) => c?.version)).resolves.toBeTypeOf("number");
  });

  test("a value that fits no column is refused before anything is written", async () => {
    await run("CREATE TABLE t (id INT)");
    const table = await lake.table("t");
    const merge = table.merge([{ id: 2 ** 40 }], "target.id = source.id").whenNotMatchedInsert("*");
    await expect(merge.execute()).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
    expect(await table.version()).toBe(0);
  });
});

describe("errors", () => {
  test("wrong arguments are SovereignErrors with a hint", async () => {
    await lake.createTable("t", [{ id: 1 }]);
    const table = await lake.table("t");
    writeFileSync(join(folder, "file"), "");
    const calls: [() => Promise<unknown>, string][] = [
      [() => openLake({} as never), "INVALID_PARAMETER_VALUE"],
      [() => openLake(undefined as never), "INVALID_PARAMETER_VALUE"],
      [() => openLake({ root: folder, memoryLimit: "much" }), "INVALID_PARAMETER_VALUE"],
      [() => lake.sql(undefined as never), "INVALID_PARAMETER_VALUE"],
      [() => lake.sql(""), "INVALID_PARAMETER_VALUE"],
      [() => lake.sql("SELECT 1; SELECT 2"), "INVALID_PARAMETER_VALUE"],
      [() => lake.sql("SELEC"), "INVALID_PARAMETER_VALUE"],
      [() => lake.table("nope"), "RESOURCE_DOES_NOT_EXIST"],
      [() => lake.table(""), "INVALID_PARAMETER_VALUE"],
      [() => lake.table("a b c"), "INVALID_PARAMETER_VALUE"],
      [() => table.at({ version: 99 }), "RESOURCE_DOES_NOT_EXIST"],
      [() => table.at({ timestamp: "1999-01-01" }), "RESOURCE_DOES_NOT_EXIST"],
      [() => table.at({ timestamp: "soon" }), "INVALID_PARAMETER_VALUE"],
      [() => table.delete("id = 1; DROP TABLE t"), "INVALID_PARAMETER_VALUE"],
      [() => table.delete("id ="), "INVALID_PARAMETER_VALUE"],
      [() => table.update({}), "INVALID_PARAMETER_VALUE"],
      [() => table.update({ nope: "1" }), "INVALID_PARAMETER_VALUE"],
      [() => table.rows({ columns: ["nope"] }), "INVALID_PARAMETER_VALUE"],
      [
        () => table.merge([{ id: 1 }], "target.id = source.id").execute(),
        "INVALID_PARAMETER_VALUE",
      ],
    ];
    for (const [call, code] of calls) {
      const error = await call().then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error, String(call)).toBeInstanceOf(SovereignError);
      expect(error, String(call)).toMatchObject({ code, hint: expect.any(String) });
    }
    expect(await table.count()).toBe(1);
  });
});
