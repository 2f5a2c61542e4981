/**
 * Worker threads with read-only connections for the searches and histories that take long, so that
 * logging goes on meanwhile. A commit is in the file before its answer is sent, so whoever saw the
 * answer also sees the commit here.
 */
import type { Worker } from "node:worker_threads";
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
}

/** Starts `count` readers; they answer as soon as they are up. */
export function startReaders(count: number, data: ReaderData): Readers {
  let isClosing = false;
  let nextId = 0;
  const readers = Array.from({ length: count }, start);

  function start(): Reader {
    const worker = startWorker(new URL("./reader.worker.js", import.meta.url), {
      data,
      name: "mlflow-reader",
    });
    const waiting = new Map<number, Waiting>();
    worker.on("message", (result: ReaderResult) => settle(waiting, result));
    worker.on("error", (error) => failAll(waiting, error));
    worker.on("exit", () => {
      failAll(waiting, new Error("a reader ended"));
      const at = readers.findIndex((reader) => reader.worker === worker);
      if (!isClosing && at >= 0) readers[at] = start();
    });
    return { worker, waiting };
  }

  return {
    answer: (route, request) =>
      new Promise((resolve, reject) => {
        const reader = readers.reduce((best, other) =>
          other.waiting.size < best.waiting.size ? other : best,
        );
        const id = nextId++;
        reader.waiting.set(id, { resolve, reject });
        const task: ReaderTask = { id, routeIndex: ROUTES.indexOf(route), request };
        reader.worker.postMessage(task);
      }),
    close: async () => {
      isClosing = true;
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
