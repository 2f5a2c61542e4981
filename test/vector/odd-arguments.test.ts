/** Collections called with what no compiler has looked at: told what is wrong, and left as they were. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Collection, openEmbedder, readRowFile, VectorStore } from "../../src/vector/index.ts";
import { findBareErrors } from "../odd-arguments.ts";

const ROWS = [
  { id: "a", vector: [1, 0, 0], metadata: { title: "red apple", n: 1 } },
  { id: "b", vector: [0, 1, 0], metadata: { title: "green pear", n: 2 } },
];

let folder: string;
let store: VectorStore;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "odd-"));
  store = new VectorStore(folder);
  await store.create("docs", { dims: 3, text: ["title"] });
  await store.create("meanings", { embedder: "lab-hash:8", text: ["title"] });
  await using docs = await store.open("docs", "write");
  await docs.upsert(ROWS);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type AnyCall = (...args: unknown[]) => unknown;

/** A method as programs without types call it. */
function method(target: object, name: string): AnyCall {
  return (Reflect.get(target, name) as AnyCall).bind(target);
}

const QUERY = {
  ...{ text: "apple", vector: [1, 0, 0], queryType: "HYBRID", numResults: 2, filter: "n > 0" },
  ...{ filtersJson: { "n >": 0 }, scoreThreshold: 0, exact: false, ef: 10 },
  fusion: { kind: "weighted", text: 0.5 },
};

describe("a collection", () => {
  let docs: Collection;
  let meanings: Collection;
  beforeAll(async () => {
    docs = await store.open("docs", "write");
    meanings = await store.open("meanings", "write");
  });
  afterAll(async () => {
    await docs.close();
    await meanings.close();
  });

  test.each<[name: string, args: () => unknown[]]>([
    ["query", () => [{ ...QUERY }]],
    ["query", () => [{ ...QUERY, fusion: { kind: "rrf", k: 60 } }]],
    ["query", () => [{ vector: [1, 0, 0] }]],
    ["search", () => [{ ...QUERY }]],
    ["queryMany", () => [[[1, 0, 0]], { numResults: 1, filter: "n > 0", exact: true, ef: 3 }]],
    ["get", () => ["a"]],
    ["rows", () => [{ filter: "n > 0", filtersJson: {} }]],
    ["ids", () => []],
    ["noteSynced", () => [{ tableId: "t", version: 1, columns: { a: "int" }, syncedAtMs: 5 }]],
    ["sync", () => [{ sql: () => undefined, table: () => undefined }, { full: true }]],
    ["isUpToDate", () => [{ sql: () => undefined, table: () => undefined }]],
    ["follow", () => [{ sql: () => 1, table: () => 1 }, { intervalMs: 5 }]],
  ])("%s answers, whatever it is given", async (name, args) => {
    const before = JSON.stringify([...docs.rows()]);
    expect(await findBareErrors(name, { args, run: method(docs, name) })).toEqual([]);
    expect(JSON.stringify([...docs.rows()])).toBe(before);
  });

  test("find names what delete would take", async () => {
    const args = () => [{ ids: ["a"], filter: "n > 0", filtersJson: { n: 1 } }];
    expect(await findBareErrors("find", { args, run: method(docs, "find") })).toEqual([]);
    for (const selection of [
      { filtersJson: {} },
      { filtersJson: "{}" },
      { filtersJson: new Map() },
    ]) {
      expect(() => docs.find(selection)).toThrow();
    }
  });

  test("optimize and options of upsert", async () => {
    const before = JSON.stringify([...docs.rows()]);
    const options = {
      ...{ index: "hnsw", m: 4, efConstruction: 10, ef: 10, targetRecall: 0.9, threads: 1 },
      codes: "int8",
    };
    const optimize = { args: () => [{ ...options }], run: method(docs, "optimize") };
    expect(await findBareErrors("optimize", optimize)).toEqual([]);
    expect(JSON.stringify([...docs.rows()])).toBe(before);
    const upsert = {
      args: () => [[ROWS[0]], { skipSame: true, willOptimize: true }],
      run: (_: unknown, given: unknown) => method(docs, "upsert")([ROWS[0]], given),
    };
    expect(await findBareErrors("upsert", upsert)).toEqual([]);
  });

  /** A collection takes rows that are right; others leave it as it was. */
  test.each(["docs", "meanings"])("rows of %s", async (name) => {
    const collection = name === "docs" ? docs : meanings;
    const upsert = method(collection, "upsert");
    const row = { id: "c", vector: [0, 0, 1], metadata: { title: "x", list: [1], deep: { a: 1 } } };
    const given = name === "docs" ? row : { id: "c", metadata: row.metadata };
    const rows = { args: () => [[given]], run: upsert };
    expect(await findBareErrors("upsert", rows)).toEqual([]);
    const one = { args: () => [{ ...given }], run: (odd: unknown) => upsert([odd]) };
    expect(await findBareErrors("upsert of a row", one)).toEqual([]);
    const field = {
      args: () => [{ ...row.metadata }],
      run: (metadata: unknown) => upsert([{ ...given, metadata }]),
    };
    expect(await findBareErrors("upsert of metadata", field)).toEqual([]);
    const numbers = {
      args: () => [0, 0, 1],
      run: (...vector: unknown[]) => upsert([{ ...given, vector }]),
    };
    expect(await findBareErrors("upsert of numbers", numbers)).toEqual([]);
  });

  test("what is half right changes nothing", async () => {
    const before = JSON.stringify([...docs.rows()]);
    const good = { id: "new", vector: [1, 1, 1] };
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const bad: unknown[] = [
      ...[null, undefined, 5, "row", { id: 5, vector: [1, 1, 1] }, { id: "", vector: [1, 1, 1] }],
      ...[{ id: "x" }, { id: "x", vector: null }, { id: "x", vector: [1, 1] }],
      ...[
        { id: "x", vector: ["1", "1", "1"] },
        { id: "x", vector: [null, 0, 0] },
      ],
      ...[
        { id: "x", vector: "123" },
        { id: "x", vector: [1n, 1n, 1n] },
      ],
      ...[
        { id: "x", vector: [1, Number.NaN, 1] },
        { id: "x", vector: new BigInt64Array(3) },
      ],
      ...[{ id: "x", vector: [1, 1, 1], metadata: circle }],
      ...[{ id: "x", vector: [1, 1, 1], metadata: { at: new Date(0) } }],
      ...[{ id: "x", vector: [1, 1, 1], metadata: { n: "text where numbers are" } }],
    ];
    for (const row of bad) {
      await expect(method(docs, "upsert")([good, row])).rejects.toMatchObject({
        name: "SovereignError",
        code: "INVALID_PARAMETER_VALUE",
        hint: expect.any(String),
      });
    }
    expect(JSON.stringify([...docs.rows()])).toBe(before);
  });
});

