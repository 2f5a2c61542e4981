/** The text index of a collection's file: the same answers as an index made anew. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Collection, type VectorRow } from "../../src/vector/index.ts";
import { Rows } from "../../src/vector/store/rows.ts";
import { TextIndex } from "../../src/vector/text/text-index.ts";
import { decodeTextParts, encodeTextParts } from "../../src/vector/text/text-section.ts";
import { createRng, SETTINGS } from "./collections.ts";

let folder: string;
let base: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "text-section-"));
  base = join(folder, "c");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rng = createRng(20261122);
const WORDS = ["apple", "apples", "fällt", "the", "of", "Zürich", "stem", "stems", "日本", "x1"];
const words = (count: number): string =>
  Array.from({ length: count }, () => WORDS[rng.int(WORDS.length)]).join(" ");

function makeRows(from: number, to: number): VectorRow[] {
  return Array.from({ length: to - from }, (_, i) => ({
    id: `r${from + i}`,
    metadata: rng.int(8) === 0 ? {} : { title: words(rng.int(4)), body: words(rng.int(20)) },
  }));
}

const QUERIES = ["apple", "the stem", '"apple stem"', "zür*", "aple~", "日本 x1", "nothing"];
const answers = (collection: Collection): unknown =>
  QUERIES.map((text) => collection.query({ text, numResults: 50 }).map((hit) => hit.toJSON()));

test("an opened file answers as the index that was made", async () => {
  await Collection.create(base, { dims: 0, text: ["title", { name: "body", boost: 2 }] });
  const writer = await Collection.open(base, "write");
  await writer.upsert(makeRows(0, 200));
  const made = answers(writer);
  await writer.optimize();
  expect(answers(writer)).toEqual(made);
  const reader = await Collection.open(base);
  expect(answers(reader)).toEqual(made);
  // Changes in the log, and the file written anew under a reader that has not searched yet.
  await writer.upsert(makeRows(150, 260));
  await writer.delete({ ids: ["r3", "r4", "r259"] });
  const changed = answers(writer);
  const late = await Collection.open(base);
  const later = await Collection.open(base);
  expect(answers(late)).toEqual(changed);
  await writer.optimize();
  expect(answers(writer)).toEqual(changed);
  expect(answers(later)).toEqual(changed);
  const last = await Collection.open(base);
  expect(answers(last)).toEqual(changed);
  for (const collection of [writer, reader, late, later, last]) await collection.close();
});

test("a section that is none is refused", () => {
  const rows = new Rows(0);
  for (const { id, metadata } of makeRows(0, 30))
    rows.put(id, JSON.stringify(metadata), new Float32Array());
  const index = new TextIndex({ ...SETTINGS, dims: 0, text: [{ name: "body", boost: 1 }] });
  index.refresh(rows, 0);
  const section = encodeTextParts(index.parts);
  const expected = { rowCount: 30, fieldCount: 1 };
  expect(decodeTextParts(section, expected)).not.toBeNull();
  expect(decodeTextParts(section, { rowCount: 31, fieldCount: 1 })).toBeNull();
  expect(decodeTextParts(section, { rowCount: 30, fieldCount: 2 })).toBeNull();
  for (let length = 0; length < section.length; length += 7) {
    expect(decodeTextParts(section.slice(0, length), expected)).toBeNull();
  }
  for (let round = 0; round < 3000; round++) {
    const damaged = section.slice();
    damaged[rng.int(damaged.length)] = rng.int(256);
    damaged[4 * rng.int(12) + rng.int(4)] = rng.int(256);
    const parts = decodeTextParts(damaged, expected);
    if (parts !== null) expect(parts.postings.rows.every((row) => row >= 0 && row < 30)).toBe(true);
  }
});
