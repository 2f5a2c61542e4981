/** The worker's own code: tries everything without a word about the guard. */
import { parentPort, workerData } from "node:worker_threads";

import { tryEveryClient } from "./every-client.ts";

parentPort?.postMessage({ outcomes: await tryEveryClient(), data: workerData });
