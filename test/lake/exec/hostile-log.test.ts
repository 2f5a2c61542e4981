/**
 * Logs written by someone who means harm: every reading of one ends in one clear error or in the
 * right rows, quickly and in little memory, and no statement touches a file outside its table.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

const PROTOCOL = {
  protocol: {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ["deletionVectors"],
    writerFeatures: ["deletionVectors", "appendOnly"],
  },
};

let t: TestLake;
let add: Record<string, unknown>;
let file: string;
beforeAll(async () => {
  t = await openTestLake();
  const base = join(t.folder, "base");
  await t.run(`CREATE TABLE delta.\`${base}\` (id INT, p STRING) PARTITIONED BY (p)`);
  await t.run(`INSERT INTO delta.\`${base}\` VALUES (1, 'x')`);
  const log = readFileSync(join(base, "_delta_log", `${"1".padStart(20, "0")}.json`), "utf8");
  add = JSON.parse(log.split("\n").find((line) => line.startsWith('{"add"'))!).add;
  file = join(base, String(add.path));
});
afterAll(() => t.close());

const field = (name: string, type: unknown = "integer") => ({
  name,
  type,
  nullable: true,
  metadata: {},
});
const TWO = [field("id"), field("p", "string")];

function metaData(fields: unknown, extra: object = {}): object {
  const schemaString =
    typeof fields === "string" ? fields : JSON.stringify({ type: "struct", fields });
  const format = { provider: "parquet", options: {} };
  return {
    metaData: {
      id: "x",
      format,
      schemaString,
      partitionColumns: ["p"],
      configuration: {},
      ...extra,
    },
  };
}

let tables = 0;
/** A table of one commit; its name in SQL. */
function tableOf(actions: readonly object[]): string {
  const root = join(t.folder, `table${++tables}`);
  mkdirSync(join(root, "_delta_log"), { recursive: true });
  mkdirSync(join(root, "p=x"));
  copyFileSync(file, join(root, String(add.path)));
  const text = [PROTOCOL, ...actions].map((action) => `${JSON.stringify(action)}\n`).join("");
  writeFileSync(join(root, "_delta_log", `${"0".padStart(20, "0")}.json`), text);
  return `delta.\`${root}\``;
}

const DEEP = (levels: number) =>
  `${'{"type":"struct","fields":[{"name":"a","type":'.repeat(levels)}"integer"${',"nullable":true,"metadata":{}}]}'.repeat(levels)}`;
const NESTED = (levels: number) =>
  JSON.stringify({ type: "struct", fields: [field("a", "@")] }).replace(
    '"@"',
    `${'{"type":"array","containsNull":true,"elementType":'.repeat(levels)}"integer"${"}".repeat(levels)}`,
  );

const DAMAGED: Readonly<Record<string, (a: object) => object[]>> = {
  "a file that is no object": () => [metaData(TWO), { add: "x" }],
  "metadata that is no object": () => [{ metaData: "x" }],
  "an empty path": (a) => [metaData(TWO), { add: { ...a, path: "" } }],
  "a folder for a file": (a) => [metaData(TWO), { add: { ...a, path: "p=x/.." } }],
  "a zero character in a path": (a) => [metaData(TWO), { add: { ...a, path: "a%00b" } }],
  "a negative size": (a) => [metaData(TWO), { add: { ...a, size: -5 } }],
  "an endless size": (a) => [metaData(TWO), { add: { ...a, size: 1e300 } }],
  "partition values that are a list": (a) => [
    metaData(TWO),
    { add: { ...a, partitionValues: ["x"] } },
  ],
  "an object as a partition value": (a) => [
    metaData(TWO),
    { add: { ...a, partitionValues: { p: {} } } },
  ],
  "a partition value of another type": (a) => [
    metaData([field("id"), field("p", "date")]),
    { add: a },
  ],
  "a partition column that is none": (a) => [
    metaData(TWO, { partitionColumns: ["zz"] }),
    { add: a },
  ],
  "a partition column that is a number": (a) => [
    metaData(TWO, { partitionColumns: [5] }),
    { add: a },
  ],
  "a configuration of objects": (a) => [
    metaData(TWO, { configuration: { x: { a: 1 } } }),
    { add: a },
  ],
  "two columns that differ by case": (a) => [metaData([...TWO, field("ID")]), { add: a }],
  "a schema of 10,000 levels": (a) => [
    metaData(DEEP(10_000), { partitionColumns: [] }),
    { add: a },
  ],
};

it.each(Object.keys(DAMAGED))("%s is DATA_LOSS", async (name) => {
  const table = tableOf(DAMAGED[name]!(add));
  await expect(t.run(`SELECT * FROM ${table}`)).rejects.toMatchObject({ code: "DATA_LOSS" });
});

