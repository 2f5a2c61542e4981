/**
 * The one way to make a worker thread. The thread starts in `privacy-bootstrap.worker`, which puts
 * the parent's policy in force and only then imports the wanted entry, so an entry cannot forget.
 * What the thread's guard refuses is reported to the parent's listener.
 */
import {
  MessageChannel,
  type ResourceLimits,
  type TransferListItem,
  type Worker,
} from "node:worker_threads";

import { currentPolicy, type EgressAttempt, reportAttempt } from "./guard.ts";
import { createUnguardedWorker } from "./guard-workers.ts";
import type { PrivacyPolicy } from "./policy.ts";

/** What the bootstrap finds as `workerData`; the entry then sees `data` there. */
export interface BootstrapData {
  entry: string;
  policy: PrivacyPolicy;
  data: unknown;
  attempts: import("node:worker_threads").MessagePort;
}

export interface WorkerOptions {
  /** Becomes `workerData` in the entry. */
  data?: unknown;
  transferList?: readonly TransferListItem[];
  name?: string;
  /** Bounds of the thread's heap, as Node has them. */
  resourceLimits?: ResourceLimits;
}

/** Starts `entry` under this thread's policy; without a policy in force, under `sovereign`. */
export function startWorker(entry: URL, options: WorkerOptions = {}): Worker {
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (attempt: EgressAttempt) => reportAttempt(attempt));
  port1.unref();
  const policy = currentPolicy() ?? { tier: "sovereign", endpoints: [], location: "batuta.toml" };
  const { href } = findBuilt(entry);
  const data: BootstrapData = { entry: href, policy, data: options.data, attempts: port2 };
  // The build puts the bootstrap beside the chunk this file ends up in.
  const bootstrap = findBuilt(new URL("./privacy-bootstrap.worker.js", import.meta.url));
  return createUnguardedWorker(bootstrap, {
    workerData: data,
    transferList: [port2, ...(options.transferList ?? [])],
    // A program given by `--input-type=module -e` hands the flag on, and a thread refuses it.
    ...(process.execArgv.some((flag) => flag.startsWith("--input-type")) ? { execArgv: [] } : {}),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
  });
}

/** Tests and benches run the sources as they are; the threads they start run the build. */
function findBuilt(entry: URL): URL {
  if (!import.meta.url.endsWith(".ts")) return entry;
  const name = entry.pathname.split("/").at(-1)!;
  return new URL(`../../../dist/lib/${name}`, import.meta.url);
}
