// Lane sums and multiply-add, used by every kernel. `(a + b) * c` orders are fixed here, once.

/** Sum of four f32 lanes, always ((0 + 1) + (2 + 3)). */
@inline
export function sumLanes(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) +
    (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3))
  );
}

@inline
export function sumLanesI32(a: v128): i32 {
  return (
    i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) +
    (i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3))
  );
}

/** a * b + c: rounded twice in the plain build, once or twice in the relaxed one. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
