/** 8-bit codes and quantised weights over `kernels/linear/int8.ts`, `quantised.ts`, `dequantise.ts`. */
import type { QuantisedOps, WeightFormat } from "../backend.ts";
import {
  checkMatvec,
  checkQuantize,
  checkSameLength,
  checkScanInt8,
  checkWeights,
} from "../check.ts";
import { WEIGHT_FORMATS } from "../formats.ts";
import type { Call, Runner } from "./runner.ts";

/** Codes whose sum some kernels take. */
const SUMMED = 16;

export function createQuantisedOps(runner: Runner): QuantisedOps {
  return {
    dotInt8(a, b) {
      checkSameLength("dotInt8", a.length, b.length);
      if (a.length === 0) return 0;
      const out = new Int32Array(1);
      checkScanInt8(a, b, out);
      return runner.call([a, b], (call) => {
        const place = call.scratch(4);
        call.run("scanInt8", call.in(a), call.in(b), place, 1, a.length);
        return call.readUint32(place, 1)[0]! | 0;
      });
    },
    scanInt8(query, rows, out) {
      const n = checkScanInt8(query, rows, out);
      const d = query.length;
      runner.call([rows, query, out], (call) => {
        const [x, q, o] = [call.in(rows), call.in(query), call.out(out)];
        const shares = runner
          .split(n, d)
          .map(([from, to]) => [x + from * d, q, o + from * 4, to - from, d]);
        call.runAll("scanInt8", shares);
      });
    },
    quantizeInt8(x, group, codes, scales) {
      const groups = checkQuantize(x, group, codes, scales);
      runner.call([x, codes, scales], (call) => {
        const [from, to, by] = [call.in(x), call.out(codes), call.out(scales)];
        const shares = runner.split(groups, group * 4).map(([i, end]) => {
          const at = i * group;
          return [from + at * 4, end - i, group, to + at, by + i * 4, 0];
        });
        call.runAll("quantize8", shares);
      });
    },
    dequantize(format, weights, out) {
      const blocks = checkWeights(format, weights, out);
      const { bytes, values } = WEIGHT_FORMATS[format];
      runner.call([weights, out], (call) => {
        const [from, to] = [call.in(weights), call.out(out)];
        const shares = runner
          .split(blocks, values)
          .map(([i, end]) => [from + i * bytes, to + i * values * 4, end - i]);
        call.runAll(nameKernel("dequantise", format), shares);
      });
    },
    matvec(format, weights, x, out) {
      const rowBytes = checkMatvec(format, weights, x, out);
      const k = x.length;
      runner.call([weights, x, out], (call) => {
        const [w, o] = [call.in(weights), call.out(out)];
        const operands = prepareVector(call, format, x);
        const shares = runner
          .split(out.length, k)
          .map(([from, to]) => [w + from * rowBytes, ...operands, o + from * 4, to - from, k]);
        call.runAll(nameKernel("matvec", format), shares);
      });
    },
  };
}

/** `matvecQ4K` and the like. */
function nameKernel(work: "dequantise" | "matvec", format: WeightFormat): string {
  return work + format.replace("_", "");
}

/** What a matvec kernel takes for its vector: f32, or codes and scales, or those and sums. */
function prepareVector(call: Call, format: WeightFormat, x: Float32Array): number[] {
  const { group, hasSums = false } = WEIGHT_FORMATS[format];
  const from = call.in(x);
  if (group === 0) return [from];
  const groups = x.length / group;
  const codes = call.scratch(x.length);
  const scales = call.scratch(groups * 4);
  const sums = hasSums ? call.scratch((x.length / SUMMED) * 2) : 0;
  call.run("quantize8", from, groups, group, codes, scales, sums);
  return hasSums ? [codes, scales, sums] : [codes, scales];
}
