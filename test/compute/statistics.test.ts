/** Statistics against figures worked out elsewhere: the course's feature labs. */
import { describe, expect, test } from "vitest";
import { openCompute } from "../../src/compute/index.ts";

describe.each(["wasm", "reference"] as const)("%s", async (backend) => {
  const compute = await openCompute({ backend, threads: 1 });

  test("the eight transactions of the features lab", () => {
    const amounts = Float32Array.of(100.5, 250, 15.99, 899.99, 45, 1200, 35.5, 75);
    const sample = compute.moments(amounts, 1);
    expect(sample.mean).toBeCloseTo(327.7475, 4);
    expect(sample.deviation).toBeCloseTo(458.6316, 3);
    expect(compute.moments(amounts).deviation).toBeCloseTo(429.0106, 3);
    const out = new Float32Array(8);
    compute.zScore(amounts, out, 1);
    const z = [-0.4955, -0.1695, -0.6798, 1.2477, -0.6165, 1.9019, -0.6372, -0.5511];
    for (const [i, value] of z.entries()) expect(out[i]).toBeCloseTo(value, 4);
    compute.logShifted(amounts, 1, out);
    const logs = [4.6201, 5.5255, 2.8326, 6.8035, 3.8286, 7.0909, 3.5973, 4.3307];
    for (const [i, value] of logs.entries()) expect(out[i]).toBeCloseTo(value, 4);
  });

  test("the 100,000 amounts of the feature pipeline", () => {
    const amounts = Float32Array.from(
      { length: 100_000 },
      (_, i) => 100 * Math.sin(0.01 * i) + 500 + 10 * (i % 7),
    );
    const { mean, deviation } = compute.moments(amounts);
    expect(mean).toBeCloseTo(530.043, 3);
    expect(deviation).toBeCloseTo(73.468, 3);
    const [min, max] = compute.minMax(amounts);
    expect([min.toFixed(2), max.toFixed(2)]).toEqual(["400.00", "660.00"]);
    const out = new Float32Array(100_000);
    compute.rollingMean(amounts, 7, out);
    expect([...out.subarray(0, 6)].every(Number.isNaN)).toBe(true);
    expect(out[6]).toBeCloseTo(amounts.subarray(0, 7).reduce((a, b) => a + b) / 7, 3);
    const held = compute.histogram(amounts, { count: 10, low: min, high: max });
    expect(held.reduce((a, b) => a + b)).toBe(100_000);
  });

  test("a constant column is refused, and so is one of NaN", () => {
    for (const value of [0.1, Number.NaN]) {
      const column = new Float32Array(1000).fill(value);
      expect(() => compute.zScore(column, column)).toThrow("the column is constant");
      expect(() => compute.minMaxScale(column, column)).toThrow("the column is constant");
    }
  });

  test("empty columns", () => {
    const none = new Float32Array(0);
    expect(compute.sum(none)).toBe(0);
    expect(compute.moments(none).mean).toBeNaN();
    expect(compute.quantiles(none, [0.5])).toEqual([Number.NaN]);
    expect(compute.argsort(none)).toHaveLength(0);
    expect(() => compute.quantiles(none, [1.5])).toThrow("quantile 1.5 is not in 0..1");
  });
});
