/** Filters: against their meaning on plain objects, and their two grammars. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readFiltersJson } from "../../src/vector/filter/filters-json.ts";
import { likeTest } from "../../src/vector/filter/like.ts";
import { parseFilter } from "../../src/vector/filter/parse-filter.ts";
import { Collection } from "../../src/vector/index.ts";
import { createRng } from "./collections.ts";
import { FULL_ROW, holds, printFilter, randomFilter, randomRow } from "./random-filters.ts";

const rng = createRng(20261121);
const rows = [FULL_ROW, ...Array.from({ length: 300 }, (_, i) => randomRow(rng, i))];
let folder = "";
let collection: Collection;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "vector-"));
  await Collection.create(join(folder, "c"), { dims: 2 });
  collection = await Collection.open(join(folder, "c"), "write");
  await collection.upsert(rows);
});
afterAll(async () => {
  await collection.close();
  rmSync(folder, { recursive: true, force: true });
});

const ROUNDS = Number(process.env.FILTERS ?? 200);
test(`${ROUNDS} random filters take the rows they mean`, () => {
  const sizes = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const filter = randomFilter(rng);
    const text = printFilter(filter);
    const expected = rows.filter(({ metadata }) => holds(filter, metadata!)).map(({ id }) => id);
    const found = collection.find({ filter: text });
    expect(found, text).toEqual(expected);
    const nearest = collection.query({ vector: [1, 0], filter: text, numResults: 400 });
    expect(nearest.map(({ id }) => id).sort(), text).toEqual([...expected].sort());
    sizes.add(found.length);
  }
  expect(sizes.size).toBeGreaterThan(50);
});

describe("the grammar", () => {
  test.each([
    ["a = 1 AND b = 2 OR c = 3", "((a = 1 AND b = 2) OR c = 3)"],
    ["a = 1 and not b = 2", "(a = 1 AND NOT (b = 2))"],
    ["year between 2000 and 2010", "(year >= 2000 AND year <= 2010)"],
    ["a not in (1, 2.5e3)", "NOT (a IN (1, 2500))"],
    ["`a``b` IS NOT NULL", "NOT (`a`b` IS NULL)"],
    ["\"and\" <> 'it''s'", "and != 'it''s'"],
    ["a.b == TRUE", "`a.b` = true"],
    ["(((a=-9007199254740993)))", "a = -9007199254740993"],
  ])("%s", (text, expected) => {
    expect(printFilter(parseFilter(text))).toBe(expected);
  });

  test.each([
    ["", 1],
    ["a", 2],
    ["a = ", 5],
    ["a = 1 AND", 10],
    ["a = b", 5],
    ["a = 1)", 6],
    ["a LIKE 3", 8],
    ["a # 3", 3],
    ["'a' = 3", 1],
    ["a IN ()", 7],
  ])("refuses `%s`", (text, column) => {
    expect(() => parseFilter(text)).toThrow(`column ${column}`);
  });
});

test("nesting has an end", () => {
  expect(() => parseFilter("(".repeat(100_000))).toThrow("nests too deep");
});

describe("filters_json", () => {
  test.each<[unknown, string]>([
    [{ id: 5 }, "id = 5"],
    [{ "id <": 5 }, "id < 5"],
    [{ "id >=": 5, s: ["a", "b"] }, "(id >= 5 AND s IN ('a', 'b'))"],
    [{ "a NOT": 3 }, "NOT (a = 3)"],
    [{ "a NOT": [3, 4] }, "NOT (a IN (3, 4))"],
    [{ "a OR b": ["x", 2] }, "(a = 'x' OR b = 2)"],
    [{ "a OR b >": ["x", 2] }, "(a = 'x' OR b > 2)"],
    ['{"my field": true}', "`my field` = true"],
    [{ a: null }, "a IS NULL"],
    [{ "not a OR": 1 }, "`not a OR` = 1"],
  ])("%j", (input, expected) => {
    expect(printFilter(readFiltersJson(input))).toBe(expected);
  });

  test("LIKE finds a word", () => {
    expect(readFiltersJson({ "s LIKE": "apple" })).toEqual({
      kind: "token",
      field: "s",
      value: "apple",
    });
    const found = collection.find({ filtersJson: { "s LIKE": "apple" } });
    const expected = rows.filter(({ metadata }) => metadata!.s === "red apple");
    expect(found).toEqual(expected.map(({ id }) => id));
  });

  test("an id is a number where it is compared with one", () => {
    expect(collection.find({ filtersJson: { "id <": 3 } })).toEqual(["0", "1", "2"]);
    expect(collection.find({ filter: "id = 'full'" })).toEqual(["full"]);
  });

  test.each([[[1]], ["x"], [{ "a OR b": [1] }], [{ a: {} }], [{ "a LIKE": 1 }]])(
    "refuses %j",
    (input) => {
      expect(() => readFiltersJson(input)).toThrow("filters_json");
    },
  );
});

test("names and types that cannot be are refused with the fields there are", () => {
  const refuse = (filter: string) => {
    try {
      collection.find({ filter });
    } catch (error) {
      return `${(error as Error).message}; ${(error as { hint?: string }).hint}`;
    }
    return "taken";
  };
  expect(refuse("nn = 3")).toContain("did you mean `n`?");
  expect(refuse("n = 'x'")).toContain("`n` is a field of type number");
  expect(refuse("tags = 'x'")).toContain("CONTAINS");
  expect(refuse("ok < TRUE")).toContain("boolean");
  expect(refuse("n LIKE 'x'")).toContain("LIKE is for texts");
});

test("LIKE is not slow where a regular expression would be", () => {
  const matches = likeTest(`${"%a".repeat(30)}%b`);
  expect(matches("a".repeat(20_000))).toBe(false);
  expect(matches(`${"a".repeat(20_000)}b`)).toBe(true);
});
