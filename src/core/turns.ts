/**
 * Long computations that leave the event loop its turns, so that Ctrl-C is heard and progress is
 * drawn: work is a generator that yields at moments at which it may be left, run by `runInTurns`.
 */
import { setImmediate } from "node:timers/promises";
import { type Clock, systemClock } from "./clock.ts";

const EVERY_MS = 50;

/** Work in small steps; what it yields tells how far it has come. */
export type Steps<T, Progress = void> = Generator<Progress, T, void>;

/** What an `AbortSignal` is here: libraries without the DOM or Node have no word for it. */
export interface StopSign {
  throwIfAborted(): void;
}

export interface TurnOptions<Progress = void> {
  /** Work ends by throwing its reason. */
  readonly signal?: StopSign | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly clock?: Clock;
}

/** The result of the work; the event loop gets a turn about every 50 ms. */
export async function runInTurns<T, Progress>(
  steps: Steps<T, Progress>,
  { signal, onProgress, clock = systemClock }: TurnOptions<Progress> = {},
): Promise<T> {
  let lastMs = clock.monotonicMs();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - lastMs < EVERY_MS) continue;
    onProgress?.(step.value);
    await takeTurn(signal);
    lastMs = clock.monotonicMs();
  }
}

/** The result of the work, without a turn for anything else. */
export function runAtOnce<T>(steps: Steps<T, unknown>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const SORTED_AT_ONCE = 1 << 15;

/** The items in order, equal ones in the order they had; yields `progress` between small steps. */
export function* sortInSteps<T, Progress>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  progress: Progress,
): Steps<T[], Progress> {
  let source: T[] = [];
  for (let from = 0; from < items.length; from += SORTED_AT_ONCE) {
    const part = items.slice(from, from + SORTED_AT_ONCE).sort(compare);
    for (const item of part) source.push(item);
    yield progress;
  }
  for (let width = SORTED_AT_ONCE; width < source.length; width *= 2) {
    const target: T[] = [];
    for (let from = 0; from < source.length; from += 2 * width) {
      yield* mergeInSteps(source, { from, width, target }, compare, progress);
    }
    source = target;
  }
  return source;
}

/** Appends the sorted stretches of `width` items from `from` on and behind it, in order. */
function* mergeInSteps<T, Progress>(
  source: readonly T[],
  { from, width, target }: { from: number; width: number; target: T[] },
  compare: (a: T, b: T) => number,
  progress: Progress,
): Steps<void, Progress> {
  const middle = Math.min(source.length, from + width);
  const end = Math.min(source.length, middle + width);
  for (let [left, right] = [from, middle]; left < middle || right < end; ) {
    const isLeft = right === end || (left < middle && compare(source[left]!, source[right]!) <= 0);
    target.push(source[isLeft ? left++ : right++]!);
    if (target.length % SORTED_AT_ONCE === 0) yield progress;
  }
}

/** Lets the event loop take in timers and signals; throws the reason of an aborted signal. */
export async function takeTurn(signal?: StopSign): Promise<void> {
  // The first ends in the turn at hand, where signals may have been asked for already.
  await setImmediate();
  await setImmediate();
  signal?.throwIfAborted();
}
