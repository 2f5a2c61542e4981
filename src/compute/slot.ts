/**
 * The shared bytes between the pool and one of its threads: eight words, then the result and up to
 * 24 arguments as f64.
 */

/** Words of a slot. `posted` counts jobs given, `done` jobs finished; `ready` is set once. */
export const FIELD = {
  posted: 0,
  done: 1,
  failed: 2,
  kernel: 3,
  fn: 4,
  argCount: 5,
  ready: 6,
} as const;

const MOST_ARGS = 24;
const WORDS = 8;

/** Looks at the word before sleeping on it: a barrier every few microseconds must not sleep. */
export const SPINS = 20_000;

export function createSlot(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4 + (1 + MOST_ARGS) * 8);
}

/** `numbers[0]` is the result, the arguments follow. */
export function slotViews(slot: SharedArrayBuffer): { words: Int32Array; numbers: Float64Array } {
  return {
    words: new Int32Array(slot, 0, WORDS),
    numbers: new Float64Array(slot, WORDS * 4, 1 + MOST_ARGS),
  };
}
