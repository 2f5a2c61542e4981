/** Metrics as trec_eval computes them, intervals, and queries made from texts. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  estimateDifference,
  estimateMean,
  evaluateSearches,
  type MetricName,
  makeClozeCollection,
  measureRanking,
  takeSentence,
} from "../../src/vector/eval/index.ts";
import { Collection } from "../../src/vector/index.ts";
import { createRng } from "./collections.ts";

interface Case {
  ranking: string[];
  relevant: Record<string, number>;
  k: number;
  metrics: Record<MetricName, number>;
}

test("metrics are those of trec_eval", () => {
  const path = join(import.meta.dirname, "../../fixtures/vector/metrics/rankings.json");
  const cases = JSON.parse(readFileSync(path, "utf8")) as Case[];
  expect(cases.length).toBe(200);
  for (const { ranking, relevant, k, metrics } of cases) {
    const measured = measureRanking(ranking, new Map(Object.entries(relevant)), k);
    for (const [name, value] of Object.entries(metrics)) {
      expect(measured[name as MetricName], `${name}@${k}`).toBeCloseTo(value, 10);
    }
  }
});

test("nothing found and nothing relevant is 0", () => {
  const zeros = { hit: 0, recall: 0, precision: 0, mrr: 0, ndcg: 0, map: 0 };
  expect(measureRanking([], new Map([["a", 1]]), 10)).toEqual(zeros);
  expect(measureRanking(["a"], new Map(), 10)).toEqual(zeros);
});

test("an interval covers the mean as often as it says", () => {
  const rng = createRng(20261122);
  let covered = 0;
  for (let trial = 0; trial < 200; trial++) {
    const values = Array.from({ length: 60 }, () => (rng.next() < 0.3 ? 1 : 0));
    const { low, high } = estimateMean(values, { rng, rounds: 400 });
    if (low <= 0.3 && 0.3 <= high) covered++;
  }
  expect(covered / 200).toBeGreaterThan(0.88);
  expect(covered / 200).toBeLessThan(0.99);
});

test("a difference query by query is surer than two means", () => {
  const rng = createRng(1);
  const baseline = Array.from({ length: 100 }, () => rng.next());
  const better = baseline.map((value) => value + 0.01);
  const { mean, low, high } = estimateDifference(better, baseline, { rng });
  expect(mean).toBeCloseTo(0.01, 6);
  expect(low).toBeGreaterThan(0.009);
  expect(high).toBeLessThan(0.011);
});

test("a sentence is taken out of a text", () => {
  const text = "The first sentence has six words. Two. The last one has five words too!";
  const cloze = takeSentence(text, createRng(3))!;
  expect(text).toContain(cloze.sentence);
  expect(cloze.rest).not.toContain(cloze.sentence);
  expect(takeSentence("Only one sentence with enough words is here.", createRng(3))).toBeNull();
});

test("searches of a collection are compared on its own sentences", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vector-eval-"));
  try {
    const rng = createRng(7);
    const sentence = (topic: number): string => {
      const words = Array.from({ length: 8 }, () => `w${topic}x${rng.int(12)}`);
      return `${words.join(" ")}.`;
    };
    await Collection.create(join(folder, "c"), { embedder: "lsa:16", text: ["body"] });
    const collection = await Collection.open(join(folder, "c"), "write");
    const bodies = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 5 }, () => sentence(i)).join(" "),
    );
    await collection.upsert(bodies.map((body, i) => ({ id: `${i}`, metadata: { body } })));
    await collection.optimize();
    const base = join(folder, "copy");
    const { copy, queries } = await makeClozeCollection(collection, { base, count: 20, rng });
    expect(queries.length).toBe(20);
    for (const { query, relevance } of queries) {
      const [id] = [...relevance.keys()];
      expect(copy.get(id!)!.metadata?.body).not.toContain(query.text);
    }
    const searcher = (name: string, queryType: "FULL_TEXT" | "HYBRID") => ({
      name,
      search: async ({ text }: { text: string | null }) =>
        (await copy.search({ text: text!, queryType })).map(({ id }) => id),
    });
    const searchers = [searcher("text", "FULL_TEXT"), searcher("hybrid", "HYBRID")];
    const lines = await evaluateSearches(searchers, queries, { k: 10, rng });
    expect(lines.length).toBe(12);
    const recall = lines.find(({ search, metric }) => search === "text" && metric === "recall")!;
    expect(recall.estimate.mean).toBeGreaterThan(0.9);
    expect(recall.difference).toBeNull();
    expect(lines.at(-1)!.difference).not.toBeNull();
    await copy.close();
    await collection.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
