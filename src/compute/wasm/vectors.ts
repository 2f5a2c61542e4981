/** The vector operations over the kernels of `kernels/linear/scan.ts` and `top.ts`. */
import type { Metric, TopResult, VectorOps } from "../backend.ts";
import { checkCount, checkLength, checkSameLength, countRows } from "../check.ts";
import type { Call, Runner } from "./runner.ts";
import { selectIndices } from "./sort.ts";

const SCANS = { dot: "scanDot", cosine: "scanCosine", l2: "scanL2" } as const;
const METRICS = { dot: 0, cosine: 1, l2: 2 } as const;
/** Scores a share of `scanTop` holds at a time. */
const BLOCK_ROWS = 256;
/** Beyond it, sorting what may be among the best is quicker than heaps. */
const MOST_HEAP = 1024;

export function createVectorOps(runner: Runner): VectorOps {
  const compare = (metric: Metric, a: Float32Array, b: Float32Array): number => {
    checkSameLength(metric, a.length, b.length);
    return runner.call([a, b], (call) => {
      const out = call.scratch(4);
      call.run(SCANS[metric], call.in(a), call.in(b), out, 1, a.length);
      return call.readFloat32(out, 1)[0]!;
    });
  };
  return {
    dot: (a, b) => compare("dot", a, b),
    cosine: (a, b) => compare("cosine", a, b),
    l2: (a, b) => compare("l2", a, b),
    scan(metric, query, rows, out) {
      const d = query.length;
      const n = countRows("rows", rows.length, d);
      checkLength("out", out.length, n);
      runner.call([rows, query, out], (call) => {
        const [x, q, o] = [call.in(rows), call.in(query), call.out(out)];
        const shares = runner
          .split(n, d)
          .map(([from, to]) => [x + from * d * 4, q, o + from * 4, to - from, d]);
        call.runAll(SCANS[metric], shares);
      });
    },
    scanTop(metric, queries, rows, { k, dimensions: d }) {
      checkCount("k", k);
      const n = countRows("rows", rows.length, d);
      const queryCount = countRows("queries", queries.length, d);
      const held = Math.min(k, n);
      return runner.call([rows, queries], (call) => {
        const [x, q] = [call.in(rows), call.in(queries)];
        const ranges = runner.split(n, d * queryCount);
        const places = ranges.map(() => ({
          heaps: call.scratch(queryCount * held * 8),
          counts: call.scratch(queryCount * 4),
          scratch: call.scratch(BLOCK_ROWS * 4),
        }));
        const shares = ranges.map(([from, to], i) => {
          const { heaps, counts, scratch } = places[i]!;
          const work = [METRICS[metric], x + from * d * 4, from, to - from, d, q, queryCount];
          return [...work, held, heaps, counts, scratch];
        });
        call.runAll("scanTop", shares);
        return Array.from({ length: queryCount }, (_, query) => {
          const found = places.map(({ heaps, counts }) => {
            const count = call.readUint32(counts + query * 4, 1)[0]!;
            return readHeap(call, heaps + query * held * 8, held, count);
          });
          return mergeTops(found, held, metric === "l2" ? -1 : 1);
        });
      });
    },
    top(values, k, order = "largest") {
      checkCount("k", k);
      const held = Math.min(k, values.length);
      const isLargest = order === "largest";
      return runner.call([values], (call) => {
        if (held > MOST_HEAP) {
          const indices = selectIndices(runner, call, values, { k: held, isLargest });
          const scores = new Float32Array(indices.length);
          for (let i = 0; i < indices.length; i++) scores[i] = values[indices[i]!]!;
          return { indices, scores };
        }
        return topOfHeaps(runner, call, values, { k: held, isLargest });
      });
    },
  };
}

/** Each share keeps its best in a heap. */
function topOfHeaps(
  runner: Runner,
  call: Call,
  values: Float32Array,
  { k, isLargest }: { k: number; isLargest: boolean },
): TopResult {
  const [from, sign] = [call.in(values), isLargest ? 1 : -1];
  const cut = k === 0 ? [] : runner.split(values.length, 1);
  const heaps = cut.map(() => call.scratch(k * 8));
  const shares = cut.map(([i, end], share) => {
    return [from + i * 4, end - i, i, heaps[share]!, k, 0, sign];
  });
  const counts = call.runAll("pushTop", shares);
  const found = heaps.map((heap, share) => readHeap(call, heap, k, counts[share]!));
  return mergeTops(found, k, sign);
}

function readHeap(call: Call, heap: number, k: number, count: number): TopResult {
  const scores = call.readFloat32(heap, count);
  return { scores, indices: call.readUint32(heap + k * 4, count) };
}

/** The `k` best of several heaps, whose scores were multiplied by `sign`, best first. */
function mergeTops(found: readonly TopResult[], k: number, sign: number): TopResult {
  const all = found.flatMap(({ indices, scores }) =>
    Array.from(indices, (index, i) => ({ index, score: scores[i]! })),
  );
  const isFirst = (a: number, b: number): number => (a === b ? 0 : a > b ? -1 : 1);
  all.sort((a, b) => isFirst(a.score, b.score) || a.index - b.index);
  const best = all.slice(0, k);
  return {
    indices: Uint32Array.from(best, ({ index }) => index),
    scores: Float32Array.from(best, ({ score }) => score * sign),
  };
}
