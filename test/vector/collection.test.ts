/** What programs may not ask of a collection is refused, not guessed at. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Collection, type Selection, VectorStore } from "../../src/vector/index.ts";

let folder: string;
let docs: Collection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-collection-"));
  const store = new VectorStore(folder);
  await store.create("docs", { dims: 2 });
  docs = await store.open("docs", "write");
  await docs.upsert([{ id: "a", vector: [1, 0], metadata: { tags: { x: [1] } } }]);
});

afterEach(async () => {
  await docs.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a selection that selects nothing by its form is refused", async () => {
  for (const odd of [["a"], {}, undefined, "a", { ids: "a" }, { id: "a" }]) {
    const deleting = docs.delete(odd as unknown as Selection);
    await expect(deleting).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
  }
  expect(await docs.delete({ ids: [] })).toBe(0);
  expect(await docs.delete({ ids: ["a"] })).toBe(1);
});

test("dates and other objects that JSON cannot hold are refused, wherever they are", async () => {
  for (const odd of [new Date(0), [new Date(0)], { at: new Map() }, new Float32Array(2)]) {
    const row = { id: "b", vector: [1, 0], metadata: { odd: odd as never } };
    await expect(docs.upsert([row])).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
  }
  expect(docs.count).toBe(1);
});

test("every call after close says that it is closed", async () => {
  const writing = docs.upsert([{ id: "b", vector: [0, 1] }]);
  await docs.close();
  expect(await writing).toMatchObject({ inserted: 1 });
  await docs.close();
  const calls: (() => unknown)[] = [
    () => docs.upsert([]),
    () => docs.delete({ ids: ["a"] }),
    () => docs.optimize(),
    () => docs.get("a"),
    () => [...docs.ids()],
    () => [...docs.rows()],
    () => docs.find({ ids: ["a"] }),
    () => docs.query({ vector: [1, 0] }),
    () => docs.queryMany([[1, 0]]),
    () => docs.search({ vector: [1, 0] }),
  ];
  for (const call of calls) {
    await expect((async () => call())()).rejects.toMatchObject({ code: "INVALID_STATE" });
  }
});

test("a collection by another name has all it had, and its log", async () => {
  await docs.close();
  const store = new VectorStore(folder);
  await store.rename("docs", "pages");
  expect(store.names()).toEqual(["pages"]);
  expect(readdirSync(folder).sort()).toEqual(["pages.lock", "pages.vec", "pages.wal"]);
  await using pages = await store.open("pages");
  expect(pages.get("a")).toMatchObject({ id: "a" });
  await store.create("docs", { dims: 2 });
  expect(store.info("docs").rowCount).toBe(0);
  const taken = { code: "RESOURCE_ALREADY_EXISTS" };
  await expect(store.rename("docs", "pages")).rejects.toMatchObject(taken);
  await expect(store.rename("docs", "../x")).rejects.toMatchObject({ exitCode: 2 });
});
