/** Random shapes for the kernels against the reference, shared by `npm test` and `test:long`. */
import type { ComputeBackend, Metric } from "../../src/compute/index.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";

export interface Shapes {
  rng: Rng;
  /** The definition and what is tested against it. */
  reference: ComputeBackend;
  backend: ComputeBackend;
}

/** One random case of an operation; throws with the case's numbers when they differ. */
export type SweepCase = (shapes: Shapes) => void;

const METRICS: readonly Metric[] = ["dot", "cosine", "l2"];
const EPSILON = 1e-5;

export function randomFloats(rng: Rng, length: number): Float32Array {
  const scale = 10 ** (rng.int(5) - 2);
  return Float32Array.from({ length }, () => rng.normal() * scale);
}

/** Half of the operands lie in the backend's memory, half outside. */
export function place({ rng, backend }: Shapes, values: Float32Array): Float32Array {
  if (rng.int(2) === 0) return values;
  const inside = backend.float32(values.length);
  inside.set(values);
  return inside;
}

/** For each operation the worst error of all cases so far, as a share of its tolerance. */
export const worstShares = new Map<string, number>();

export function expectClose(what: string, actual: number, wanted: number, tolerance: number): void {
  expectAllClose(what, [actual], [wanted], () => tolerance);
}

/** `what` starts with the operation's name. */
export function expectAllClose(
  what: string,
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: (index: number) => number,
): void {
  if (actual.length !== wanted.length) {
    throw new Error(`${what}: ${actual.length} values, not ${wanted.length}`);
  }
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const [found, right] = [actual[i]!, wanted[i]!];
    if (found === right || (Number.isNaN(found) && Number.isNaN(right))) continue;
    const share = Math.abs(found - right) / tolerance(i);
    if (!(share <= 1)) {
      throw new Error(`${what}[${i}]: ${found}, not ${right} within ${tolerance(i)}`);
    }
    worst = Math.max(worst, share);
  }
  const operation = /^\w+/.exec(what)?.[0] ?? what;
  worstShares.set(operation, Math.max(worst, worstShares.get(operation) ?? 0));
}

/** Runs `count` cases of one operation, case `first` and after; a case's number is its seed. */
export function sweep(
  run: SweepCase,
  count: number,
  backends: Pick<Shapes, "reference" | "backend">,
  first = 0,
): void {
  for (let i = first; i < first + count; i++) {
    try {
      run({ rng: createRng(i), ...backends });
    } catch (error) {
      throw new Error(`case ${i}`, { cause: error });
    }
  }
}

/** What a score's rounding may add up to. */
function magnitude(metric: Metric, a: Float32Array, b: Float32Array): number {
  if (metric === "cosine") return 1;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    sum += metric === "dot" ? Math.abs(a[i]! * b[i]!) : (a[i]! - b[i]!) ** 2;
  }
  return sum;
}

const pair: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const length = rng.int(513);
  const [a, b] = [randomFloats(rng, length), randomFloats(rng, length)];
  const [x, y] = [place(shapes, a), place(shapes, b)];
  for (const metric of METRICS) {
    const tolerance = EPSILON * magnitude(metric, a, b);
    expectClose(
      `${metric} of ${length}`,
      backend[metric](x, y),
      reference[metric](a, b),
      tolerance,
    );
  }
  backend.free(x);
  backend.free(y);
};

const scan: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const [n, d] = [rng.int(40), 1 + rng.int(512)];
  const [query, rows] = [randomFloats(rng, d), randomFloats(rng, n * d)];
  const [q, x] = [place(shapes, query), place(shapes, rows)];
  for (const metric of METRICS) {
    const [wanted, out] = [new Float32Array(n), place(shapes, new Float32Array(n))];
    reference.scan(metric, query, rows, wanted);
    backend.scan(metric, q, x, out);
    expectAllClose(`scan ${metric} of ${n} x ${d}`, out, wanted, (i) => {
      return EPSILON * magnitude(metric, query, rows.subarray(i * d, (i + 1) * d));
    });
    backend.free(out);
  }
  backend.free(q);
  backend.free(x);
};

/** Small integers, so that scores are exact, ties are many and the order is fully determined. */
const scanTop: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const [n, dimensions, k] = [rng.int(120), 1 + rng.int(512), rng.int(30)];
  const whole = (length: number): Float32Array =>
    Float32Array.from({ length }, () => rng.int(7) - 3);
  const [queries, rows] = [whole(dimensions * (1 + rng.int(3))), whole(n * dimensions)];
  const [q, x] = [place(shapes, queries), place(shapes, rows)];
  for (const metric of ["dot", "l2"] as const) {
    const wanted = reference.scanTop(metric, queries, rows, { k, dimensions });
    const found = backend.scanTop(metric, q, x, { k, dimensions });
    for (const [i, { indices, scores }] of wanted.entries()) {
      expectAllClose(`scanTop ${metric} indices`, found[i]!.indices, indices, () => 0);
      expectAllClose(`scanTop ${metric} scores`, found[i]!.scores, scores, () => 0);
    }
  }
  backend.free(q);
  backend.free(x);
};

const top: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  // Few k go into heaps, many are sorted.
  const isMany = rng.int(2) === 0;
  const zero = rng.int(2) === 0 ? 0 : -0;
  const values = Float32Array.from({ length: rng.int(isMany ? 2000 : 700) }, () =>
    rng.int(50) === 0
      ? [Number.NaN, Infinity, -Infinity, zero][rng.int(4)]!
      : rng.int(400) / 8 - 20,
  );
  const [k, order] = [
    rng.int(isMany ? 2200 : 60),
    rng.int(2) === 0 ? "largest" : "smallest",
  ] as const;
  const x = place(shapes, values);
  const [wanted, found] = [reference.top(values, k, order), backend.top(x, k, order)];
  expectAllClose("top indices", found.indices, wanted.indices, () => 0);
  expectAllClose("top scores", found.scores, wanted.scores, () => 0);
  backend.free(x);
};

/** Vectors against vectors. */
export const VECTOR_SWEEPS: Readonly<Record<string, SweepCase>> = {
  "dot, cosine, l2": pair,
  scan,
  scanTop,
  top,
};