describe("a store", () => {
  const lake = { sql: () => undefined, table: () => undefined };
  const source = { table: "t", keyColumn: "id", pipeline: "triggered" };
  test.each<[name: string, args: () => unknown[]]>([
    ["has", () => ["docs"]],
    ["info", () => ["docs"]],
    ["madeAs", () => ["docs"]],
    ["pathsOf", () => ["docs"]],
    ["rename", () => ["nothing", "other"]],
    ["drop", () => ["nothing"]],
    ["createFromTable", () => ["new", "lake", { source }]],
    ["createFromTable", () => ["new", lake, "options"]],
  ])("%s", async (name, args) => {
    expect(await findBareErrors(name, { args, run: method(store, name) })).toEqual([]);
    expect(store.names()).toEqual(["docs", "meanings"]);
  });

  test("create", async () => {
    const options = {
      ...{ dims: 2, metric: "dot", text: ["a"], language: "english", k1: 1, b: 0.5 },
      ...{ embedField: "a", source, names: { endpoint: "e", keyColumn: "k" } },
    };
    const create = {
      args: () => ["made", { ...options }],
      run: async (name: unknown, given: unknown) => {
        await store.create(name as string, given as object);
        await store.drop(name as string);
      },
    };
    expect(await findBareErrors("create", create)).toEqual([]);
    expect(store.names()).toEqual(["docs", "meanings"]);
  });

  test("open", async () => {
    const open = {
      args: () => ["docs", "read"],
      run: async (name: unknown, mode: unknown) =>
        (await store.open(name as string, mode as "read")).close(),
    };
    expect(await findBareErrors("open", open)).toEqual([]);
    const make = {
      args: () => [folder],
      run: (path: unknown) => new VectorStore(path as string).folder,
    };
    expect(await findBareErrors("VectorStore", make)).toEqual([]);
  });
});

test("embedders", async () => {
  const open = {
    args: () => ["lab-hash", { threads: 1 }],
    run: openEmbedder as AnyCall,
  };
  expect(await findBareErrors("openEmbedder", open)).toEqual([]);
  const embedder = await openEmbedder("lsa:8");
  const embed = { args: () => [["text"], "query"], run: method(embedder, "embed") };
  expect(await findBareErrors("embed", embed)).toEqual([]);
});

test("files of rows", async () => {
  const path = join(folder, "rows.jsonl");
  writeFileSync(path, '{"id": 1, "vector": [1, 2]}\n');
  const options = { format: "jsonl", source: "rows", idColumn: "id", vectorColumn: "vector" };
  const read = {
    args: () => [path, { ...options, ids: ["a"] }],
    run: readRowFile as unknown as AnyCall,
  };
  expect(await findBareErrors("readRowFile", read)).toEqual([]);
});
