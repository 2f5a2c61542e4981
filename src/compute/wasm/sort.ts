/** Sorting and selecting over `kernels/linear/sort.ts`, every pass shared by all threads. */
import type { Call, Runner } from "./runner.ts";

const DIGITS = 2048;
const COUNT_BYTES = DIGITS * 4;
/** The last first digit is that of NaN. */
const NUMBER_DIGITS = DIGITS - 1;
const SHIFTS = [0, 11, 22];
/** Counting or moving an entry beside a multiply-add. */
const ENTRY_COST = 8;

/** `Keys` are values alone (4 bytes), `Pairs` have their indices (8). */
type Entries = "Keys" | "Pairs";

/** Values of `x` in ascending order, NaN last, to `target` or a place of their own; their offset. */
export function sortValues(runner: Runner, call: Call, x: Float32Array, target?: number): number {
  const keys = call.scratch(x.length * 4);
  const from = call.in(x);
  const shares = runner
    .split(x.length, ENTRY_COST)
    .map(([i, end]) => [from + i * 4, end - i, keys + i * 4]);
  call.runAll("makeKeys", shares);
  return sortEntries(runner, call, "Keys", [keys, x.length], target);
}

/** Offset of the indices of `x` in ascending order of its values, NaN last. */
export function sortIndices(runner: Runner, call: Call, x: Float32Array): number {
  const pairs = call.scratch(x.length * 8);
  const from = call.in(x);
  const shares = runner
    .split(x.length, ENTRY_COST)
    .map(([i, end]) => [from + i * 4, end - i, i, pairs + i * 8]);
  call.runAll("makePairs", shares);
  return sortEntries(runner, call, "Pairs", [pairs, x.length]);
}

/**
 * Indices of the `k` best of `x`, best first, ties by the smaller index; fewer when fewer are numbers.
 * Only what shares a first digit with the last of them, or comes before, is sorted.
 */
export function selectIndices(
  runner: Runner,
  call: Call,
  x: Float32Array,
  { k, isLargest }: { k: number; isLargest: boolean },
): Uint32Array {
  const [from, order] = [call.in(x), Number(isLargest)];
  const cut = runner.split(x.length, ENTRY_COST);
  const places = cut.map(() => call.scratch(COUNT_BYTES));
  const counting = cut.map(([i, end], share) => [from + i * 4, end - i, order, places[share]!]);
  call.runAll("countFirst", counting);
  const counts = places.map((place) => call.readUint32(place, DIGITS));
  const held = cut.map(() => 0);
  let [digit, total] = [0, 0];
  for (; digit < NUMBER_DIGITS && total < k; digit++) {
    for (const [share, count] of counts.entries()) {
      held[share]! += count[digit]!;
      total += count[digit]!;
    }
  }
  const pairs = call.scratch(total * 8);
  let to = pairs;
  const keeping = cut.map(([i, end], share) => {
    const place = to;
    to += held[share]! * 8;
    return [from + i * 4, end - i, i, order, digit - 1, place];
  });
  if (total > 0) call.runAll("keepFirst", keeping);
  const sorted = sortEntries(runner, call, "Pairs", [pairs, total]);
  return call.readUint32(sorted, Math.min(k, total));
}

/** Sorts `length` entries; returns the offset of their values or indices: `target`, if there is one. */
function sortEntries(
  runner: Runner,
  call: Call,
  kind: Entries,
  [entries, length]: readonly [offset: number, length: number],
  target?: number,
): number {
  const width = kind === "Keys" ? 4 : 8;
  const cut = runner.split(length, ENTRY_COST);
  const counts = call.scratch(cut.length * COUNT_BYTES);
  let [from, to] = [entries, call.scratch(length * width)];
  for (const shift of SHIFTS) {
    const ranges = cut.map(([i, end], share) => {
      return [from + i * width, end - i, shift, counts + share * COUNT_BYTES];
    });
    call.runAll(`count${kind}`, ranges);
    if (call.run("placeDigits", counts, cut.length, length) === 1) continue;
    call.runAll(
      `move${kind}`,
      ranges.map((range) => [...range, to]),
    );
    [from, to] = [to, from];
  }
  const result = target ?? to;
  const taking = cut.map(([i, end]) => [from + i * width, end - i, result + i * 4]);
  call.runAll(`take${kind}`, taking);
  return result;
}
