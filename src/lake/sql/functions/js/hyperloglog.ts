/**
 * HyperLogLog++ (Heule, Nunkesser, Hall 2013) as Spark counts with it: 2^p registers chosen by the
 * top p bits of a 64-bit hash, each holding the longest run of zeros seen behind them. The paper's
 * empirical bias tables are not here: estimates that need them are null.
 */

/** p for a relative standard deviation; below 4 there are too few registers. */
export function indexBits(deviation: number): number {
  return Math.ceil((2 * Math.log(1.106 / deviation)) / Math.log(2));
}

/** Register and run length of one hash, as `register * 64 + length`. */
export function registerOf(hash: bigint, bits: number): number {
  const unsigned = BigInt.asUintN(64, hash);
  const index = Number(unsigned >> BigInt(64 - bits));
  const rest = BigInt.asUintN(64, (unsigned << BigInt(bits)) | (1n << BigInt(bits - 1)));
  return index * 64 + (64 - rest.toString(2).length) + 1;
}

/** Up to where linear counting is better than the estimate, for p = 4 … 18 (figure 6, table 1). */
const LINEAR_LIMIT = [
  ...[10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 11500, 20000, 50000, 120000, 350000],
];

function alpha(bits: number, m: number): number {
  if (bits === 4) return 0.673;
  if (bits === 5) return 0.697;
  return bits === 6 ? 0.709 : 0.7213 / (1 + 1.079 / m);
}

/** How many different values the registers saw; null where a bias table would correct it. */
export function estimateDistinct(seen: readonly number[], bits: number): number | null {
  const m = 2 ** bits;
  const registers = new Uint8Array(m);
  for (const pair of seen) {
    const index = Math.floor(pair / 64);
    registers[index] = Math.max(registers[index]!, pair % 64);
  }
  let sum = 0;
  let empty = 0;
  for (const length of registers) {
    sum += 1 / (1 << length);
    if (length === 0) empty++;
  }
  const estimate = (alpha(bits, m) * m * m) / sum;
  if (empty > 0) {
    const linear = m * Math.log(m / empty);
    if (linear <= LINEAR_LIMIT[bits - 4]! || estimate <= 2.5 * m) return Math.round(linear);
  }
  return estimate < 5 * m ? null : Math.round(estimate);
}
