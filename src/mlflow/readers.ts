/**
 * Worker threads with read-only connections for the searches and histories that take long, so that
 * logging goes on meanwhile. A commit is in the file before its answer is sent, so whoever saw the
 * answer also sees the commit here.
 */
import type { Worker } from "node:worker_threads";
import { systemClock } from "../core/clock.ts";
import { startWorker } from "../core/privacy/index.ts";
import type { ApiRequest } from "./dispatch.ts";
import { ROUTES } from "./routes/index.ts";
import type { ApiRoute, Settings } from "./routes/route.ts";
import { MlflowError, type WireErrorCode } from "./wire/error.ts";

/** What a reader is started with. */
export interface ReaderData {
  readonly databasePath: string;
  readonly settings: Settings;
}

/** To a reader. */
export interface ReaderTask {
  readonly id: number;
  /** In `ROUTES`. */
  readonly routeIndex: number;
  readonly request: ApiRequest;
}

/** From a reader. */
export type ReaderResult =
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly errorCode: WireErrorCode | null; readonly message: string };

export interface Readers {
  /** The JSON text that answers `request`. */
  answer(route: ApiRoute, request: ApiRequest): Promise<string>;
  close(): Promise<void>;
}

interface Waiting {
  resolve: (text: string) => void;
  reject: (error: Error) => void;
}

interface Reader {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** When the oldest of those waiting had its turn. */
  taskStartedMs: number;
  isAlive: boolean;
}

const RESTART_MS = 200;
const WATCH_MS = 1000;
/** Longer than any search that pages of 50,000 runs need. */
const LIMIT_MS = 30_000;
const AGAIN = "The search could not be made now; try again.";
const TOO_LONG = "The search takes too long: use a simpler filter, or look through less.";

/** Starts `count` readers; they answer as soon as they are up, and 400 after `limitMs`. */
export function startReaders(
  count: number,
  data: ReaderData,
  { clock = systemClock, limitMs = LIMIT_MS } = {},
): Readers {
  let isClosing = false;
  let nextId = 0;
  const readers = Array.from({ length: count }, start);

  function start(): Reader {
    const worker = startWorker(new URL("./reader.worker.js", import.meta.url), {
      data,
      name: "mlflow-reader",
    });
    const waiting = new Map<number, Waiting>();
    const reader: Reader = { worker, waiting, isAlive: true, taskStartedMs: clock.nowMs() };
    worker.on("message", (result: ReaderResult) => {
      reader.taskStartedMs = clock.nowMs();
      settle(waiting, result);
    });
    worker.on("error", (error) => failAll(waiting, error));
    worker.on("exit", () => {
      reader.isAlive = false;
      failAll(waiting, new Error("a reader ended"));
      // Not at once: one that cannot start would be started without end.
      setTimeout(() => replace(reader), RESTART_MS).unref();
    });
    return reader;
  }

  function replace(reader: Reader): void {
    const at = readers.indexOf(reader);
    if (isClosing || at < 0) return;
    readers[at] = start();
  }

  /** Ends a reader whose search takes too long; the searches behind it are to be tried again. */
  function endOverdue(): void {
    for (const reader of readers) {
      const { worker, waiting, taskStartedMs } = reader;
      if (waiting.size === 0 || clock.nowMs() - taskStartedMs < limitMs) continue;
      const [id = -1] = waiting.keys();
      settle(waiting, { id, errorCode: "BAD_REQUEST", message: TOO_LONG });
      reader.isAlive = false;
      failAll(waiting, new MlflowError("TEMPORARILY_UNAVAILABLE", AGAIN));
      void worker.terminate();
    }
  }
  const watch = setInterval(endOverdue, Math.min(WATCH_MS, limitMs / 2)).unref();

  return {
    answer: (route, request) =>
      new Promise((resolve, reject) => {
        const [first, ...others] = readers.filter(({ isAlive }) => isAlive);
        if (first === undefined) throw new MlflowError("TEMPORARILY_UNAVAILABLE", AGAIN);
        const reader = others.reduce(
          (best, other) => (other.waiting.size < best.waiting.size ? other : best),
          first,
        );
        const id = nextId++;
        if (reader.waiting.size === 0) reader.taskStartedMs = clock.nowMs();
        reader.waiting.set(id, { resolve, reject });
        const task: ReaderTask = { id, routeIndex: ROUTES.indexOf(route), request };
        reader.worker.postMessage(task);
      }),
    close: async () => {
      isClosing = true;
      clearInterval(watch);
      await Promise.all(readers.map(({ worker }) => worker.terminate()));
    },
  };
}

function settle(waiting: Map<number, Waiting>, result: ReaderResult): void {
  const caller = waiting.get(result.id);
  waiting.delete(result.id);
  if ("text" in result) caller?.resolve(result.text);
  else if (result.errorCode === null) caller?.reject(new Error(result.message));
  else caller?.reject(new MlflowError(result.errorCode, result.message));
}

function failAll(waiting: Map<number, Waiting>, error: Error): void {
  for (const caller of waiting.values()) caller.reject(error);
  waiting.clear();
}
