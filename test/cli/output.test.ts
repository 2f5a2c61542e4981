/** Every output format over the same rows, checked against other readers where there are any. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { type CommandContext, createContext } from "../../src/cli/context.ts";
import type { GlobalOptions, OutputFormat } from "../../src/cli/global-flags.ts";
import { writeParquet } from "../../src/cli/output/parquet.ts";
import { printRows, type RowOptions, type RowSource } from "../../src/cli/output/rows.ts";
import { fitWidths } from "../../src/cli/output/table.ts";
import { writeRowsToFile } from "../../src/cli/output/write-file.ts";
import {
  arrayType,
  DOUBLE,
  decimalType,
  LONG,
  mapType,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../src/lake/schema/data-type.ts";
import { MapValue, StructValue, type Value } from "../../src/lake/schema/value.ts";
import { createTestIo, type TestIo, type TestIoOptions } from "./test-io.ts";

const POINT = structType([structField("x", LONG), structField("y", DOUBLE)]);
const SCHEMA = structType([
  structField("id", LONG),
  structField("name", STRING),
  structField("price", decimalType(20, 2)),
  structField("ratio", DOUBLE),
  structField("at", TIMESTAMP),
  structField("tags", arrayType(STRING)),
  structField("facts", mapType(STRING, LONG)),
  structField("point", POINT),
]);
const ROWS: Value[][] = [
  [
    9007199254740993n,
    'a "b",\tc\nd|é',
    123456789012345678n,
    0.1,
    1767614400123456n,
    ["x", null],
    new MapValue([["k", 1n]]),
    new StructValue([1n, 2.5]),
  ],
  [-1n, "", -5n, Number.NaN, 0n, [], new MapValue([]), new StructValue([null, null])],
  [null, null, null, null, null, null, null, null],
];

function sourceOf(rows: readonly (readonly Value[])[], batchSize = 2): RowSource {
  return {
    schema: SCHEMA,
    async *batches() {
      for (let start = 0; start < rows.length; start += batchSize) {
        const part = rows.slice(start, start + batchSize);
        yield {
          rowCount: part.length,
          columns: SCHEMA.fields.map((_, i) => ({ get: (row: number) => part[row]![i]! })),
        };
      }
    },
  };
}

function contextFor(
  output: OutputFormat | undefined,
  io: TestIo,
  extra: Partial<GlobalOptions> = {},
): CommandContext {
  const globals: GlobalOptions = {
    output,
    jsonFields: [],
    quiet: 0,
    verbose: false,
    noColor: false,
    noInput: false,
    yes: false,
    dryRun: false,
    debug: false,
    profile: undefined,
    cwd: undefined,
    ...extra,
  };
  const spec = { args: {}, flags: {}, examples: [], run: async () => 0 };
  return createContext({ io, globals, path: "test", spec });
}

async function print(
  output: OutputFormat | undefined,
  options: { rows?: Value[][]; io?: TestIoOptions; row?: RowOptions; globals?: object } = {},
): Promise<TestIo> {
  const io = createTestIo(options.io);
  const context = contextFor(output, io, options.globals);
  await printRows(sourceOf(options.rows ?? ROWS), context, options.row ?? {});
  return io;
}

describe("text", () => {
  test("tsv is the default in a pipe: no header, one line a row, nothing cut", async () => {
    const io = await print(undefined);
    expect(io.out().split("\n")).toEqual([
      '9007199254740993\ta "b",\\tc\\nd|é\t1234567890123456.78\t0.1\t2026-01-05 12:00:00.123456\t[x, null]\t{k -> 1}\t{1, 2.5}',
      "-1\t\t-0.05\tNaN\t1970-01-01 00:00:00\t[]\t{}\t{null, null}",
      "NULL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL",
      "",
    ]);
  });

  test("csv has a header, tells NULL from the empty string, and quotes", async () => {
    const io = await print("csv");
    expect(io.out()).toBe(
      [
        "id,name,price,ratio,at,tags,facts,point",
        '9007199254740993,"a ""b"",\tc\nd|é",1234567890123456.78,0.1,2026-01-05 12:00:00.123456,"[x, null]",{k -> 1},"{1, 2.5}"',
        '-1,"",-0.05,NaN,1970-01-01 00:00:00,[],{},"{null, null}"',
        ",,,,,,,",
        "",
      ].join("\n"),
    );
  });

  test("md escapes what would break a table", async () => {
    const io = await print("md", { globals: { jsonFields: ["id", "name"] } });
    expect(io.out()).toBe(
      '| id | name |\n| ---: | --- |\n| 9007199254740993 | a "b",\tc<br>d\\|é |\n| -1 |  |\n| NULL | NULL |\n',
    );
  });
});

describe("json", () => {
  test("keeps every digit, and warns once of what became null", async () => {
    const io = await print("json");
    expect(io.out()).toBe(
      '[{"id":9007199254740993,"name":"a \\"b\\",\\tc\\nd|é","price":1234567890123456.78,"ratio":0.1,"at":"2026-01-05T12:00:00.123456Z","tags":["x",null],"facts":{"k":1},"point":{"x":1,"y":2.5}},' +
        '{"id":-1,"name":"","price":-0.05,"ratio":null,"at":"1970-01-01T00:00:00Z","tags":[],"facts":{},"point":{"x":null,"y":null}},' +
        '{"id":null,"name":null,"price":null,"ratio":null,"at":null,"tags":null,"facts":null,"point":null}]\n',
    );
    expect(io.err()).toBe("warning: NaN and infinities are printed as null\n");
  });

  test("an empty result is an empty array, or nothing in jsonl", async () => {
    expect((await print("json", { rows: [] })).out()).toBe("[]\n");
    expect((await print("jsonl", { rows: [] })).out()).toBe("");
  });

  test("--int64 string quotes bigint, also inside structs", async () => {
    const io = await print("jsonl", { rows: [ROWS[0]!], row: { int64: "string" } });
    const value = JSON.parse(io.out());
    expect([value.id, value.facts.k, value.point.x]).toEqual(["9007199254740993", "1", "1"]);
  });

  test("--json a,b selects and orders; an unknown name lists the known ones", async () => {
    const io = await print("jsonl", { globals: { jsonFields: ["name", "id"] }, rows: [ROWS[1]!] });
    expect(io.out()).toBe('{"name":"","id":-1}\n');
    const wrong = print("json", { globals: { jsonFields: ["nmae"] } });
    await expect(wrong).rejects.toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
      hint: expect.stringContaining("did you mean `name`?"),
    });
  });

  test("is indented on a terminal only, and is the same value", async () => {
    const pretty = (await print("json", { io: { tty: { columns: 80, rows: 24 } } })).out();
    expect(pretty).toMatch(/^\[\n {2}\{\n {4}"id": 9007199254740993,\n/);
    expect(JSON.parse(pretty)).toEqual(JSON.parse((await print("json")).out()));
  });
});

describe("columnar", () => {
  test("arrow is one IPC stream that apache-arrow reads back, batch by batch", async () => {
    const table = tableFromIPC((await print("arrow")).bytes());
    expect(table.numRows).toBe(3);
    expect(table.batches.length).toBe(2);
    expect(table.getChild("id")!.toArray()[0]).toBe(9007199254740993n);
    expect(table.getChild("name")!.get(0)).toBe('a "b",\tc\nd|é');
    expect([...table.getChild("tags")!.get(0)]).toEqual(["x", null]);
    expect(table.getChild("point")!.get(0).toJSON()).toEqual({ x: 1n, y: 2.5 });
    expect(table.schema.fields.map((field) => String(field.type))).toEqual([
      "Int64",
      "Utf8",
      "Decimal[20e+2]",
      "Float64",
      "Timestamp<MICROSECOND, UTC>",
      "List<Utf8>",
      "Map<{key:Utf8, value:Int64}>",
      "Struct<{x:Int64, y:Float64}>",
    ]);
    expect(table.getChild("at")!.data[0]!.values[0]).toBe(1767614400123456n);
  });

  test("arrow without rows still carries the schema, and is refused on a terminal", async () => {
    const table = tableFromIPC((await print("arrow", { rows: [] })).bytes());
    expect(table.schema.fields.length).toBe(8);
    await expect(print("arrow", { io: { tty: { columns: 80, rows: 24 } } })).rejects.toMatchObject({
      exitCode: 2,
    });
  });

  test("an .arrow file has magic, schema and footer; .arrows is a stream", async () => {
    const folder = mkdtempSync(join(tmpdir(), "arrow-files-"));
    const write = async (name: string, rows: readonly Value[][]): Promise<Buffer> => {
      const path = join(folder, name);
      const options = { int64: "number", onRows() {}, onNotFinite() {} } as const;
      await writeRowsToFile(sourceOf(rows, 1), path, { format: "arrow", ...options });
      return readFileSync(path);
    };
    const file = await write("rows.arrow", ROWS);
    expect(file.subarray(0, 8).toString("latin1")).toBe("ARROW1\0\0");
    expect(file.subarray(-6).toString("latin1")).toBe("ARROW1");
    const stream = await write("rows.arrows", ROWS);
    // A file is a stream between magic and footer.
    expect(file.subarray(8, 8 + stream.length).equals(stream)).toBe(true);
    for (const bytes of [file, stream]) {
      const table = tableFromIPC(bytes);
      expect(table.batches.length).toBe(3);
      expect(table.getChild("id")!.get(0)).toBe(9007199254740993n);
    }
    expect(tableFromIPC(await write("none.arrow", [])).schema.fields.length).toBe(8);
    rmSync(folder, { recursive: true });
  });

  test("parquet is read back by hyparquet", async () => {
    const chunks: Uint8Array[] = [];
    await writeParquet(sourceOf(ROWS, 1), async (bytes) => void chunks.push(bytes));
    const file = new Uint8Array(Buffer.concat(chunks)).buffer;
    const rows = await parquetReadObjects({ file });
    expect(rows.map((row) => row.id)).toEqual([9007199254740993n, -1n, null]);
    expect(rows.map((row) => row.name)).toEqual(['a "b",\tc\nd|é', "", null]);
    expect(rows.map((row) => row.tags ?? null)).toEqual([["x", null], [], null]);
  });

  test("parquet without rows keeps its columns", async () => {
    const chunks: Uint8Array[] = [];
    await writeParquet(sourceOf([]), async (bytes) => void chunks.push(bytes));
    expect(
      await parquetReadObjects({ file: new Uint8Array(Buffer.concat(chunks)).buffer }),
    ).toEqual([]);
  });
});

describe("table", () => {
  const many = Array.from({ length: 250 }, (_, i): Value[] => [
    BigInt(i),
    `n${i}`,
    ...ROWS[2]!.slice(2),
  ]);

  test("fits the terminal, aligns numbers to the right and cuts with an ellipsis", async () => {
    const io = await print(undefined, {
      rows: [
        [1n, "日本語 wide", ...ROWS[2]!.slice(2)],
        [22n, "x".repeat(60), ...ROWS[2]!.slice(2)],
      ],
      io: { tty: { columns: 40, rows: 24 }, env: { LANG: "C.UTF-8", NO_COLOR: "1" } },
      globals: { jsonFields: ["id", "name"] },
    });
    const lines = io.out().split("\n");
    expect(lines[0]).toBe("id  name");
    expect(lines[1]).toBe(`──  ${"─".repeat(36)}`);
    expect(lines[2]).toBe(" 1  日本語 wide");
    expect(lines[3]).toBe(`22  ${"x".repeat(35)}…`);
  });

  test("shows 100 rows on a terminal and says how many there are", async () => {
    const tty = { tty: { columns: 200, rows: 24 } };
    const io = await print(undefined, { rows: many, io: tty });
    expect(io.out().trimEnd().split("\n").length).toBe(102);
    expect(io.err()).toBe("100 of 250, use --limit 0\n");
    const all = await print(undefined, { rows: many, io: tty, row: { limit: 0 } });
    expect(all.out().trimEnd().split("\n").length).toBe(252);
    const quiet = await print(undefined, { rows: many, io: tty, globals: { quiet: 1 } });
    expect(quiet.err()).toBe("");
  });

  test("no limit ever reaches a pipe", async () => {
    expect((await print(undefined, { rows: many })).out().trimEnd().split("\n").length).toBe(250);
  });

  test("a locale without UTF-8 gets ASCII rules", async () => {
    const io = await print("table", { rows: [ROWS[1]!], io: { env: { LANG: "C" } } });
    expect(io.out().split("\n")[1]).toMatch(/^-+ {2}-/);
  });

  test("widths give way from the widest, down to six cells", () => {
    expect(fitWidths([3, 40, 10], 30)).toEqual([3, 13, 10]);
    expect(fitWidths([50, 50], 42)).toEqual([20, 20]);
    expect(fitWidths([50, 50], 5)).toEqual([6, 6]);
    expect(fitWidths([1, 2], 80)).toEqual([1, 2]);
  });
});

describe("charts", () => {
  test("numbers in the first column alone are drawn; another format is refused, not ignored", async () => {
    const globals = { jsonFields: ["id", "name"] };
    const io = await print(undefined, { rows: ROWS.slice(1, 2), row: { chart: "bar" }, globals });
    expect(io.out()).toMatch(/^id\n/);
    const asJson = print("json", { row: { chart: "bar" }, globals: { output: "json" } });
    await expect(asJson).rejects.toMatchObject({ exitCode: 2, message: "a chart is not json" });
  });

  test("bars of the first number column, and a hint when there is none", async () => {
    const io = await print(undefined, {
      rows: ROWS.slice(1, 2),
      row: { chart: "bar" },
      globals: { jsonFields: ["name", "id"] },
    });
    expect(io.out()).toContain("id");
    const wrong = print(undefined, {
      row: { chart: "bar" },
      globals: { jsonFields: ["name", "at"] },
    });
    await expect(wrong).rejects.toMatchObject({ exitCode: 2 });
  });
});
