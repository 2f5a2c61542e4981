/** The definition of 8-bit codes and of GGML's weight formats, block by block. */
import type { QuantisedOps, WeightFormat } from "../backend.ts";
import {
  checkMatvec,
  checkQuantize,
  checkSameLength,
  checkScanInt8,
  checkWeights,
} from "../check.ts";
import { WEIGHT_FORMATS } from "../formats.ts";

export const quantisedOps: QuantisedOps = {
  dotInt8(a, b) {
    checkSameLength("dotInt8", a.length, b.length);
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  },
  scanInt8(query, rows, out) {
    const n = checkScanInt8(query, rows, out);
    const d = query.length;
    for (let i = 0; i < n; i++) {
      out[i] = quantisedOps.dotInt8(query, rows.subarray(i * d, (i + 1) * d));
    }
  },
  quantizeInt8(x, group, codes, scales) {
    const groups = checkQuantize(x, group, codes, scales);
    for (let g = 0; g < groups; g++) {
      const values = x.subarray(g * group, (g + 1) * group);
      const most = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
      const inverse = Math.fround(127 / most);
      const factor = Number.isFinite(inverse) ? inverse : 0;
      scales[g] = most / 127;
      for (const [j, value] of values.entries()) {
        codes[g * group + j] = roundToEven(Math.fround(value * factor));
      }
    }
  },
  dequantize(format, weights, out) {
    const blocks = checkWeights(format, weights, out);
    const { bytes, values } = WEIGHT_FORMATS[format];
    const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
    for (let b = 0; b < blocks; b++) {
      const block = new DataView(view.buffer, view.byteOffset + b * bytes, bytes);
      for (let i = 0; i < values; i++) out[b * values + i] = BLOCKS[format](block, i);
    }
  },
  matvec(format, weights, x, out) {
    const rowBytes = checkMatvec(format, weights, x, out);
    const rounded = roundVector(format, x);
    const row = new Float32Array(x.length);
    for (let i = 0; i < out.length; i++) {
      quantisedOps.dequantize(format, weights.subarray(i * rowBytes, (i + 1) * rowBytes), row);
      out[i] = row.reduce((sum, value, j) => sum + value * rounded[j]!, 0);
    }
  },
};

/** The vector as its codes tell it. */
function roundVector(format: WeightFormat, x: Float32Array): Float64Array {
  const { group } = WEIGHT_FORMATS[format];
  if (group === 0) return Float64Array.from(x);
  const [codes, scales] = [new Int8Array(x.length), new Float32Array(x.length / group)];
  quantisedOps.quantizeInt8(x, group, codes, scales);
  return Float64Array.from(codes, (code, i) => code * scales[Math.floor(i / group)]!);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** The value `i` of a block, in f32 arithmetic as GGML's reference has it. */
const BLOCKS: Readonly<Record<WeightFormat, (block: DataView, i: number) => number>> = {
  Q8_0: (block, i) => Math.fround(block.getInt8(2 + i) * readHalf(block, 0)),
  Q4_0: (block, i) => Math.fround((readNibble(block, 2, i) - 8) * readHalf(block, 0)),
  Q4_1: (block, i) => addLeast(block, readNibble(block, 4, i)),
  Q5_0(block, i) {
    const code = readNibble(block, 6, i) + 16 * readBit(block, 2, i);
    return Math.fround((code - 16) * readHalf(block, 0));
  },
  Q5_1: (block, i) => addLeast(block, readNibble(block, 8, i) + 16 * readBit(block, 4, i)),
  Q4_K(block, i) {
    const pair = block.getUint8(16 + (i >> 6) * 32 + (i & 31));
    return scaleMinima(block, i >> 5, ((i >> 5) & 1) === 1 ? pair >> 4 : pair & 15);
  },
  Q5_K(block, i) {
    const pair = block.getUint8(48 + (i >> 6) * 32 + (i & 31));
    const code = ((i >> 5) & 1) === 1 ? pair >> 4 : pair & 15;
    return scaleMinima(
      block,
      i >> 5,
      code + 16 * ((block.getUint8(16 + (i & 31)) >> (i >> 5)) & 1),
    );
  },
  Q6_K(block, i) {
    const [half, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
    const pair = block.getUint8(half * 64 + (quarter & 1) * 32 + l);
    const low = quarter < 2 ? pair & 15 : pair >> 4;
    const high = (block.getUint8(128 + half * 32 + l) >> (2 * quarter)) & 3;
    const scale = block.getInt8(192 + half * 8 + quarter * 2 + (l >> 4));
    const a = Math.fround(readHalf(block, 208) * scale);
    return Math.fround(a * ((low | (high << 4)) - 32));
  },
  F16: (block) => readHalf(block, 0),
  BF16(block) {
    const bits = new Uint32Array([block.getUint16(0, true) << 16]);
    return new Float32Array(bits.buffer)[0]!;
  },
};

/** Value `i` of 32 nibbles: the low ones come first. */
function readNibble(block: DataView, at: number, i: number): number {
  const pair = block.getUint8(at + (i & 15));
  return i < 16 ? pair & 15 : pair >> 4;
}

function readBit(block: DataView, at: number, i: number): number {
  return (block.getUint8(at + (i >> 3)) >> (i & 7)) & 1;
}

/** A code of Q4_1 or Q5_1: times the scale, plus the least value. */
function addLeast(block: DataView, code: number): number {
  return Math.fround(Math.fround(code * readHalf(block, 0)) + readHalf(block, 2));
}

/** A code of sub-block `group` of Q4_K or Q5_K, by the 6-bit scale and minimum of that. */
function scaleMinima(block: DataView, group: number, code: number): number {
  const byte = (at: number): number => block.getUint8(4 + at);
  const isFirst = group < 4;
  const scale = isFirst ? byte(group) & 63 : (byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4);
  const least = isFirst ? byte(group + 4) & 63 : (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4);
  const [a, c] = [readHalf(block, 0) * scale, readHalf(block, 2) * least];
  return Math.fround(Math.fround(Math.fround(a) * code) - Math.fround(c));
}

/** IEEE half precision at a byte offset. */
function readHalf(block: DataView, at: number): number {
  const bits = block.getUint16(at, true);
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
