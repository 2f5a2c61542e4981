/** The statistics over `kernels/linear/reduce.ts`, `statistics.ts` and `sort.ts`. */
import type { Bins, Moments, StatisticsOps } from "../backend.ts";
import { checkBins, checkCount, checkLength, checkSpread } from "../check.ts";
import { interpolate } from "../quantile.ts";
import type { Call, Runner } from "./runner.ts";
import { sortValues } from "./sort.ts";

/** Values of one partial sum in `sumBlocks`. */
const BLOCK = 4096;
const LOG = 7;
const LOG_COST = 16;

export function createStatisticsOps(runner: Runner): StatisticsOps {
  /** Sum of (x - center)^power; the same blocks for any number of threads. */
  const sum = (x: Float32Array, center: number, power: 1 | 2): number =>
    runner.call([x], (call) => {
      const blocks = Math.ceil(x.length / BLOCK);
      const [from, sums] = [call.in(x), call.scratch(blocks * 8)];
      const shares = runner.split(blocks, BLOCK).map(([first, end]) => {
        const count = Math.min(x.length, end * BLOCK) - first * BLOCK;
        return [from + first * BLOCK * 4, count, center, power, sums + first * 8];
      });
      call.runAll("sumBlocks", shares);
      return call.run("sumPairs", sums, blocks);
    });

  const moments = (x: Float32Array, ddof: 0 | 1 = 0): Moments => {
    const mean = sum(x, 0, 1) / x.length;
    const variance = sum(x, mean, 2) / (x.length - ddof);
    return { mean, variance, deviation: Math.sqrt(variance) };
  };

  const minMax = (x: Float32Array): [number, number] =>
    runner.call([x], (call) => {
      const from = call.in(x);
      const cut = runner.split(x.length, 1);
      const places = cut.map(() => call.scratch(8));
      call.runAll(
        "minMax",
        cut.map(([i, end], share) => [from + i * 4, end - i, places[share]!]),
      );
      const found = places.map((place) => call.readFloat32(place, 2));
      return [
        found.reduce((least, [value]) => Math.min(least, value!), Number.POSITIVE_INFINITY),
        found.reduce((most, [, value]) => Math.max(most, value!), Number.NEGATIVE_INFINITY),
      ];
    });

  const shiftScale = (x: Float32Array, out: Float32Array, center: number, scale: number): void =>
    runner.call([x, out], (call) => {
      const [from, to] = [call.in(x), call.out(out)];
      runShiftScale(runner, call, [from, to, x.length], [center, scale]);
    });

  return {
    sum: (x) => sum(x, 0, 1),
    moments,
    minMax,
    quantiles: (x, q) =>
      runner.call([x], (call) => {
        const sorted = sortValues(runner, call, x);
        const at = (i: number): number => call.readFloat32(sorted + i * 4, 1)[0]!;
        const count = countNumbers(x.length, at);
        return q.map((part) => interpolate(count, part, at));
      }),
    zScore(x, out, ddof) {
      checkLength("out", out.length, x.length);
      const { mean, deviation } = moments(x, ddof);
      checkSpread(minMax(x));
      shiftScale(x, out, mean, 1 / deviation);
    },
    minMaxScale(x, out) {
      checkLength("out", out.length, x.length);
      const [min, max] = minMax(x);
      checkSpread([min, max]);
      shiftScale(x, out, min, 1 / (max - min));
    },
    logShifted(x, offset, out) {
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        runShiftScale(runner, call, [from, to, x.length], [-offset, 1]);
        const cut = runner.split(x.length, LOG_COST, 4);
        call.runAll(
          "activate",
          cut.map(([i, end]) => [LOG, to + i * 4, to + i * 4, end - i]),
        );
      });
    },
    rollingMean(x, window, out) {
      checkCount("window", window, 1);
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => {
        const width = Math.min(window, x.length + 1);
        call.run("rollingMean", call.in(x), call.out(out), x.length, width);
      });
    },
    histogram: (x, bins) => countBins(runner, x, bins),
    binIndex(x, bins, out) {
      checkBins(bins);
      checkLength("out", out.length, x.length);
      runner.call([x, out], (call) => {
        const [from, to] = [call.in(x), call.out(out)];
        const cut = runner.split(x.length, 4);
        const { low, high, count } = bins;
        call.runAll(
          "binIndex",
          cut.map(([i, end]) => [from + i * 4, to + i * 4, end - i, low, high, count]),
        );
      });
    },
  };
}

function runShiftScale(
  runner: Runner,
  call: Call,
  [from, to, length]: readonly [number, number, number],
  [center, scale]: readonly [number, number],
): void {
  const cut = runner.split(length, 1, 2);
  call.runAll(
    "shiftScale",
    cut.map(([i, end]) => [from + i * 4, to + i * 4, end - i, center, scale]),
  );
}

/** How many of `length` sorted values come before the NaN at the end. */
function countNumbers(length: number, at: (index: number) => number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number.isNaN(at(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Every share counts for itself. */
function countBins(runner: Runner, x: Float32Array, bins: Bins): Uint32Array {
  checkBins(bins);
  const { low, high, count } = bins;
  return runner.call([x], (call) => {
    const from = call.in(x);
    const cut = runner.split(x.length, 4);
    const places = cut.map(() => call.in(new Uint32Array(count)));
    call.runAll(
      "histogram",
      cut.map(([i, end], share) => [from + i * 4, end - i, low, high, count, places[share]!]),
    );
    const total = new Uint32Array(count);
    for (const place of places) {
      for (const [bin, held] of call.readUint32(place, count).entries()) total[bin]! += held;
    }
    return total;
  });
}
