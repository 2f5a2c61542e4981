/** NaN, infinities, the smallest and nothing at all: kernels and definitions give the same. */
import { describe, expect, test } from "vitest";
import type { ComputeBackend } from "../../src/compute/index.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";
import { expectAllClose } from "./sweep.ts";
import { useBackends } from "./sweep-builds.ts";

const ODD = [Number.NaN, Infinity, -Infinity, 1e-45, -0, 0];

function oddFloats(rng: Rng, length: number): Float32Array {
  const rarity = [3, 10, 40][rng.int(3)]!;
  return Float32Array.from({ length }, () =>
    rng.int(rarity) === 0 ? ODD[rng.int(ODD.length)]! : rng.normal(),
  );
}

/** What every operation makes of rows `x` (N, D) and one more row, by name. */
function results(
  compute: ComputeBackend,
  x: Float32Array,
  row: Float32Array,
): Record<string, ArrayLike<number>> {
  const d = row.length;
  const n = x.length / d;
  const filled = (length: number, fill: (out: Float32Array) => void): Float32Array => {
    const out = new Float32Array(length);
    fill(out);
    return out;
  };
  const same = (fill: (out: Float32Array) => void): Float32Array => filled(x.length, fill);
  const { mean, variance } = compute.moments(x);
  const options = { dimensions: d, weight: row };
  const shape = { m: n, n, k: d, transposeB: true };
  const [codes, scales] = [new Int8Array(x.length), new Float32Array(n)];
  compute.quantizeInt8(x, d, codes, scales);
  return {
    softmax: same((out) => compute.softmax(x, d, out)),
    layerNorm: same((out) => compute.layerNorm(x, out, options)),
    rmsNorm: same((out) => compute.rmsNorm(x, out, options)),
    silu: same((out) => compute.activate("silu", x, out)),
    log: same((out) => compute.logShifted(x, 1, out)),
    rollingMean: same((out) => compute.rollingMean(x, 3, out)),
    scan: filled(n, (out) => compute.scan("dot", row, x, out)),
    scanTop: compute.scanTop("l2", row, x, { k: 3, dimensions: d })[0]!.indices,
    top: compute.top(x, 5).indices,
    argsort: compute.argsort(x),
    quantiles: compute.quantiles(x, [0, 0.3, 0.5, 1]),
    histogram: compute.histogram(x, { count: 7, low: -1, high: 1 }),
    minMax: compute.minMax(x),
    moments: [compute.sum(x), mean, variance],
    sgemm: filled(n * n, (out) => compute.sgemm(x, x, out, shape)),
    quantizeInt8: codes,
    scales,
  };
}

describe.each([
  { build: "plain", threads: 1 },
  { build: "auto", threads: 2 },
] as const)("$build build, $threads threads", ({ build, threads }) => {
  const backends = useBackends({ build, threads, leastShare: 64 });

  test("any of them anywhere", () => {
    for (let seed = 0; seed < 150; seed++) {
      const rng = createRng(seed);
      const [n, d] = [rng.int(5), 1 + rng.int(40)];
      const [x, row] = [oddFloats(rng, n * d), oddFloats(rng, d)];
      const found = results(backends.backend, x, row);
      for (const [name, wanted] of Object.entries(results(backends.reference, x, row))) {
        expectAllClose(`${name} (${seed})`, found[name]!, wanted, (i) => {
          return 1e-5 * Math.max(1, Math.abs(wanted[i]!));
        });
      }
    }
  });

  test("shapes of nothing", () => {
    const none = new Float32Array(0);
    for (const compute of Object.values(backends)) {
      const out = new Float32Array(12).fill(7);
      compute.sgemm(none, none, out, { m: 3, n: 4, k: 0 });
      expect([...out]).toEqual(Array.from({ length: 12 }, () => 0));
      compute.sgemm(none, none, none, { m: 0, n: 0, k: 0 });
      compute.attention(none, none, { heads: 1, dimensions: 4, lengths: [0, 0] });
      compute.gather(none, 3, new Uint32Array(0), none);
      compute.sort(none, none);
      expect(compute.top(out, 0).indices).toHaveLength(0);
      expect(compute.scanTop("dot", out, none, { k: 3, dimensions: 12 })[0]!.indices).toHaveLength(
        0,
      );
      expect(compute.dotInt8(new Int8Array(0), new Int8Array(0))).toBe(0);
      compute.matvec("Q8_0", new Uint8Array(0), new Float32Array(32), none);
    }
  });

  test("a window longer than the column, and a value that drowns the others", () => {
    const x = Float32Array.from({ length: 40 }, (_, i) => (i === 5 ? 1e30 : 1 + (i % 3)));
    for (const window of [3, 41, 2 ** 32 + 3]) {
      const [out, wanted] = [new Float32Array(40), new Float32Array(40)];
      backends.backend.rollingMean(x, window, out);
      backends.reference.rollingMean(x, window, wanted);
      expect(out).toEqual(wanted);
    }
  });

  test("values whose scale cannot be inverted have codes of 0", () => {
    for (const compute of Object.values(backends)) {
      const [codes, scales] = [new Int8Array(4).fill(9), new Float32Array(1)];
      compute.quantizeInt8(Float32Array.of(1e-40, -1e-40, 0, 1e-45), 4, codes, scales);
      expect([...codes]).toEqual([0, 0, 0, 0]);
    }
  });

  test("bins too narrow or too many are refused", () => {
    for (const compute of Object.values(backends)) {
      const bins = (count: number, high: number) => () =>
        compute.histogram(Float32Array.of(0), { count, low: 0, high });
      expect(bins(1000, 5e-324)).toThrow("bins from 0 to 5e-324 have no width");
      expect(bins(2 ** 40, 1)).toThrow("are more than 16777216");
      expect(bins(3, Number.NaN)).toThrow("have no width");
    }
  });
});
