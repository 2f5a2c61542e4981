/** Worker threads start unguarded; only `startWorker` may make one, and it installs the guard. */
import workerThreads from "node:worker_threads";

import type { Gate } from "./guard.ts";

type WorkerConstructor = typeof workerThreads.Worker;

const UnguardedWorker: WorkerConstructor = workerThreads.Worker;

/** For `startWorker` alone. */
export function createUnguardedWorker(
  ...args: ConstructorParameters<WorkerConstructor>
): workerThreads.Worker {
  return new UnguardedWorker(...args);
}

/** Refuses `new Worker(…)` from anywhere else while a tier is in force. */
export function patchWorkers(gate: Gate): void {
  workerThreads.Worker = new Proxy(UnguardedWorker, {
    construct(target, args, newTarget) {
      const error = gate.isOpen() ? null : gate.refuse("worker", "", null);
      if (error !== null) throw error;
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
}