const UNKNOWN: Readonly<Record<string, unknown>> = {
  "a column without a name": [...TWO, field("")],
  "a column with a zero character": [...TWO, field("a\0b")],
  "a struct without fields": [...TWO, field("s", { type: "struct", fields: [] })],
  "a schema of 400 arrays": NESTED(400),
};

it.each(Object.keys(UNKNOWN))("%s is NOT_IMPLEMENTED", async (name) => {
  const partitionColumns = name.includes("arrays") ? [] : ["p"];
  const table = tableOf([metaData(UNKNOWN[name], { partitionColumns }), { add }]);
  await expect(t.run(`SELECT * FROM ${table}`)).rejects.toMatchObject({ code: "NOT_IMPLEMENTED" });
});

it("reads what is only odd: scalars for text, a table without columns, 90 arrays", async () => {
  const odd = tableOf([metaData(TWO), { add: { ...add, partitionValues: { p: 5 } } }]);
  expect(await t.rows(`SELECT * FROM ${odd}`)).toEqual([["1", "5"]]);
  const bare = tableOf([metaData([], { partitionColumns: [] }), { add }]);
  expect(await t.rows(`SELECT * FROM ${bare}`)).toEqual([[]]);
  const nested = tableOf([metaData(NESTED(90), { partitionColumns: [] }), { add }]);
  expect(await t.rows(`SELECT * FROM ${nested}`)).toEqual([[null]]);
});

it("takes a flag for the text of an appendOnly property", async () => {
  const table = tableOf([metaData(TWO, { configuration: { "delta.appendOnly": true } }), { add }]);
  await expect(t.run(`DELETE FROM ${table}`)).rejects.toMatchObject({
    details: { error_class: "DELTA_CANNOT_MODIFY_APPEND_ONLY" },
  });
});

it("leaves files outside of the table where they are", async () => {
  const outside = join(t.folder, "outside.parquet");
  for (const path of [outside, `file://${outside}`, "../outside.parquet"]) {
    for (const [i, change] of ["DELETE FROM", "TRUNCATE TABLE", "UPDATE"].entries()) {
      copyFileSync(file, outside);
      const table = tableOf([metaData(TWO), { add: { ...add, path } }]);
      expect(await t.rows(`SELECT * FROM ${table}`)).toEqual([["1", "x"]]);
      await t.run(`${change} ${table}${i === 2 ? " SET id = 2" : ""}`);
      expect(readFileSync(outside)).toEqual(readFileSync(file));
    }
  }
});

it("does not follow a symbolic link out of a table it drops", async () => {
  const { symlinkSync } = await import("node:fs");
  const kept = join(t.folder, "kept");
  mkdirSync(kept);
  writeFileSync(join(kept, "a.txt"), "mine");
  await t.run("CREATE TABLE linked (id INT)");
  symlinkSync(kept, join(t.folder, "lake/main/default/linked/link"));
  await t.run("DROP TABLE linked");
  expect(existsSync(join(t.folder, "lake/main/default/linked"))).toBe(false);
  expect(readdirSync(kept)).toEqual(["a.txt"]);
});

/** 4,096 run containers of 65,536 positions each, in 58 kB. */
function bomb(): Buffer {
  const count = 4096;
  const head = Buffer.alloc(4 + 8 + 4 + 4);
  head.writeUInt32LE(1681511377, 0);
  head.writeBigUInt64LE(1n, 4);
  head.writeUInt32LE(0, 12);
  head.writeUInt32LE((12347 | ((count - 1) << 16)) >>> 0, 16);
  const keys = Buffer.alloc(count * 4);
  const runs = Buffer.alloc(count * 6);
  for (let i = 0; i < count; i++) {
    keys.writeUInt16LE(i, i * 4);
    keys.writeUInt16LE(65535, i * 4 + 2);
    runs.writeUInt16LE(1, i * 6);
    runs.writeUInt16LE(65535, i * 6 + 4);
  }
  const flags = Buffer.alloc(count / 8, 0xff);
  return Buffer.concat([head, flags, keys, Buffer.alloc(count * 4), runs]);
}

it.each([true, false])("refuses a deletion vector bomb (statistics: %s)", async (hasStats) => {
  const data = bomb();
  const frame = Buffer.alloc(5);
  frame[0] = 1;
  frame.writeUInt32BE(data.length, 1);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(data));
  const path = join(t.folder, "bomb.bin");
  writeFileSync(path, Buffer.concat([frame, data, sum]));
  const deletionVector = {
    storageType: "p",
    pathOrInlineDv: path,
    offset: 1,
    sizeInBytes: data.length,
    cardinality: 2 ** 28,
  };
  const { stats, ...bare } = add;
  const entry = { ...bare, ...(hasStats ? { stats } : {}), deletionVector };
  const table = tableOf([metaData(TWO), { add: entry }]);
  await expect(t.run(`SELECT * FROM ${table}`)).rejects.toMatchObject({
    code: hasStats ? "DATA_LOSS" : "RESOURCE_EXHAUSTED",
  });
});
