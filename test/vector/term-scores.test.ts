/** The best rows for some terms: as adding up every score finds them, whatever is left out on the way. */
import { expect, test } from "vitest";
import type { Postings } from "../../src/vector/text/postings.ts";
import { TermScores, type WeightedTerm } from "../../src/vector/text/term-scores.ts";
import { createRng } from "./collections.ts";

const ROWS = 3000;
const rng = createRng(20261122);

/** Terms from nearly every row to hardly any. */
function drawPostings(termCount: number): Postings {
  const starts = new Uint32Array(termCount + 1);
  const [rows, scores]: [number[], number[]] = [[], []];
  const best = new Float32Array(termCount);
  for (let term = 0; term < termCount; term++) {
    const share = 0.9 / (term + 1) ** 1.2;
    for (let row = 0; row < ROWS; row++) {
      if (rng.next() >= share) continue;
      rows.push(row);
      scores.push(Math.fround((0.1 + rng.next()) * Math.log(1 / share + 1)));
      best[term] = Math.max(best[term]!, scores.at(-1)!);
    }
    starts[term + 1] = rows.length;
  }
  return { starts, rows: Int32Array.from(rows), scores: Float32Array.from(scores), best };
}

function sumAll({ starts, rows, scores }: Postings, terms: readonly WeightedTerm[]): Float64Array {
  const sums = new Float64Array(ROWS);
  for (const { term, weight } of terms) {
    for (let i = starts[term]!; i < starts[term + 1]!; i++) sums[rows[i]!]! += weight * scores[i]!;
  }
  return sums;
}

test("the best rows are those of the sums of all terms", () => {
  const postings = drawPostings(60);
  const scores = new TermScores(postings, ROWS);
  for (let query = 0; query < 400; query++) {
    const drawn = new Set(Array.from({ length: 1 + rng.int(7) }, () => rng.int(60)));
    const terms = [...drawn].map((term) => ({ term, weight: 1 + rng.int(2) }));
    const limit = [1, 10, 100][rng.int(3)]!;
    const allowed =
      rng.int(3) > 0 ? null : Uint8Array.from({ length: ROWS }, () => Number(rng.int(4) === 0));
    const sums = sumAll(postings, terms);
    const expected = Array.from(sums.keys())
      .filter((row) => sums[row]! > 0 && (allowed === null || allowed[row] === 1))
      .sort((a, b) => sums[b]! - sums[a]! || a - b)
      .slice(0, limit);
    const found = scores.finish(terms, { limit, allowed });
    expect(found.length).toBe(expected.length);
    // Sums are rounded as they grow: rows as good as each other may change places.
    found.forEach(({ row, score }, i) => {
      expect(score).toBeCloseTo(sums[row]!, 4);
      expect(score).toBeCloseTo(sums[expected[i]!]!, 4);
    });
  }
});
