/**
 * sin, cos and tan, correctly rounded but for rare ties: Java's intrinsics for them err by hardly
 * more than half a unit in the last place, JavaScript engines by up to a whole one. Arguments are
 * reduced by exact multiples of π/2 and the series summed in pairs of doubles (T. J. Dekker, "A
 * floating-point technique for extending the available precision", 1971).
 */

/** An unevaluated sum of two doubles. */
type Pair = readonly [high: number, low: number];

const SPLIT = 2 ** 27 + 1;

function sum(a: number, b: number): Pair {
  const s = a + b;
  const t = s - a;
  return [s, a - (s - t) + (b - t)];
}

function product(a: number, b: number): Pair {
  const p = a * b;
  const ta = SPLIT * a;
  const tb = SPLIT * b;
  const ah = ta - (ta - a);
  const bh = tb - (tb - b);
  const al = a - ah;
  const bl = b - bh;
  return [p, ah * bh - p + ah * bl + al * bh + al * bl];
}

function add(x: Pair, y: Pair): Pair {
  const [s, e] = sum(x[0], y[0]);
  const [t, f] = sum(x[1], y[1]);
  const [u, g] = sum(s, e + t);
  return sum(u, g + f);
}

function multiply(x: Pair, y: Pair): Pair {
  const [p, e] = product(x[0], y[0]);
  return sum(p, e + x[0] * y[1] + x[1] * y[0]);
}

function divide(x: Pair, y: Pair): Pair {
  const q = x[0] / y[0];
  const rest = add(x, multiply(y, [-q, 0]));
  return sum(q, (rest[0] + rest[1]) / y[0]);
}

const FRACTION_BITS = 1200n;
const ONE = 1n << FRACTION_BITS;

/** arctan(1/n) as a fixed-point number. */
function arctanOfInverse(n: bigint): bigint {
  let [term, total] = [ONE / n, 0n];
  for (let k = 1n; term !== 0n; k += 2n) {
    total += k % 4n === 1n ? term / k : -term / k;
    term /= n * n;
  }
  return total;
}

/** A fixed-point number as a pair. */
function toPair(value: bigint): Pair {
  const scaled = (x: bigint): number => {
    const size = x < 0n ? -x : x;
    const excess = size.toString(2).length - 64;
    const cut = excess > 0 ? Number(x >> BigInt(excess)) : Number(x);
    return excess > 0 ? cut * 2 ** (excess - Number(FRACTION_BITS)) : cut * 2 ** -1200;
  };
  const high = scaled(value);
  return [high, scaled(value - fromDouble(high))];
}

/** A double as a fixed-point number. */
function fromDouble(x: number): bigint {
  if (x === 0) return 0n;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))) - 60, -1074);
  const mantissa = BigInt(x / 2 ** exponent);
  const shift = FRACTION_BITS + BigInt(exponent);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

/** π/2 by Machin's formula. */
const HALF_PI = 2n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));

/** 1/n! for n from 0. */
const INVERSE_FACTORIALS: readonly Pair[] = (() => {
  const pairs: Pair[] = [];
  let factorial = 1n;
  for (let n = 0n; n < 28n; n++) {
    if (n > 0n) factorial *= n;
    pairs.push(toPair(ONE / factorial));
  }
  return pairs;
})();

/** The rest within ±π/4 and how many quarter turns were taken off. */
function reduce(x: number): { rest: Pair; quarter: number } {
  if (Math.abs(x) <= Math.PI / 4) return { rest: [x, 0], quarter: 0 };
  if (Math.abs(x) < 1e6) return reduceMedium(x);
  const value = fromDouble(x);
  const twice = 2n * value + HALF_PI;
  let turns = twice / (2n * HALF_PI);
  if (twice < 0n && twice % (2n * HALF_PI) !== 0n) turns -= 1n;
  return { rest: toPair(value - turns * HALF_PI), quarter: Number(((turns % 4n) + 4n) % 4n) };
}

/** π/2 in parts of 33 bits, whose products with less than 2^20 turns are exact. */
const HALF_PI_PARTS = [
  1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32,
] as const;

function reduceMedium(x: number): { rest: Pair; quarter: number } {
  const turns = Math.round(x / (Math.PI / 2));
  const [first, second, third, fourth] = HALF_PI_PARTS.map((part) => -turns * part);
  const upper = add(sum(x, first!), [second!, 0]);
  return { rest: add(upper, sum(third!, fourth!)), quarter: ((turns % 4) + 4) % 4 };
}

/** The Taylor series with the terms from `first` on, every second one, signs alternating. */
function series(rest: Pair, first: number): Pair {
  const square = multiply(rest, rest);
  const negative: Pair = [-square[0], -square[1]];
  let total: Pair = [0, 0];
  for (let n = first + 26; n >= first; n -= 2) {
    total = add(multiply(total, negative), INVERSE_FACTORIALS[n]!);
  }
  return total;
}

function sinAndCos(x: number): { sin: Pair; cos: Pair } {
  const { rest, quarter } = reduce(x);
  const sin = multiply(series(rest, 1), rest);
  const cos = series(rest, 0);
  const negate = (p: Pair): Pair => [-p[0], -p[1]];
  const turned = [
    { sin, cos },
    { sin: cos, cos: negate(sin) },
    { sin: negate(sin), cos: negate(cos) },
    { sin: negate(cos), cos: sin },
  ] as const;
  return turned[quarter]!;
}

/** Below this the functions are their argument, or 1. */
const TINY = 2 ** -27;

/** Sine of an angle. */
export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  return Math.abs(x) < TINY ? Math.sin(x) : sinAndCos(x).sin[0];
}

/** Cosine of an angle. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  return Math.abs(x) < TINY ? 1 : sinAndCos(x).cos[0];
}

/** Tangent of an angle. */
export function tan(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  if (Math.abs(x) < TINY) return Math.tan(x);
  const { sin: s, cos: c } = sinAndCos(x);
  return divide(s, c)[0];
}
