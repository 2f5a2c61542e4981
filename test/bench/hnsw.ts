/**
 * Vector search beside hnswlib, faiss, voyager and usearch on the same vectors: 100,000 × 128 in
 * 1,000 clusters (σ 0.6), L2, M 16, efConstruction 200, queries one at a time on one thread, CPU
 * seconds. `PEERS_PYTHON=python npm run bench -- hnsw` with an interpreter that has them; npm's
 * hnswlib-node and usearch with `PEERS_NODE=folder`, one that has them in `node_modules`.
 * `--loose`: σ 1.2 too; `--large`: 1,000,000 × 384 instead with efConstruction 100, all built by all
 * cores (10 GB of memory, half an hour; `PEERS=hnswlib,faiss` for less); `ROWS=20000` for a quick look. Bars: 1.1 times the QPS of the fastest native peer at recalls of .95 and .99, ¾ of
 * hnswlib's build, 1.3 times every npm peer.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "../../src/core/rng.ts";
import { Collection } from "../../src/vector/index.ts";
import { describeMachine } from "./support/measure.ts";
import { runPeers } from "./support/python-peers.ts";

const isLarge = process.argv.includes("--large");
const ROWS = Number(process.env.ROWS ?? (isLarge ? 1_000_000 : 100_000));
const DIMS = isLarge ? 384 : 128;
const [CLUSTERS, QUERIES, K, M] = [1000, 1000, 10, 16];
const EF_CONSTRUCTION = isLarge ? 100 : 200;
const EFS = [10, 12, 14, 16, 20, 24, 32, 48, 64, 96, 128, ...(isLarge ? [192, 256, 384, 512] : [])];
/** Of a build; one is what compares best. */
const THREADS = isLarge ? availableParallelism() : 1;
const GRAPH = { index: "hnsw", m: M, efConstruction: EF_CONSTRUCTION } as const;
const ROUNDS = 5;
/** Rows of an upsert. */
const BATCH = 10_000;
/** A look at fewer efs ends here: beyond it nothing is told. */
const ENOUGH = 0.993;
const RECALLS = [0.95, 0.99];

