// Functions of one value, four at a time; the last n % 4 go through a vector of their own, so a
// value's result does not depend on where it stands.
import { erf4, exp4, log4 } from "./exp";

@inline
function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** 1 - 2 / (e^2x + 1): to 2e-7 of 1. */
@inline
function tanh4(x: v128): v128 {
  const e = exp4(f32x4.add(x, x));
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
}

@inline
function geluTanh4(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x);
  const inner = f32x4.add(x, f32x4.mul(cube, f32x4.splat(0.044715)));
  const t = tanh4(f32x4.mul(inner, f32x4.splat(0.7978845608028654)));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(f32x4.splat(1), t));
}

@inline
function gelu4(x: v128): v128 {
  const t = erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476)));
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(f32x4.splat(1), t));
}

@inline
function apply(kind: i32, x: v128): v128 {
  if (kind == 0) return f32x4.max(x, f32x4.splat(0));
  if (kind == 1) return sigmoid4(x);
  if (kind == 2) return tanh4(x);
  if (kind == 3) return gelu4(x);
  if (kind == 4) return geluTanh4(x);
  if (kind == 5) return f32x4.mul(x, sigmoid4(x));
  if (kind == 6) return exp4(x);
  return log4(x);
}

@inline
function mapAll(kind: i32, x: usize, out: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(out + (<usize>i << 2), apply(kind, v128.load(x + (<usize>i << 2))));
  }
  for (; i < n; i++) {
    const y = apply(kind, v128.load32_splat(x + (<usize>i << 2)));
    store<f32>(out + (<usize>i << 2), f32x4.extract_lane(y, 0));
  }
}

/** 0 relu, 1 sigmoid, 2 tanh, 3 gelu, 4 gelu by tanh, 5 silu, 6 exp, 7 ln. `out` may be `x`. */
export function activate(kind: i32, x: usize, out: usize, n: i32): void {
  if (kind == 0) mapAll(0, x, out, n);
  else if (kind == 1) mapAll(1, x, out, n);
  else if (kind == 2) mapAll(2, x, out, n);
  else if (kind == 3) mapAll(3, x, out, n);
  else if (kind == 4) mapAll(4, x, out, n);
  else if (kind == 5) mapAll(5, x, out, n);
  else if (kind == 6) mapAll(6, x, out, n);
  else mapAll(7, x, out, n);
}
