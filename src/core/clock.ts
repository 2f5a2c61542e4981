/** The only door to the wall clock. What needs time takes a `Clock`; tests pass a fixed one. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin, for durations. */
  monotonicMs(): number;
}

/** The time of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Stands still until `advance` is called. */
export function createFixedClock(startMs: number): Clock & { advance(durationMs: number): void } {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs - startMs,
    advance(durationMs) {
      nowMs += durationMs;
    },
  };
}
