/**
 * Worker threads with read-only connections for the searches and histories that take long, so that
 * logging goes on meanwhile. A commit is in the file before its answer is sent, so whoever saw the
 * answer also sees the commit here. A reader has one search at a time, the others wait in line: one
 * that takes too long, or kills its reader, costs nobody else their answer.
 */
import type { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../core/clock.ts";
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

/** From a reader: first that it is up, then a result for each task. */
export type ReaderMessage = { readonly isReady: true } | ReaderResult;

export type ReaderResult =
  | { readonly id: number; readonly body: Uint8Array }
  | {
      readonly id: number;
      /** Null for a failure of ours. */
      readonly errorCode: WireErrorCode | null;
      readonly message: string;
      readonly status: number;
    };

export interface Readers {
  /** The JSON text that answers `request`, in UTF-8. */
  answer(route: ApiRoute, request: ApiRequest): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  clock?: Clock;
  limitMs?: number;
  /** Makes the thread; for tests. */
  spawn?: (data: ReaderData) => Worker;
  /** Told what a reader died of. */
  onFailure?: ((what: string, error: unknown) => void) | undefined;
}

interface Search {
  readonly task: ReaderTask;
  readonly askedMs: number;
  /** Readers that ended over it. */
  losses: number;
  resolve: (body: Uint8Array) => void;
  reject: (error: Error) => void;
}

interface Reader {
  readonly worker: Worker;
  isReady: boolean;
  /** What it works on. */
  search: Search | null;
  startedMs: number;
}

const RESTART_MS = 200;
/** A server that was just started answers first, then starts a reader. */
const WARM_MS = 500;
const WATCH_MS = 1000;
/** Longer than any search that pages of 50,000 runs need. */
const LIMIT_MS = 30_000;
/** The same while others wait for a reader. */
const CONTESTED_LIMIT_MS = 10_000;
const MAX_WAITING = 1000;
/** Answers are few large texts: more room for young objects makes the process larger, not quicker. */
const YOUNG_MB = 8;
const AGAIN = "The search could not be made now; try again.";
const TOO_MUCH = "The search takes too long: use a simpler filter, or look through less.";

const spawnReader = (data: ReaderData): Worker =>
  startWorker(new URL("./reader.worker.js", import.meta.url), {
    data,
    name: "mlflow-reader",
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });

/**
 * Up to `count` readers: the first is started soon, the others when a search finds none free. They
 * answer as soon as they are up; 400 after `limitMs`, or a third of it when others wait, and for a
 * search that ends two readers; 503 when none came free for so long.
 */
export function startReaders(
  count: number,
  data: ReaderData,
  options: ReaderOptions = {},
): Readers {
  const { clock = systemClock, limitMs = LIMIT_MS, spawn = spawnReader, onFailure } = options;
  const contestedMs = Math.min(limitMs / 3, CONTESTED_LIMIT_MS);
  let isClosing = false;
  let nextId = 0;
  let waiting: Search[] = [];
  const readers: Reader[] = [];
  setTimeout(() => readers.length === 0 && grow(), WARM_MS).unref();

  function grow(): void {
    if (!isClosing && readers.length < count) readers.push(start());
  }

  function start(): Reader {
    const worker = spawn(data);
    const reader: Reader = { worker, isReady: false, search: null, startedMs: 0 };
    worker.on("message", (message: ReaderMessage) => {
      if ("isReady" in message) reader.isReady = true;
      else {
        if (reader.search?.task.id === message.id) settle(reader.search, message);
        reader.search = null;
      }
      assign();
    });
    worker.on("error", (error) => onFailure?.("a reader thread", error));
    worker.on("exit", () => {
      retire(reader);
      // Not at once: one that cannot start would be started without end.
      setTimeout(() => replace(reader), RESTART_MS).unref();
    });
    return reader;
  }

  function replace(reader: Reader): void {
    if (!isClosing) readers[readers.indexOf(reader)] = start();
  }

  /** Gives the reader no more work; its search, if any, is for another one. */
  function retire(reader: Reader): void {
    const { search } = reader;
    reader.isReady = false;
    reader.search = null;
    if (search === null) return;
    search.losses++;
    if (search.losses > 1) search.reject(new MlflowError("BAD_REQUEST", TOO_MUCH));
    else waiting.unshift(search);
    assign();
  }

  function assign(): void {
    for (const reader of readers) {
      if (waiting.length === 0) return;
      if (!reader.isReady || reader.search !== null) continue;
      reader.search = waiting.shift() as Search;
      reader.startedMs = clock.monotonicMs();
      reader.worker.postMessage(reader.search.task);
    }
    const isOneOnItsWay = readers.some(({ isReady, search }) => !isReady && search === null);
    if (waiting.length > 0 && !isOneOnItsWay) grow();
  }

  function endOverdue(): void {
    const nowMs = clock.monotonicMs();
    const byAge = readers
      .filter(({ search }) => search !== null)
      .sort((left, right) => left.startedMs - right.startedMs);
    byAge.forEach((reader, index) => {
      const isContested = index === 0 && waiting.length > 0;
      if (nowMs - reader.startedMs < (isContested ? contestedMs : limitMs)) return;
      reader.search?.reject(new MlflowError("BAD_REQUEST", TOO_MUCH));
      reader.search = null;
      retire(reader);
      void reader.worker.terminate();
    });
    const [overdue, others] = partition(waiting, ({ askedMs }) => nowMs - askedMs >= limitMs);
    waiting = others;
    for (const search of overdue) {
      search.reject(new MlflowError("TEMPORARILY_UNAVAILABLE", AGAIN));
    }
  }
  const watch = setInterval(endOverdue, Math.min(WATCH_MS, limitMs / 10)).unref();

  return {
    answer: (route, request) =>
      new Promise((resolve, reject) => {
        if (waiting.length >= MAX_WAITING) throw new MlflowError("TEMPORARILY_UNAVAILABLE", AGAIN);
        const task: ReaderTask = { id: nextId++, routeIndex: ROUTES.indexOf(route), request };
        waiting.push({ task, askedMs: clock.monotonicMs(), losses: 0, resolve, reject });
        assign();
      }),
    close: async () => {
      isClosing = true;
      clearInterval(watch);
      await Promise.all(readers.map(({ worker }) => worker.terminate()));
    },
  };
}

function settle(search: Search, result: ReaderResult): void {
  if ("body" in result) search.resolve(result.body);
  else if (result.errorCode === null) search.reject(new Error(result.message));
  else search.reject(new MlflowError(result.errorCode, result.message, result.status));
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
