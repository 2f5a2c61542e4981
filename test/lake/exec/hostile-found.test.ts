/** Damage that random mutations found to end in anything but a clear error (`hostile-bytes.ts`). */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTestLake, type TestLake } from "./open-test-lake.ts";

let folder: string;
let t: TestLake;
let root: string;
let table: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "hostile-found-"));
  t = await openTestLake();
  root = join(folder, "damaged");
  table = `delta.\`${root}\``;
  await t.run(`CREATE TABLE ${table} (id BIGINT) TBLPROPERTIES ('delta.checkpointPolicy' = 'v2')`);
  await t.run(`INSERT INTO ${table} SELECT id FROM range(10)`);
  await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES ('a' = 'b')`);
  // Another session than the one that knows the newest version already.
  await t.close();
  t = await openTestLake();
});
afterEach(async () => {
  await t.close();
  rmSync(folder, { recursive: true, force: true });
});

const commit = (version: number) =>
  join(root, "_delta_log", `${String(version).padStart(20, "0")}.json`);

function edit(version: number, change: (text: string) => string): void {
  const before = readFileSync(commit(version), "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(commit(version), after);
}

it("shows the history of commits whose commitInfo holds other things", async () => {
  edit(1, (text) => text.replace(/"readVersion":\d+/, '"readVersion":"x"'));
  edit(2, (text) => text.replace(/"isBlindAppend":\w+/, '"isBlindAppend":7'));
  const history = await t.rows(`DESCRIBE HISTORY ${table}`);
  expect(history.map((row) => row[0])).toEqual(["2", "1", "0"]);
});

it("places a number that no double holds", async () => {
  edit(1, (text) => text.replace(/"readVersion":\d+/, '"readVersion":1e999'));
  const error = { code: "DATA_LOSS", details: { offset: 0, source: commit(1) } };
  await expect(t.rows(`DESCRIBE HISTORY ${table}`)).rejects.toMatchObject(error);
  await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject(error);
});

it("takes lists of any depth in what it does not know", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  edit(1, (text) => text.replace('{"add":{', `{"add":{"x":${deep},"y":1e100,`));
  expect(await t.rows(`SELECT count(*) FROM ${table}`)).toEqual([["10"]]);
});

it("bounds the levels of what history prints", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  edit(1, (text) => text.replace('"operationParameters":{', `"operationParameters":{"x":${deep},`));
  await expect(t.rows(`DESCRIBE HISTORY ${table}`)).rejects.toMatchObject({
    code: "DATA_LOSS",
    details: { source: commit(1) },
  });
});

it("places a format that is no text", async () => {
  edit(0, (text) => text.replace('"provider":"parquet"', '"provider":7'));
  await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: expect.stringContaining(commit(0)),
  });
});

it("names the log with a damaged schema or vector name", async () => {
  edit(0, (text) => text.replace('\\"name\\":', '\\"nam\\":'));
  edit(1, (text) => {
    const vector = '{"storageType":"u","pathOrInlineDv":"~~~~~~~~~~~~~~~~~~~~","offset":1';
    return text.replace(
      '{"add":{',
      `{"add":{"deletionVector":${vector},"sizeInBytes":1,"cardinality":1},`,
    );
  });
  const named = { code: "DATA_LOSS", message: expect.stringContaining("_delta_log") };
  await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject(named);
  edit(0, (text) => text.replace('\\"nam\\":', '\\"name\\":'));
  await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject(named);
});

it("refuses to change a table that holds a file twice", async () => {
  const vector = {
    storageType: "i",
    pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
    sizeInBytes: 44,
    cardinality: 6,
  };
  edit(1, (text) => {
    const add = JSON.parse(text.split("\n").find((line) => line.startsWith('{"add"'))!).add;
    return `${text}${JSON.stringify({ add: { ...add, deletionVector: vector } })}\n`;
  });
  await expect(t.run(`OPTIMIZE ${table}`)).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: expect.stringMatching(/holds the file `.*parquet` twice/),
  });
});

it("refuses a sidecar whose name is longer than names are", async () => {
  const name = "00000000000000000002.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json";
  const sidecar = { path: "x".repeat(70_000), sizeInBytes: 1, modificationTime: 1 };
  const first = readFileSync(commit(0), "utf8").split("\n");
  const lines = [
    JSON.stringify({ checkpointMetadata: { version: 2 } }),
    JSON.stringify({ sidecar }),
    ...first.filter((line) => /^\{"(protocol|metaData)"/.test(line)),
  ];
  writeFileSync(join(root, "_delta_log", name), `${lines.join("\n")}\n`);
  const outcome = t.rows(`SELECT * FROM ${table}`);
  await expect(outcome).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
});

it.each([
  ["in the footer", (bytes: Buffer) => bytes.fill(255, bytes.length - 60, bytes.length - 40)],
  ["in a page", (bytes: Buffer) => bytes.fill(255, 4, 24)],
])("names the data file that is damaged %s", async (_, harm) => {
  const [name] = readdirSync(root).filter((file) => file.endsWith(".parquet"));
  writeFileSync(join(root, name!), harm(readFileSync(join(root, name!))));
  await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: expect.stringContaining(name!),
  });
});

it("names the file with text that is no UTF-8 in it", async () => {
  const texts = join(folder, "texts");
  await t.run(`CREATE TABLE delta.\`${texts}\` (s STRING)`);
  await t.run(`INSERT INTO delta.\`${texts}\` VALUES ('abcdefgh'), ('ijklmnop')`);
  const [name] = readdirSync(texts).filter((file) => file.endsWith(".parquet"));
  const bytes = readFileSync(join(texts, name!));
  const at = bytes.indexOf("abcdefgh");
  writeFileSync(join(texts, name!), bytes.fill(255, at, at + 2));
  await expect(t.rows(`SELECT * FROM delta.\`${texts}\``)).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: expect.stringContaining(name!),
  });
});

it("refuses a commit with lists where single values stand", async () => {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  const text = readFileSync(commit(1), "utf8");
  for (const [from, to] of [
    [/"stats":"(?:[^"\\]|\\.)*"/, `"stats":${deep}`],
    [/"modificationTime":\d+/, `"modificationTime":${deep}`],
    [/"dataChange":true/, `"deletionVector":{"pathOrInlineDv":"","storageType":${deep}}`],
    [/"dataChange":true/, '"deletionVector":{"pathOrInlineDv":"","storageType":"i","offset":-1}'],
  ] as const) {
    edit(1, (before) => before.replace(from, to));
    const error = { code: "DATA_LOSS", details: { source: commit(1) } };
    await expect(t.rows(`SELECT * FROM ${table}`)).rejects.toMatchObject(error);
    writeFileSync(commit(1), text);
  }
});

it("leaves no vector behind where statistics are damaged", async () => {
  edit(1, (text) => text.replace(/"stats":"\{/, '"stats":"{{'));
  await t.run(`ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableDeletionVectors' = true)`);
  const before = readdirSync(root).sort();
  const error = { code: "DATA_LOSS" };
  await expect(t.run(`DELETE FROM ${table} WHERE id = 3`)).rejects.toMatchObject(error);
  expect(readdirSync(root).sort()).toEqual(before);
});
