/** First code of every worker thread: the guard, then the entry. See `worker.ts`. */
import { syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";

import { installEgressGuard } from "./guard.ts";
import type { BootstrapData } from "./worker.ts";

const { entry, policy, data, attempts } = workerThreads.workerData as BootstrapData;
installEgressGuard(policy, (attempt) => attempts.postMessage(attempt));
attempts.unref();
// The entry reads `workerData` as if it had been started directly.
Object.assign(workerThreads, { workerData: data });
syncBuiltinESMExports();
await import(entry);
