/**
 * A thread of `pool.ts`: waits for a job in its slot, calls the named function of the kernel it was
 * sent, writes the result, waits again. It never returns to its event loop; new kernels arrive on a
 * port that it reads when told to.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { FIELD, SPINS, slotViews } from "./slot.ts";
import {
  instantiate,
  type KernelFunction,
  type WasmMemory,
  type WasmModule,
} from "./wasm/webassembly.ts";

interface Registered {
  number: number;
  module: WasmModule;
  memory: WasmMemory;
  names: string[];
}

const { slot, port } = workerData as { slot: SharedArrayBuffer; port: MessagePort };
const { words, numbers } = slotViews(slot);
const kernels: KernelFunction[][] = [];

function register(): void {
  for (;;) {
    const received = receiveMessageOnPort(port)?.message as Registered | undefined;
    if (received === undefined) return;
    const { number, module, memory, names } = received;
    const exports = instantiate(module, memory);
    kernels[number] = names.map((name) => exports[name] as KernelFunction);
  }
}

function work(): void {
  const kernel = words[FIELD.kernel]!;
  register();
  const fn = kernels[kernel]![words[FIELD.fn]!]!;
  const args = Array.from(numbers.subarray(1, 1 + words[FIELD.argCount]!));
  numbers[0] = fn(...args) ?? 0;
}

Atomics.store(words, FIELD.ready, 1);
parentPort!.postMessage("ready");
let seen = 0;
for (;;) {
  for (let spin = 0; spin < SPINS && Atomics.load(words, FIELD.posted) === seen; spin++);
  // A notice may come late, of a job that is done: doing it again would spoil sums in place.
  while (Atomics.load(words, FIELD.posted) === seen) Atomics.wait(words, FIELD.posted, seen);
  seen = Atomics.load(words, FIELD.posted);
  try {
    work();
    words[FIELD.failed] = 0;
  } catch {
    words[FIELD.failed] = 1;
  }
  Atomics.store(words, FIELD.done, seen);
  Atomics.notify(words, FIELD.done);
}
