/**
 * A search of the kernel for some queries: on this thread, or with a part of the queries or of the
 * rows for each thread. What is found is copied out, best first.
 */
import { type ScoredRow, TopRows } from "../search/top-rows.ts";
import { cutRange, type Threads } from "./build-graph.ts";
import type { IndexMemory, WorkArea } from "./index-memory.ts";

/** Queries of one call of the kernel, and bytes of them and of what they find. */
const BATCH = 1024;
const BATCH_BYTES = 2 ** 26;
/** Numbers looked at below which a second thread takes longer to wake than it saves. */
const LEAST_SHARED = 20_000_000;
const ITEM_BYTES = 16;

/** What the kernel does for each query. */
export interface SearchPlan {
  /** Rows that are wanted. */
  readonly limit: number;
  /** Rows that are scored. */
  readonly count: number;
  /** How many of the nearest a walk keeps; 0 for none. */
  readonly ef: number;
  /** The first of the rows that are looked at one by one. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Address of the allowed rows' bytes, or 0. */
  readonly bitmap: number;
}

interface Work {
  readonly plan: SearchPlan;
  readonly threads: Threads;
}

/** What one thread does of it. */
interface Share {
  /** Queries. */
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Address of its results. */
  readonly out: number;
}

/** The rows found for each query. */
export function runSearch(
  memory: IndexMemory,
  queries: readonly Float32Array[],
  work: Work,
): ScoredRow[][] {
  const bytes = memory.dims * 4 + work.plan.count * ITEM_BYTES;
  const most = Math.max(1, Math.min(BATCH, Math.floor(BATCH_BYTES / bytes)));
  if (queries.length <= most) return runBatch(memory, queries, work);
  const found: ScoredRow[][] = [];
  for (let from = 0; from < queries.length; from += most) {
    found.push(...runBatch(memory, queries.slice(from, from + most), work));
  }
  return found;
}

function runBatch(
  memory: IndexMemory,
  queries: readonly Float32Array[],
  work: Work,
): ScoredRow[][] {
  const { plan, threads } = work;
  const { dims } = memory;
  const { length } = queries;
  const { floats } = memory.buffer("queries", length * dims * 4);
  for (let i = 0; i < length; i++) floats.set(queries[i]!, i * dims);
  const { pool, kernel } = threads;
  const isLong = plan.ef === 0 && plan.rowCount * dims * length >= LEAST_SHARED;
  const isShared = length >= 2 * pool.threads;
  if (!isShared && isLong && pool.threads > 1) return shareRows(memory, length, work);
  const out = memory.buffer("out", length * plan.count * ITEM_BYTES);
  const all = { firstRow: plan.firstRow, lastRow: plan.rowCount, out: out.at };
  if (isShared) {
    const args = cutRange(0, length, pool.threads).map(([from, to], thread) =>
      argumentsOf(memory, plan, { thread, from, to, ...all }),
    );
    pool.run(kernel, "search", args);
  } else {
    const share = { thread: 0, from: 0, to: length, ...all };
    memory.kernel.exports.search!(...argumentsOf(memory, plan, share));
  }
  const most = Math.min(plan.limit, plan.count);
  return queries.map((_, i) => readItems(out, i * plan.count, most));
}

/** A part of the rows for each thread. */
function shareRows(
  memory: IndexMemory,
  queryCount: number,
  { plan, threads: { pool, kernel } }: Work,
): ScoredRow[][] {
  const items = queryCount * plan.count;
  const out = memory.buffer("out", pool.threads * items * ITEM_BYTES);
  const ranges = cutRange(plan.firstRow, plan.rowCount, pool.threads);
  const args = ranges.map(([firstRow, lastRow], thread) => {
    const own = { thread, firstRow, lastRow, out: out.at + thread * items * ITEM_BYTES };
    return argumentsOf(memory, plan, { from: 0, to: queryCount, ...own });
  });
  pool.run(kernel, "search", args);
  return Array.from({ length: queryCount }, (_, i) => {
    const top = new TopRows(plan.limit);
    for (let thread = 0; thread < pool.threads; thread++) {
      const list = readItems(out, thread * items + i * plan.count, plan.count);
      for (const { row, score } of list) top.offer(row, score);
    }
    return top.list();
  });
}

function argumentsOf(
  memory: IndexMemory,
  { count, ef, bitmap }: SearchPlan,
  { thread, from, to, firstRow, lastRow, out }: Share & { readonly thread: number },
): number[] {
  const queries = memory.buffer("queries", 0).at;
  return [
    ...[memory.at, memory.scratch(thread), queries, from, to, count],
    ...[ef, firstRow, lastRow, bitmap, out],
  ];
}

/** At most `most` items from that one on. */
function readItems({ doubles, words }: WorkArea, first: number, most: number): ScoredRow[] {
  const found: ScoredRow[] = [];
  for (let i = first; i < first + most; i++) {
    const row = words[4 * i + 2]!;
    if (row < 0) break;
    found.push({ row, score: doubles[2 * i]! });
  }
  return found;
}
