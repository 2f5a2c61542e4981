/** BM25 scores beside those of bm25s, method `lucene`, on the same tokens: equal to one in a million. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { Collection } from "../../src/vector/index.ts";

const LANES = ".interop/lanes.json";
const python = ".interop/vector/bin/python";
const lane = existsSync(LANES) ? JSON.parse(readFileSync(LANES, "utf8")).vector : undefined;
const skipped = lane === undefined ? "npm run test:interop makes the lane" : lane.skipped;

const rng = createRng(20_261_121);
/** Few words are frequent, many rare. */
const word = (): string => `w${Math.floor(1500 * rng.next() ** 3)}`;
const words = (count: number): string[] => Array.from({ length: count }, word);

test.skipIf(skipped !== null)(
  `bm25s${skipped === null ? "" : ` (skipped: ${skipped})`}`,
  async () => {
    const documents = Array.from({ length: 2000 }, () => words(1 + rng.int(120)));
    const known = new Set(documents.flat());
    const queries = Array.from({ length: 300 }, () =>
      [...new Set(words(1 + rng.int(6)))].filter((term) => known.has(term)),
    ).filter((query) => query.length > 0);
    for (const [k1, b] of [
      [1.2, 0.75],
      [0.9, 0.4],
      [2, 1],
    ] as const) {
      const input = JSON.stringify({ documents, queries, k1, b });
      const run = spawnSync(python, ["test/interop/bm25s_scores.py"], {
        input,
        maxBuffer: 2 ** 30,
      });
      expect(run.status, run.stderr.toString()).toBe(0);
      const theirs = JSON.parse(run.stdout.toString()) as number[][];
      const folder = mkdtempSync(join(tmpdir(), "bm25s-"));
      try {
        const base = join(folder, "c");
        await Collection.create(base, { dims: 0, text: ["body"], language: "none", k1, b });
        const collection = await Collection.open(base, "write");
        await collection.upsert(
          documents.map((tokens, i) => ({ id: `${i}`, metadata: { body: tokens.join(" ") } })),
        );
        queries.forEach((query, q) => {
          const found = collection.query({ text: query.join(" "), numResults: 2000 });
          const wanted = theirs[q]!.filter((score) => score > 0).length;
          expect(found).toHaveLength(wanted);
          for (const { id, score } of found) {
            const expected = theirs[q]![Number(id)]!;
            expect(Math.abs(score - expected) / Math.max(1, expected)).toBeLessThan(1e-6);
          }
        });
        await collection.close();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  },
);
