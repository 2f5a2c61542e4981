/**
 * Threads for kernels. A call names a function and one list of arguments for each share of the
 * work; this thread does the first share, workers the others, and the call returns when all are
 * done. It blocks, so numeric code stays plain synchronous code.
 *
 * Workers start at the first call that needs them, under the privacy guard, and never keep the
 * process alive. Until one is up, and once one has ended, this thread does its share. Kernels and
 * memories are registered once and named by number.
 */
import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { SovereignError } from "../core/errors.ts";
import { startWorker } from "../core/privacy/index.ts";
import { checkCount } from "./check.ts";
import { createSlot, FIELD, SPINS, slotViews } from "./slot.ts";
import type { Kernel } from "./wasm/load-kernel.ts";
import type { KernelExports, KernelFunction } from "./wasm/webassembly.ts";

/** Memory bandwidth, not cores, is the limit of most kernels beyond this. */
const MOST_THREADS = 16;

/** What the pool needs of a kernel. */
export type PoolKernel = Pick<Kernel, "module" | "memory" | "exports">;

export interface KernelPool {
  /** Shares a call may be cut into. */
  readonly threads: number;
  /** Makes a kernel (module and memory) known; returns its number. */
  register(kernel: PoolKernel): number;
  /** Calls `fn` of a kernel once for each list of arguments, at most `threads` of them. */
  run(kernel: number, fn: string, shares: readonly (readonly number[])[]): number[];
  /** Starts the workers and waits for them; returns how many threads are at work now. */
  start(): Promise<number>;
  /** Ends the workers; the pool runs nothing afterwards. */
  close(): Promise<void>;
}

interface Thread {
  worker: Worker;
  port: MessagePort;
  words: Int32Array;
  numbers: Float64Array;
  known: number;
  hasEnded: boolean;
}

interface Registered {
  kernel: PoolKernel;
  names: string[];
}

/** A pool of `poolSize` threads counting this one; by default the cores of the machine. */
export function createPool(poolSize = defaultThreads()): KernelPool {
  checkCount("threads", poolSize, 1);
  const kernels: Registered[] = [];
  const started: Thread[] = [];
  let isClosed = false;

  function getThread(index: number): Thread {
    const thread = started[index] ?? startThread(index);
    started[index] = thread;
    for (; thread.known < kernels.length; thread.known++) {
      const { kernel, names } = kernels[thread.known]!;
      const { module, memory } = kernel;
      thread.port.postMessage({ number: thread.known, module, memory, names });
    }
    return thread;
  }

  function checkOpen(): void {
    if (!isClosed) return;
    throw new SovereignError("INVALID_PARAMETER_VALUE", "the compute backend is closed", {
      hint: "open another, or close it when its work is done",
    });
  }

  return {
    threads: poolSize,
    register(kernel) {
      kernels.push({ kernel, names: listFunctions(kernel.exports) });
      return kernels.length - 1;
    },
    run(kernel, fn, shares) {
      checkOpen();
      const { names, kernel: known } = kernels[kernel]!;
      const local = known.exports[fn]!;
      const index = names.indexOf(fn);
      const threads = shares.map((_, i) => (i === 0 ? null : getThread(i - 1)));
      const busy = threads.map((thread, i) =>
        thread !== null && isReady(thread) ? post(thread, kernel, index, shares[i]!) : null,
      );
      try {
        const own = shares.map((args, i) => (busy[i] === null ? local(...args) : 0));
        return busy.map((thread, i) => (thread === null ? own[i]! : readResult(thread, fn)));
      } finally {
        // Also when a share of this thread's failed: a slot has room for one job.
        for (const thread of busy) if (thread !== null) awaitThread(thread);
      }
    },
    async start() {
      checkOpen();
      const threads = Array.from({ length: poolSize - 1 }, (_, i) => getThread(i));
      const isUp = await Promise.all(threads.map(awaitStart));
      return 1 + isUp.filter(Boolean).length;
    },
    async close() {
      isClosed = true;
      await Promise.all(started.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

/** As many threads as there are cores, up to sixteen. */
export function defaultThreads(): number {
  return Math.min(MOST_THREADS, availableParallelism());
}

function listFunctions(exports: KernelExports): string[] {
  return Object.keys(exports)
    .filter((name) => typeof (exports[name] as KernelFunction | undefined) === "function")
    .sort();
}

function startThread(index: number): Thread {
  const slot = createSlot();
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const worker = startWorker(new URL("./kernel.worker.js", import.meta.url), {
    data: { slot, port: port2 },
    transferList: [port2],
    name: `kernel-${index + 1}`,
  });
  // Without a thread its work is done here; `start` tells.
  worker.on("error", () => {});
  worker.unref();
  const thread = { worker, port: port1, ...slotViews(slot), known: 0, hasEnded: false };
  worker.once("exit", () => {
    thread.hasEnded = true;
  });
  return thread;
}

function isReady({ words, hasEnded }: Thread): boolean {
  return !hasEnded && Atomics.load(words, FIELD.ready) === 1;
}

/** False when the thread ended before it was up. */
async function awaitStart(thread: Thread): Promise<boolean> {
  const { worker } = thread;
  if (isReady(thread) || thread.hasEnded) return !thread.hasEnded;
  worker.ref();
  const isUp = await new Promise<boolean>((resolve) => {
    worker.once("message", () => resolve(true));
    worker.once("error", () => resolve(false));
    worker.once("exit", () => resolve(false));
  });
  worker.unref();
  return isUp;
}

function post(thread: Thread, kernel: number, fn: number, args: readonly number[]): Thread {
  const { words, numbers } = thread;
  words[FIELD.kernel] = kernel;
  words[FIELD.fn] = fn;
  words[FIELD.argCount] = args.length;
  numbers.set(args, 1);
  Atomics.add(words, FIELD.posted, 1);
  Atomics.notify(words, FIELD.posted);
  return thread;
}

function awaitThread({ words }: Thread): void {
  const posted = Atomics.load(words, FIELD.posted);
  for (let spin = 0; spin < SPINS && Atomics.load(words, FIELD.done) !== posted; spin++);
  for (;;) {
    const done = Atomics.load(words, FIELD.done);
    if (done === posted) return;
    Atomics.wait(words, FIELD.done, done);
  }
}

function readResult(thread: Thread, fn: string): number {
  awaitThread(thread);
  if (thread.words[FIELD.failed] !== 0) {
    throw new SovereignError("INTERNAL_ERROR", `kernel \`${fn}\` failed in a worker`);
  }
  return thread.numbers[0]!;
}
