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

/** Lets the event loop take in timers and signals; throws the reason of an aborted signal. */
export async function takeTurn(signal?: StopSign): Promise<void> {
  // The first ends in the turn at hand, where signals may have been asked for already.
  await setImmediate();
  await setImmediate();
  signal?.throwIfAborted();
}
