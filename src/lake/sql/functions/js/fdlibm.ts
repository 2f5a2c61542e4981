/**
 * Functions in which JavaScript engines leave fdlibm 5.3 and Java's `StrictMath` does not: cbrt,
 * hypot, atan2, cosh, tanh (Sun, https://www.netlib.org/fdlibm; JDK `FdLibm.java`). Step
 * for step, because the last bit depends on every rounding. `pow` is in `fdlibm-pow.ts`.
 */
const view = new DataView(new ArrayBuffer(8));

/** The upper 32 bits of a double, signed. */
export function highWord(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0);
}

/** The double with its upper 32 bits replaced. */
export function withHighWord(x: number, high: number): number {
  view.setFloat64(0, x);
  view.setInt32(0, high);
  return view.getFloat64(0);
}

/** The double with its lower 32 bits cleared. */
export function clearLowWord(x: number): number {
  view.setFloat64(0, x);
  view.setInt32(4, 0);
  return view.getFloat64(0);
}

/** fdlibm's e¹ is one unit off in the last place; JavaScript engines correct it, Java does not. */
export function exp(x: number): number {
  return x === 1 ? Math.E + 2 ** -51 : Math.exp(x);
}

/** Hyperbolic cosine. */
export function cosh(x: number): number {
  if (Math.abs(x) !== 1) return Math.cosh(x);
  return 0.5 * exp(1) + 0.5 / exp(1);
}

/** Hyperbolic tangent: JavaScript returns small arguments as they are, fdlibm only tiny ones. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size >= 2 ** -28 || size < 2 ** -55) return Math.tanh(x);
  const t = Math.expm1(-2 * size);
  const z = -t / (t + 2);
  return x < 0 ? -z : z;
}

/** Cube root. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const size = Math.abs(x);
  let t: number;
  if (size < 2 ** -1022) {
    t = 2 ** 54 * size;
    t = withHighWord(t, Math.trunc(highWord(t) / 3) + 696219795);
  } else {
    t = withHighWord(0, Math.trunc(highWord(size) / 3) + 715094163);
  }
  let r = (t * t) / size;
  let s = 0.5428571428571428 + r * t;
  t *=
    0.35714285714285715 + 1.6071428571428572 / (s + 1.4142857142857144 + -0.7053061224489796 / s);
  // Cut to 20 bits and made larger than the root, then one step of Newton's iteration.
  t = clearLowWord(t);
  t = withHighWord(t, highWord(t) + 1);
  s = t * t;
  r = size / s;
  const w = t + t;
  r = (r - t) / (w + r);
  t += t * r;
  return x < 0 ? -t : t;
}

/** Length of the hypotenuse without undue overflow. */
export function hypot(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  if (!Number.isFinite(a) || !Number.isFinite(b)) {
    return a === Number.POSITIVE_INFINITY || b === Number.POSITIVE_INFINITY
      ? Number.POSITIVE_INFINITY
      : a + b;
  }
  if (b > a) [a, b] = [b, a];
  let [ha, hb] = [highWord(a), highWord(b)];
  if (ha - hb > 0x3c00000) return a + b;
  let k = 0;
  if (a > 2 ** 500 * (1 + 2 ** -20 - 2 ** -52)) {
    [ha, hb, a, b, k] = [ha - 0x25800000, hb - 0x25800000, a * 2 ** -600, b * 2 ** -600, k + 600];
  }
  if (b < 2 ** -500) {
    if (b === 0) return a;
    if (b < 2 ** -1022) {
      [a, b, k] = [a * 2 ** 1022, b * 2 ** 1022, k - 1022];
    } else {
      [ha, hb, a, b, k] = [ha + 0x25800000, hb + 0x25800000, a * 2 ** 600, b * 2 ** 600, k - 600];
    }
  }
  return 2 ** k * hypotOfMedium(a, b, ha, hb);
}

function hypotOfMedium(a: number, b: number, ha: number, hb: number): number {
  const w = a - b;
  if (w > b) {
    const t1 = withHighWord(0, ha);
    const t2 = a - t1;
    return Math.sqrt(t1 * t1 - (b * -b - t2 * (a + t1)));
  }
  const twice = a + a;
  const y1 = withHighWord(0, hb);
  const y2 = b - y1;
  const t1 = withHighWord(0, ha + 0x00100000);
  const t2 = twice - t1;
  return Math.sqrt(t1 * y1 - (w * -w - (t1 * y2 + t2 * b)));
}

const PI_LOW = 1.2246467991473532e-16;

/** Angle of a point. */
export function atan2(y: number, x: number): number {
  if (!Number.isFinite(x) || !Number.isFinite(y) || x === 0 || y === 0 || x === 1) {
    return Math.atan2(y, x);
  }
  const k = (highWord(Math.abs(y)) - highWord(Math.abs(x))) >> 20;
  const z = k > 60 ? Math.PI / 2 + 0.5 * PI_LOW : x < 0 && k < -60 ? 0 : Math.atan(Math.abs(y / x));
  if (x > 0) return y < 0 ? -z : z;
  return y < 0 ? z - PI_LOW - Math.PI : Math.PI - (z - PI_LOW);
}
