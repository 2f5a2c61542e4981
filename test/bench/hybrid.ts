/**
 * Hybrid search beside BM25 alone, on inverse-cloze queries over prose that installed packages ship:
 * a sentence is taken out of a passage, the rest must be found among all passages. nDCG@10 with 95 %
 * bootstrap intervals, differences query by query. `npm run bench -- hybrid`; `MODEL=folder` adds a
 * model's files, `EMBEDDERS=lsa` chooses, `PASSAGES` and `QUERIES` say how many. Bar: the hybrid of
 * each embedder that learns not worse than BM25 by more than 0.5 %. The course's hash knows nothing
 * of meanings, and has no bar.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { evaluateSearches, type Searcher, takeSentence } from "../../src/vector/eval/index.ts";
import { Collection, type QueryType, type VectorRow } from "../../src/vector/index.ts";
import { describeMachine } from "./support/measure.ts";
import { readPassages } from "./support/package-texts.ts";

const PASSAGES = Number(process.env.PASSAGES ?? 6000);
const QUERIES = Number(process.env.QUERIES ?? 1000);
const SEED = Number(process.env.SEED ?? 20_261_122);
const { MODEL } = process.env;
const EMBEDDERS = [
  ...(process.env.EMBEDDERS ?? "lsa:128,tfidf:512,lab-hash:64").split(",").filter(Boolean),
  ...(MODEL === undefined ? [] : [MODEL]),
];
const BAR = -0.005;

interface Work {
  rows: VectorRow[];
  queries: { query: string; relevance: Map<string, number> }[];
}

function makeWork(): Work {
  const rng = createRng(SEED);
  const passages = readPassages("node_modules", PASSAGES);
  const work: Work = { rows: [], queries: [] };
  const share = (1.5 * QUERIES) / passages.length;
  passages.forEach((passage, i) => {
    const id = String(i);
    const isDrawn = work.queries.length < QUERIES && rng.next() < share;
    const cloze = isDrawn ? takeSentence(passage, rng) : null;
    work.rows.push({ id, metadata: { body: cloze?.rest ?? passage } });
    if (cloze !== null) {
      work.queries.push({ query: cloze.sentence, relevance: new Map([[id, 1]]) });
    }
  });
  return work;
}

function searcher(collection: Collection, name: string, queryType: QueryType): Searcher<string> {
  return {
    name,
    search: async (text) => {
      // Quotes and stars of the sentence are no operators here.
      const words = text.replace(/["*~]/g, " ");
      return (await collection.search({ text: words, queryType })).map(({ id }) => id);
    },
  };
}

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;

const folder = mkdtempSync(join(tmpdir(), "bench-hybrid-"));
try {
  console.log(describeMachine());
  const work = makeWork();
  console.log(`${work.rows.length} passages, ${work.queries.length} queries, seed ${SEED}\n`);
  console.log("| embedder | search | nDCG@10 | 95 % | to BM25, relative | 95 % | |");
  console.log("|---|---|---|---|---|---|---|");
  for (const [i, embedder] of EMBEDDERS.entries()) {
    const base = join(folder, String(i));
    await Collection.create(base, { embedder, text: ["body"] });
    const collection = await Collection.open(base, "write");
    await collection.upsert(work.rows);
    await collection.optimize();
    const lines = await evaluateSearches(
      [
        searcher(collection, "BM25", "FULL_TEXT"),
        searcher(collection, "vector", "ANN"),
        searcher(collection, "hybrid", "HYBRID"),
      ],
      work.queries,
      { k: 10, rng: createRng(SEED), metrics: ["ndcg"] },
    );
    await collection.close();
    const name = embedder.split("/").at(-1)!;
    const baseline = lines[0]!.estimate.mean;
    for (const { search, estimate, difference } of lines) {
      const cells = [name, search, estimate.mean.toFixed(4)];
      cells.push(`${estimate.low.toFixed(4)} – ${estimate.high.toFixed(4)}`);
      if (difference === null) cells.push("", "", "");
      else {
        const [mean, low, high] = [difference.mean, difference.low, difference.high];
        cells.push(percent(mean / baseline));
        cells.push(`${percent(low / baseline)} – ${percent(high / baseline)}`);
        const isBarred = search === "hybrid" && !embedder.startsWith("lab-hash");
        cells.push(isBarred ? (mean / baseline >= BAR ? "met" : "missed") : "");
      }
      if (i === 0 || search !== "BM25") console.log(`| ${cells.join(" | ")} |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
