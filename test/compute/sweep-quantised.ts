/** Random shapes for 8-bit codes and quantised weights. */

import { WEIGHT_FORMATS } from "../../src/compute/formats.ts";
import type { WeightFormat } from "../../src/compute/index.ts";
import type { Rng } from "../../src/core/rng.ts";
import { expectAllClose, expectClose, place, randomFloats, type SweepCase } from "./sweep.ts";

const FORMATS = Object.keys(WEIGHT_FORMATS) as WeightFormat[];
/** Where a block keeps its f16 scales. */
const HALVES: Readonly<Record<WeightFormat, readonly number[]>> = {
  Q8_0: [0],
  Q4_0: [0],
  Q4_1: [0, 2],
  Q5_0: [0],
  Q5_1: [0, 2],
  Q4_K: [0, 2],
  Q5_K: [0, 2],
  Q6_K: [208],
  F16: [0],
  BF16: [],
};

const randomCodes = (rng: Rng, length: number): Int8Array =>
  Int8Array.from({ length }, () => rng.int(256) - 128);

const int8: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  const [n, d] = [rng.int(30), 1 + rng.int(512)];
  const [query, rows] = [randomCodes(rng, d), randomCodes(rng, n * d)];
  if (rng.int(8) === 0) query.fill(-128);
  const [out, wanted] = [new Int32Array(n), new Int32Array(n)];
  backend.scanInt8(query, rows, out);
  reference.scanInt8(query, rows, wanted);
  expectAllClose("scanInt8", out, wanted, () => 0);
  const other = randomCodes(rng, d);
  expectClose("dotInt8", backend.dotInt8(query, other), reference.dotInt8(query, other), 0);

  const group = 1 + rng.int(64);
  const x = randomFloats(rng, group * rng.int(12));
  const [codes, scales] = [new Int8Array(x.length), new Float32Array(x.length / group)];
  const [wantedCodes, wantedScales] = [codes.slice(), scales.slice()];
  backend.quantizeInt8(place(shapes, x), group, codes, scales);
  reference.quantizeInt8(x, group, wantedCodes, wantedScales);
  expectAllClose("quantizeInt8 codes", codes, wantedCodes, () => 0);
  expectAllClose("quantizeInt8 scales", scales, wantedScales, () => 0);
};

/** Random bytes with finite scales between 2^-14 and 2^-9. */
function randomWeights(rng: Rng, format: WeightFormat, blocks: number): Uint8Array {
  const { bytes } = WEIGHT_FORMATS[format];
  const weights = Uint8Array.from({ length: blocks * bytes }, () => rng.int(256));
  for (let b = 0; b < blocks; b++) {
    // BF16: the exponent alone, so that no value is huge.
    if (format === "BF16") weights[b * bytes + 1] = 0x3c + rng.int(4) + 128 * rng.int(2);
    for (const at of HALVES[format]) weights[b * bytes + at + 1] = 4 + rng.int(20);
  }
  return weights;
}

const quantised: SweepCase = (shapes) => {
  const { rng, reference, backend } = shapes;
  for (const format of FORMATS) {
    const { values, bytes } = WEIGHT_FORMATS[format];
    const k = values * (values === 1 ? 1 + rng.int(300) : 1 + rng.int(values === 32 ? 8 : 2));
    const n = 1 + rng.int(8);
    const weights = randomWeights(rng, format, (n * k) / values);
    const inside = backend.uint8(weights.length);
    inside.set(weights);
    const [flat, wantedFlat] = [new Float32Array(n * k), new Float32Array(n * k)];
    backend.dequantize(format, rng.int(2) === 0 ? inside : weights, flat);
    reference.dequantize(format, weights, wantedFlat);
    expectAllClose(`dequantize_${format}`, flat, wantedFlat, () => 0);

    const x = randomFloats(rng, k);
    const [out, wanted] = [new Float32Array(n), new Float32Array(n)];
    backend.matvec(format, inside, place(shapes, x), out);
    reference.matvec(format, weights, x, wanted);
    // Formats with sums take a large part off a larger one; the bound is that of both.
    const largest = x.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    const bound = (row: Float32Array): number =>
      largest * row.reduce((sum, value) => sum + Math.abs(value), 0);
    const extra = WEIGHT_FORMATS[format].hasSums ? 10 : 1;
    expectAllClose(`matvec_${format} ${n} x ${k} (${bytes})`, out, wanted, (i) => {
      return 1e-5 * extra * bound(flat.subarray(i * k, (i + 1) * k));
    });
    backend.free(inside);
  }
};

export const QUANTISED_SWEEPS: Readonly<Record<string, SweepCase>> = { int8, quantised };
