/** A collection on the disk: what is acknowledged stays, what is damaged is refused. */
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DiskCollection } from "../../src/vector/store/disk-collection.ts";
import { readFacts } from "../../src/vector/store/read-facts.ts";
import { contentOf, createRng, makeRows, put, SETTINGS } from "./collections.ts";
import { damageRound } from "./damage.ts";

let folder = "";
let base = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-"));
  base = join(folder, "c");
  await DiskCollection.create(base, SETTINGS);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => DiskCollection.openForWriting(base, []);
const read = () => DiskCollection.openForReading(base, []);

test("rows come back from the log, from the file, and from both", async () => {
  const writer = await open();
  expect(await put(writer, makeRows(0, 5))).toEqual({ inserted: 5, replaced: 0 });
  expect(await put(writer, makeRows(3, 7, "bb"))).toEqual({ inserted: 2, replaced: 2 });
  expect(await writer.delete(["row-0", "row-0", "nobody"])).toBe(1);
  const expected = contentOf(writer);
  expect(Object.keys(expected)).toEqual(["row-1", "row-2", "row-3", "row-4", "row-5", "row-6"]);
  expect(contentOf(read())).toEqual(expected);
  await writer.rewrite(writer.packedRows(), new Map());
  expect(contentOf(writer)).toEqual(expected);
  expect(contentOf(read())).toEqual(expected);
  await put(writer, makeRows(9, 10));
  expect(contentOf(read())).toEqual(contentOf(writer));
  expect(read().settings.fields).toEqual({ number: "number", mark: "string" });
  writer.close();
});

test("facts are those of the rows, wherever the changes are", async () => {
  const writer = await open();
  const check = () => {
    const { settings, rowCount, logBytes } = readFacts(`${base}.vec`, `${base}.wal`);
    const { rows, settings: known, walBytes } = read();
    expect({ settings, rowCount, logBytes }).toEqual({
      ...{ settings: known, rowCount: rows.liveCount, logBytes: walBytes },
    });
  };
  check();
  for (const rewrites of [true, false]) {
    await put(writer, makeRows(0, 8));
    await writer.delete(["row-1", "row-7"]);
    await put(writer, makeRows(7, 12, "b"));
    check();
    if (rewrites) await writer.rewrite(writer.packedRows(), new Map());
    check();
  }
  writer.close();
});

test("there is one writer; readers go on", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 1));
  expect(Object.keys(contentOf(read()))).toEqual(["row-0"]);
  await expect(open()).rejects.toMatchObject({
    code: "TEMPORARILY_UNAVAILABLE",
    message: expect.stringContaining("this process"),
  });
  writer.close();
  (await open()).close();
}, 20_000);

test("a log cut anywhere keeps every change that ended before the cut", async () => {
  const writer = await open();
  const states: [number, string][] = [[writer.walBytes, JSON.stringify(contentOf(writer))]];
  for (let i = 0; i < 4; i++) {
    await (i === 2 ? writer.delete(["row-1"]) : put(writer, makeRows(i, i + 2, "x".repeat(i))));
    states.push([writer.walBytes, JSON.stringify(contentOf(writer))]);
  }
  writer.close();
  const bytes = readFileSync(`${base}.wal`);
  for (let length = states[0]![0]; length <= bytes.length; length++) {
    writeFileSync(`${base}.wal`, bytes.subarray(0, length));
    const last = states.findLast(([end]) => end <= length)!;
    expect(JSON.stringify(contentOf(read()))).toBe(last[1]);
  }
  writeFileSync(`${base}.wal`, Buffer.concat([bytes, Buffer.alloc(5000)]));
  expect(JSON.stringify(contentOf(read()))).toBe(states.at(-1)![1]);
});

test("the next writer cuts a torn tail off and writes on", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 2));
  writer.close();
  const size = statSync(`${base}.wal`).size;
  appendFileSync(`${base}.wal`, Buffer.from([1, 2, 3]));
  const next = await open();
  expect(statSync(`${base}.wal`).size).toBe(size);
  await put(next, makeRows(5, 6));
  expect(Object.keys(contentOf(read()))).toEqual(["row-0", "row-1", "row-5"]);
  next.close();
});

test("a log of the generation before is in the file already", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 2));
  const old = readFileSync(`${base}.wal`);
  await writer.rewrite(writer.packedRows(), new Map());
  const expected = contentOf(writer);
  writer.close();
  writeFileSync(`${base}.wal`, old);
  expect(contentOf(read())).toEqual(expected);
  const next = await open();
  await put(next, makeRows(8, 9));
  next.close();
  expect(Object.keys(contentOf(read()))).toEqual(["row-0", "row-1", "row-8"]);
});

test("a change over several records is there whole or not at all", async () => {
  const writer = await open();
  const long = "m".repeat(3_000_000);
  await put(writer, makeRows(0, 8, long));
  writer.close();
  expect(Object.keys(contentOf(read()))).toHaveLength(8);
  const bytes = readFileSync(`${base}.wal`);
  writeFileSync(`${base}.wal`, bytes.subarray(0, bytes.length - 100));
  expect(contentOf(read())).toEqual({});
});

test("damaged files are refused or lose only a tail", async () => {
  const writer = await open();
  await put(writer, makeRows(0, 20));
  await writer.rewrite(writer.packedRows(), new Map([["TEST", Buffer.from("some index")]]));
  await put(writer, makeRows(15, 25, "bb"));
  writer.close();
  const rng = createRng(20261121);
  for (let round = 0; round < 300; round++) damageRound(base, rng);
});