interface Line {
  name: string;
  /** CPU seconds; null where the build is not compared. */
  build_s: number | null;
  ef: number;
  /** Queries for each CPU second. */
  qps: number;
  ids: number[][];
  missing?: string;
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function makeVectors(sigma: number): { rows: Float32Array; queries: Float32Array } {
  const rng = createRng(20_261_121);
  const centres = Float32Array.from({ length: CLUSTERS * DIMS }, () => rng.normal());
  const draw = (count: number): Float32Array => {
    const vectors = new Float32Array(count * DIMS);
    for (let i = 0; i < count; i++) {
      const centre = rng.int(CLUSTERS) * DIMS;
      for (let j = 0; j < DIMS; j++) {
        vectors[i * DIMS + j] = centres[centre + j]! + sigma * rng.normal();
      }
    }
    return vectors;
  };
  return { rows: draw(ROWS), queries: draw(QUERIES) };
}

/** Writes the vectors for the peers; the rows themselves are not kept. */
function makeFiles(folder: string, sigma: number): Float32Array[] {
  const { rows, queries } = makeVectors(sigma);
  writeFileSync(join(folder, "rows.f32"), new Uint8Array(rows.buffer));
  writeFileSync(join(folder, "queries.f32"), new Uint8Array(queries.buffer));
  return Array.from({ length: QUERIES }, (_, i) => queries.slice(i * DIMS, (i + 1) * DIMS));
}

type Ids = readonly { readonly id: string }[];
const numbersOf = (hits: Ids): number[] => hits.map(({ id }) => Number(id));

async function fill(base: string, vectors: string): Promise<Collection> {
  await Collection.create(base, { dims: DIMS, metric: "l2" });
  const collection = await Collection.open(base, "write");
  const file = openSync(vectors, "r");
  for (let start = 0; start < ROWS; start += BATCH) {
    const count = Math.min(BATCH, ROWS - start);
    const part = new Float32Array(count * DIMS);
    readSync(file, new Uint8Array(part.buffer), 0, part.byteLength, start * DIMS * 4);
    const rows = Array.from({ length: count }, (_, i) => ({
      id: `${start + i}`,
      vector: part.subarray(i * DIMS, (i + 1) * DIMS),
    }));
    await collection.upsert(rows, { willOptimize: true });
  }
  closeSync(file);
  return collection;
}

async function measureOurs(
  folder: string,
  queries: readonly Float32Array[],
): Promise<{ lines: Line[]; truth: Set<number>[]; notes: string }> {
  say("taking rows in");
  await using collection = await fill(join(folder, "ours"), join(folder, "rows.f32"));
  say("building our index");
  const start = cpuSeconds();
  await collection.optimize({ ...GRAPH, ef: 64, threads: THREADS });
  const build = cpuSeconds() - start;
  say("looking at every row");
  const exactFrom = cpuSeconds();
  const truth = collection
    .queryMany(queries, { numResults: K, exact: true })
    .map((hits) => new Set(numbersOf(hits)));
  const scanned = (ROWS * DIMS * 4 * QUERIES) / (cpuSeconds() - exactFrom) / 1e9;
  const measured = { collection, queries, truth };
  say("searching");
  const lines = measureEfs("sovereign", build, measured);
  const { ef } = lines.at(-1)!;
  const manyFrom = performance.now();
  for (let round = 0; round < ROUNDS; round++) collection.queryMany(queries, { numResults: K, ef });
  const many = (QUERIES * ROUNDS) / ((performance.now() - manyFrom) / 1000);
  const notes = [
    `${many.toFixed(0)} queries a second by \`queryMany\` at ef ${ef};`,
    `every row looked at: ${scanned.toFixed(1)} GB of vectors a CPU second`,
  ];
  if (isLarge) return { lines, truth, notes: notes.join(" ") };
  const floatsFrom = cpuSeconds();
  await collection.optimize({ ...GRAPH, ef: 64, threads: 1, codes: "float32" });
  lines.push(...measureEfs("sovereign, float32 codes", cpuSeconds() - floatsFrom, measured));
  const coresFrom = performance.now();
  await collection.optimize();
  const wall = (performance.now() - coresFrom) / 1000;
  const tuned = collection.index.kind === "hnsw" ? collection.index.ef : 0;
  notes.unshift(`all cores: built and tuned to ef ${tuned} in ${wall.toFixed(1)} s,`);
  return { lines, truth, notes: notes.join(" ") };
}

interface Measured {
  readonly collection: Collection;
  readonly queries: readonly Float32Array[];
  readonly truth: readonly Set<number>[];
}

function measureEfs(name: string, build: number, { collection, queries, truth }: Measured): Line[] {
  const lines: Line[] = [];
  for (const ef of EFS) {
    let best = Number.POSITIVE_INFINITY;
    let found: Ids[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const from = cpuSeconds();
      found = queries.map((vector) => collection.query({ vector, numResults: K, ef }));
      best = Math.min(best, cpuSeconds() - from);
    }
    const ids = found.map(numbersOf);
    lines.push({ name, build_s: build, ef, qps: QUERIES / best, ids });
    if (recallOf(ids, truth) >= ENOUGH) break;
  }
  return lines;
}

/** Packages of npm, in a process of their own. */
function runNodePeers(args: readonly string[]): Line[] {
  const folder = process.env.PEERS_NODE;
  if (folder === undefined) return [];
  const script = join(process.cwd(), "test/bench/support/vector-peers.mjs");
  const run = spawnSync(process.execPath, [script, folder, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.status !== 0) throw new Error(`vector-peers.mjs ended with ${run.status}`);
  return run.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

function printLines(lines: readonly Line[], truth: readonly Set<number>[]): void {
  console.log("| index | build CPU s | recall wanted | ef | recall@10 | queries / CPU s |");
  console.log("|---|---|---|---|---|---|");
  for (const name of new Set(lines.map((line) => line.name))) {
    const own = lines.filter((line) => line.name === name);
    if (own[0]!.missing !== undefined) {
      console.log(`| ${name} | not there | | | | |`);
      continue;
    }
    for (const wanted of RECALLS) {
      const scored = own.map((line) => ({ ...line, recall: recallOf(line.ids, truth) }));
      const first = scored.find(({ recall }) => recall >= wanted) ?? scored.at(-1)!;
      const figures = [
        first.build_s?.toFixed(1) ?? "–",
        wanted,
        first.ef,
        first.recall.toFixed(4),
        first.qps.toFixed(0),
      ];
      console.log(`| ${name} | ${figures.join(" | ")} |`);
    }
  }
}

function recallOf(ids: readonly number[][], truth: readonly Set<number>[]): number {
  const hits = ids.reduce((sum, row, i) => sum + row.filter((id) => truth[i]!.has(id)).length, 0);
  return hits / (ids.length * K);
}

function say(what: string): void {
  const memory = `${(process.memoryUsage.rss() / 1e9).toFixed(1)} GB`;
  console.error(`${(performance.now() / 1000).toFixed(0)} s, ${memory}: ${what}`);
}

console.log(describeMachine());
for (const sigma of process.argv.includes("--loose") ? [0.6, 1.2] : [0.6]) {
  const folder = mkdtempSync(join(tmpdir(), "bench-hnsw-"));
  try {
    const ours = await measureOurs(folder, makeFiles(folder, sigma));
    const truth = join(folder, "truth.json");
    writeFileSync(truth, JSON.stringify(ours.truth.map((ids) => [...ids])));
    const settings = [folder, DIMS, M, EF_CONSTRUCTION, K, EFS.join(","), ENOUGH].map(String);
    const named =
      process.env.PEERS ?? (isLarge ? "hnswlib,faiss,usearch" : "hnswlib,faiss,voyager,usearch");
    const peers = runPeers<Line>("vector_peers.py", [...settings, named, `${THREADS}`]) ?? [];
    console.log(`\n${ROWS} × ${DIMS}, σ ${sigma}; ${ours.notes}`);
    const more = isLarge ? [] : runNodePeers(settings);
    printLines([...ours.lines, ...peers, ...more], ours.truth);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
