/**
 * `pow` of fdlibm 5.3 as Java's `StrictMath` has it (Sun Microsystems; JDK `FdLibm.Pow`): the
 * logarithm to base 2 in two parts, times the exponent, then 2 to that power.
 */
import { clearLowWord, highWord, withHighWord } from "./fdlibm.ts";

const INFINITY = Number.POSITIVE_INFINITY;

/** A number to a power. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const special = specialPower(x, y);
  if (special !== null) return special;
  const integer = x < 0 ? parityOf(Math.abs(y)) : "none";
  if (x < 0 && integer === "none") return Number.NaN;
  const sign = integer === "odd" ? -1 : 1;
  const size = Math.abs(x);
  if (Math.abs(y) <= 2 ** 31 * (1 + 2 ** -20 - 2 ** -52)) {
    return sign * powerOfTwo(y, ...logarithm(size));
  }
  if (size < 1 - 2 ** -21) return y < 0 ? sign * INFINITY : sign * 0;
  if (size > 1 + 2 ** -20 - 2 ** -52) return y > 0 ? sign * INFINITY : sign * 0;
  return sign * powerOfTwo(y, ...logarithmNearOne(size));
}

/** Exponents and bases whose power needs no logarithm; null for the others. */
function specialPower(x: number, y: number): number | null {
  const size = Math.abs(x);
  if (y === 2) return x * x;
  if (y === 0.5 && x >= -Number.MAX_VALUE) return Math.sqrt(x + 0);
  if (Math.abs(y) === 1) return y === 1 ? x : 1 / x;
  if (!Number.isFinite(y)) {
    if (size === 1) return Number.NaN;
    return size > 1 === y > 0 ? INFINITY : 0;
  }
  if (size !== 0 && size !== INFINITY && size !== 1) return null;
  const z = y < 0 ? 1 / size : size;
  if (x > 0 || Object.is(x, 0)) return z;
  const parity = parityOf(Math.abs(y));
  if (size === 1 && parity === "none") return Number.NaN;
  return parity === "odd" ? -z : z;
}

function parityOf(size: number): "odd" | "even" | "none" {
  if (size >= 2 ** 53) return "even";
  if (!Number.isInteger(size)) return "none";
  return size % 2 === 1 ? "odd" : "even";
}

/** log2 of a number within 2^-20 of 1, as high and low part. */
function logarithmNearOne(size: number): [number, number] {
  const t = size - 1;
  const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
  const u = 1.4426950216293335 * t;
  const v = t * 1.9259629911266175e-8 - w * Math.LOG2E;
  const high = clearLowWord(u + v);
  return [high, v - (high - u)];
}

const L = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534,
  0.23066074577556175, 0.20697501780033842,
] as const;

/** log2 of a positive number, as high and low part. */
function logarithm(given: number): [number, number] {
  let size = given;
  let n = 0;
  if (highWord(size) < 0x00100000) {
    size *= 2 ** 53;
    n = -53;
  }
  const word = highWord(size);
  n += (word >> 20) - 0x3ff;
  const j = word & 0x000fffff;
  let high = j | 0x3ff00000;
  const k = j > 0x3988e && j < 0xbb67a ? 1 : 0;
  if (j >= 0xbb67a) {
    n++;
    high -= 0x00100000;
  }
  size = withHighWord(size, high);
  const base = k === 1 ? 1.5 : 1;
  const u = size - base;
  const v = 1 / (size + base);
  const ss = u * v;
  const sHigh = clearLowWord(ss);
  const tHigh = withHighWord(0, ((high >> 1) | 0x20000000) + 0x00080000 + (k << 18));
  const tLow = size - (tHigh - base);
  const sLow = v * (u - sHigh * tHigh - sHigh * tLow);
  return combine({ ss, sHigh, sLow, k, n });
}

function combine(parts: {
  ss: number;
  sHigh: number;
  sLow: number;
  k: number;
  n: number;
}): [number, number] {
  const { ss, sHigh, sLow, k, n } = parts;
  const [dpHigh, dpLow] = k === 1 ? [0.5849624872207642, 1.350039202129749e-8] : [0, 0];
  const s2 = ss * ss;
  let r = s2 * s2 * (L[0] + s2 * (L[1] + s2 * (L[2] + s2 * (L[3] + s2 * (L[4] + s2 * L[5])))));
  r += sLow * (sHigh + ss);
  const square = sHigh * sHigh;
  const tHigh = clearLowWord(3 + square + r);
  const tLow = r - (tHigh - 3 - square);
  const u = sHigh * tHigh;
  const v = sLow * tHigh + tLow * ss;
  const pHigh = clearLowWord(u + v);
  const pLow = v - (pHigh - u);
  const zHigh = 0.9617967009544373 * pHigh;
  const zLow = -7.028461650952758e-9 * pHigh + pLow * 0.9617966939259756 + dpLow;
  const high = clearLowWord(zHigh + zLow + dpHigh + n);
  return [high, zLow - (high - n - dpHigh - zHigh)];
}

/** 2 to the power `y * (high + low)`. */
function powerOfTwo(y: number, high: number, low: number): number {
  const yHigh = clearLowWord(y);
  const pLow = (y - yHigh) * high + y * low;
  let pHigh = yHigh * high;
  const z = pLow + pHigh;
  if (z > 1024 || (z === 1024 && pLow + 8.008566259537294e-17 > z - pHigh)) return INFINITY;
  if (z < -1075 || (z === -1075 && pLow <= z - pHigh)) return 0;
  const word = highWord(z);
  let n = 0;
  if ((word & 0x7fffffff) > 0x3fe00000) {
    n = word + (0x00100000 >> (((word & 0x7fffffff) >> 20) - 0x3ff + 1));
    const k = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const whole = withHighWord(0, n & ~(0x000fffff >> k));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - k);
    if (word < 0) n = -n;
    pHigh -= whole;
  }
  return scale(exponential(pHigh, pLow), n);
}

const P = [
  0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934, -0.0000016533902205465252,
  4.1381367970572385e-8,
] as const;

/** 2 to the power of a sum within ±0.5. */
function exponential(pHigh: number, pLow: number): number {
  const sum = clearLowWord(pLow + pHigh);
  const u = sum * 0.6931471824645996;
  const v = (pLow - (sum - pHigh)) * Math.LN2 + sum * -1.904654299957768e-9;
  const z = u + v;
  const w = v - (z - u);
  const t = z * z;
  const t1 = z - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
  const r = (z * t1) / (t1 - 2) - (w + z * w);
  return 1 - (r - z);
}

/** `value * 2^n`, rounded once. */
function scale(value: number, n: number): number {
  const word = highWord(value) + (n << 20);
  if (word >> 20 > 0) return withHighWord(value, word);
  // One exact step, then one that rounds to a subnormal.
  return value * 2 ** (n + 54) * 2 ** -54;
}
