/** Queries: exact scores, ranking, thresholds, text and fusion, against plain arithmetic. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Collection, type CollectionOptions, type Metric } from "../../src/vector/index.ts";
import { createRng, randomVector } from "./collections.ts";

let folder = "";
const open: Collection[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vector-"));
});
afterEach(async () => {
  for (const collection of open.splice(0)) await collection.close();
  rmSync(folder, { recursive: true, force: true });
});

async function make(options: CollectionOptions): Promise<Collection> {
  await Collection.create(join(folder, "c"), options);
  const collection = await Collection.open(join(folder, "c"), "write");
  open.push(collection);
  return collection;
}

const SCORES: Record<Metric, (x: number[], y: number[]) => number> = {
  dot: (x, y) => x.reduce((sum, value, i) => sum + value * y[i]!, 0),
  l2: (x, y) => 1 / (1 + x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0)),
  cosine: (x, y) => SCORES.dot(x, y) / Math.sqrt(SCORES.dot(x, x) * SCORES.dot(y, y)),
};

test.each<Metric>(["cosine", "dot", "l2"])(
  "%s: the nearest rows by their scores",
  async (metric) => {
    const rng = createRng(5);
    const collection = await make({ dims: 7, metric });
    const vectors = Array.from({ length: 200 }, () =>
      randomVector(rng, 7).map((value) => Math.fround(value)),
    );
    await collection.upsert(vectors.map((vector, i) => ({ id: `${i}`, vector })));
    await collection.delete({ ids: ["3", "77"] });
    for (let round = 0; round < 20; round++) {
      const query = randomVector(rng, 7).map((value) => Math.fround(value));
      const expected = vectors
        .map((vector, i) => ({ id: `${i}`, score: SCORES[metric](query, vector) }))
        .filter(({ id }) => id !== "3" && id !== "77")
        .sort((a, b) => b.score - a.score);
      const found = collection.query({ vector: query, numResults: 10 });
      expect(found.map(({ id }) => id)).toEqual(expected.slice(0, 10).map(({ id }) => id));
      found.forEach(({ score }, i) => {
        expect(score).toBeCloseTo(expected[i]!.score, 12);
      });
      const scoreThreshold = expected[4]!.score - 1e-12;
      expect(collection.query({ vector: query, scoreThreshold })).toHaveLength(5);
    }
  },
);

test("a zero vector has the cosine 0, and equals come in order of writing", async () => {
  const collection = await make({ dims: 2 });
  await collection.upsert(["b", "a", "c"].map((id) => ({ id, vector: [0, 0] })));
  const found = collection.query({ vector: [1, 1], numResults: 2 });
  expect(found.map((hit) => hit.toJSON())).toEqual([
    { id: "b", score: 0, metadata: {} },
    { id: "a", score: 0, metadata: {} },
  ]);
  expect(collection.query({ vector: [1, 1], numResults: 0 })).toEqual([]);
});

const TEXTS = [
  "The red apple falls from the tree",
  "A green apple, a red pear and an apple pie",
  "Trees fall; apples do not",
  "Nothing to see here",
  "apple red",
];

describe("full-text search", () => {
  const makeTexts = async (options: Partial<CollectionOptions> = {}) => {
    const collection = await make({ dims: 0, text: ["body"], ...options });
    await collection.upsert(TEXTS.map((body, i) => ({ id: `${i}`, metadata: { body } })));
    return collection;
  };
  const ids = (collection: Collection, text: string) =>
    collection.query({ text }).map(({ id }) => id);

  test("scores as Lucene's formula says", async () => {
    const collection = await makeTexts({ language: "none" });
    const documents = TEXTS.map((text) => text.toLowerCase().match(/\w+/g)!);
    const average = documents.reduce((sum, words) => sum + words.length, 0) / documents.length;
    const score = (words: string[], query: string[]): number =>
      query.reduce((sum, word) => {
        const n = documents.filter((other) => other.includes(word)).length;
        const frequency = words.filter((other) => other === word).length;
        const norm = 1.2 * (0.25 + (0.75 * words.length) / average);
        return sum + (Math.log(1 + (5 - n + 0.5) / (n + 0.5)) * frequency) / (frequency + norm);
      }, 0);
    const expected = documents
      .map((words, i) => ({ id: `${i}`, score: score(words, ["red", "apple"]) }))
      .filter((row) => row.score > 0)
      .sort((a, b) => b.score - a.score);
    const found = collection.query({ text: "red apple" });
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    found.forEach(({ score: ours }, i) => {
      expect(ours).toBeCloseTo(expected[i]!.score, 6);
    });
  });

  test("words are stemmed, stop words left out", async () => {
    const collection = await makeTexts();
    expect(ids(collection, "tree").sort()).toEqual(["0", "2"]);
    expect(ids(collection, "falling").sort()).toEqual(["0", "2"]);
    expect(ids(collection, "the")).toEqual([]);
    expect(ids(collection, "")).toEqual([]);
  });

  test("phrases, prefixes and near misses", async () => {
    const collection = await makeTexts();
    expect(ids(collection, '"red apple"')).toEqual(["0"]);
    expect(ids(collection, '"apple red" nothing').sort()).toEqual(["3", "4"]);
    expect(ids(collection, '"red zebra"')).toEqual([]);
    expect(ids(collection, "pe*")).toEqual(["1"]);
    expect(ids(collection, "appla~").sort()).toEqual(["0", "1", "2", "4"]);
    expect(ids(collection, "falli*").sort()).toEqual([]);
    expect(ids(collection, "aple~1").length).toBe(4);
    expect(ids(collection, "aple~0")).toEqual([]);
  });

  test("sees changes, fields by weight, and filters", async () => {
    const collection = await make({
      dims: 0,
      text: [
        { name: "title", boost: 5 },
        { name: "body", boost: 1 },
      ],
    });
    await collection.upsert([
      { id: "in body", metadata: { title: "fruit", body: "an apple a day" } },
      { id: "in title", metadata: { title: "apple", body: "of all fruit the best known" } },
      { id: "tags", metadata: { year: 3 } },
    ]);
    expect(ids(collection, "apple")).toEqual(["in title", "in body"]);
    await collection.upsert([{ id: "in title", metadata: { title: "pear" } }]);
    expect(ids(collection, "apple")).toEqual(["in body"]);
    expect(ids(collection, "pear")).toEqual(["in title"]);
    const filter = "body CONTAINS 'zebra'";
    expect(collection.query({ text: "apple", filter })).toEqual([]);
    await collection.optimize();
    expect(ids(collection, "apple")).toEqual(["in body"]);
  });
});

describe("hybrid search", () => {
  const rows = [
    { id: "both", vector: [1, 0], metadata: { body: "red apple" } },
    { id: "vector", vector: [1, 0.1], metadata: { body: "blue" } },
    { id: "text", vector: [0, 1], metadata: { body: "red apple tree" } },
    { id: "none", vector: [-1, 0], metadata: { body: "green" } },
  ];
  test("adds weighted scores", async () => {
    const collection = await make({ dims: 2, text: ["body"] });
    await collection.upsert(rows);
    const query = { vector: [1, 0], text: "apple" };
    const text = new Map(collection.query({ text: "apple" }).map((hit) => [hit.id, hit.score]));
    const best = Math.max(...text.values());
    const cosine = new Map(collection.query({ vector: [1, 0] }).map((hit) => [hit.id, hit.score]));
    for (const weight of [0, 0.3, 0.7, 1]) {
      const found = collection.query({ ...query, fusion: { kind: "weighted", text: weight } });
      expect(found).toHaveLength(4);
      for (const { id, score } of found) {
        const expected = (weight * (text.get(id) ?? 0)) / best + (1 - weight) * cosine.get(id)!;
        expect(score).toBeCloseTo(expected, 6);
      }
    }
    expect(collection.query(query)[0]!.id).toBe("both");
  });

  test("adds reciprocal ranks", async () => {
    const collection = await make({ dims: 2, text: ["body"] });
    await collection.upsert(rows);
    const found = collection.query({
      vector: [1, 0],
      text: "apple",
      fusion: { kind: "rrf", k: 60 },
    });
    expect(found[0]).toMatchObject({ id: "both", score: 2 / 61 });
    expect(found.map(({ id }) => id)).toEqual(["both", "text", "vector", "none"]);
  });
});

test("very many results and very long queries are no trouble", async () => {
  const collection = await make({ dims: 1, text: ["t"], metric: "dot", language: "none" });
  const rows = Array.from({ length: 150_000 }, (_, i) => ({
    id: `${i}`,
    vector: [i],
    metadata: { t: "word" },
  }));
  await collection.upsert(rows);
  const found = collection.query({ text: "word", vector: [1], numResults: 100_000 });
  expect(found).toHaveLength(100_000);
  expect(found[0]!.id).toBe("149999");
  const text = "word,".repeat(200_000);
  expect(collection.query({ text, numResults: 1 })).toHaveLength(1);
  const filter = `${"id = '7' OR ".repeat(200)} id = '8'${" ".repeat(100_000)}`;
  expect(collection.query({ vector: [1], filter }).map(({ id }) => id)).toEqual(["8", "7"]);
});

test("what cannot be asked says what to do", async () => {
  const collection = await make({ dims: 2 });
  expect(() => collection.query({})).toThrow("no vector");
  expect(() => collection.query({ vector: [1] })).toThrow("a vector of 1 numbers");
  expect(() => collection.query({ vector: [1, Number.NaN] })).toThrow("NaN");
  expect(() => collection.query({ text: "x" })).toThrow("no text fields");
  expect(() => collection.query({ vector: [1, 1], numResults: 1.5 })).toThrow("1.5");
  await expect(collection.upsert([{ id: "", vector: [1, 2] }])).rejects.toThrow("no id");
  await expect(collection.upsert([{ id: "a", vector: [1, 1e39] }])).rejects.toThrow("1e+39");
  await collection.upsert([{ id: "a", vector: [1, 1], metadata: { n: 1 } }]);
  await expect(
    collection.upsert([{ id: "b", vector: [1, 1], metadata: { n: "x" } }]),
  ).rejects.toThrow("field `n` is string here and number");
  expect(collection.count).toBe(1);
});
