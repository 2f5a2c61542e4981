/**
 * Full-text search beside tantivy and bm25s on the same words: 50,000 documents of 60 words, 2,000
 * queries, ten results, one thread, CPU seconds. `PEERS_PYTHON=python npm run bench -- bm25` with an
 * interpreter that has them; `ROWS=10000` for a quick look. Bars: twice tantivy, 25 times bm25s.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { Collection } from "../../src/vector/index.ts";
import { describeMachine } from "./support/measure.ts";
import { runPeers } from "./support/python-peers.ts";

const ROWS = Number(process.env.ROWS ?? 50_000);
const [WORDS, QUERIES, K, ROUNDS, VOCABULARY] = [60, 2000, 10, 3, 40_000];

interface Line {
  name: string;
  build_s: number;
  qps: number;
  missing?: string;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Word frequencies fall with their rank, as in language; a query is some words of a document. */
function makeWork(): { documents: string[]; queries: string[] } {
  const rng = createRng(20_261_121);
  const word = (): string => `w${Math.floor(VOCABULARY * rng.next() ** 3)}`;
  const documents = Array.from({ length: ROWS }, () =>
    Array.from({ length: WORDS }, word).join(" "),
  );
  const queries = Array.from({ length: QUERIES }, () => {
    const words = documents[rng.int(ROWS)]!.split(" ");
    return Array.from({ length: 3 + rng.int(4) }, () => words[rng.int(WORDS)]).join(" ");
  });
  return { documents, queries };
}

async function measureOurs(folder: string, work: ReturnType<typeof makeWork>): Promise<Line> {
  const base = join(folder, "ours");
  await Collection.create(base, { dims: 0, text: ["body"], language: "none" });
  const collection = await Collection.open(base, "write");
  await collection.upsert(work.documents.map((body, i) => ({ id: `${i}`, metadata: { body } })));
  const start = cpuSeconds();
  collection.query({ text: work.queries[0]! });
  const build = cpuSeconds() - start;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const from = cpuSeconds();
    for (const text of work.queries) collection.query({ text, numResults: K });
    best = Math.min(best, cpuSeconds() - from);
  }
  await collection.close();
  return { name: "sovereign", build_s: build, qps: QUERIES / best };
}

const folder = mkdtempSync(join(tmpdir(), "bench-bm25-"));
try {
  console.log(describeMachine());
  const work = makeWork();
  const path = join(folder, "work.json");
  writeFileSync(path, JSON.stringify(work));
  const ours = await measureOurs(folder, work);
  const peers = runPeers<Line>("bm25_peers.py", [path, String(K)]) ?? [];
  console.log("| index | build CPU s | queries / CPU s | ours is |");
  console.log("|---|---|---|---|");
  for (const line of [ours, ...peers]) {
    const { name, build_s, qps, missing } = line;
    if (missing !== undefined) console.log(`| ${name} | not there | | |`);
    else {
      const ratio = (ours.qps / qps).toFixed(1);
      console.log(`| ${name} | ${build_s.toFixed(2)} | ${qps.toFixed(0)} | ${ratio}× |`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
