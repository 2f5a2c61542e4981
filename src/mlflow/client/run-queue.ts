/**
 * What a training loop logs, sent in batches so that the loop never waits for the network. Entries
 * are on disk (`journal.ts`) before `add` returns: a dead server, a crash or a killed process loses
 * nothing, the next queue over the same folder sends what is left. MLflow takes a point, param or
 * tag that comes twice as one, so sending again after a lost answer does no harm.
 */
import { SovereignError } from "../../core/errors.ts";
import { createJournal, type QueueEntry, readOrphans } from "./journal.ts";
import type { RunBatch, RunClient } from "./runs.ts";

export interface RunQueueOptions {
  readonly runs: RunClient;
  /** Where journals lie. */
  readonly folder: string;
  /** Longest wait before entries are sent. Default 1 s. */
  readonly intervalMs?: number;
  /** Told of entries that the server refused for good; default: the next `flush` rejects. */
  readonly onRefused?: (entry: QueueEntry, error: Error) => void;
}

export interface RunQueue {
  /** Entries not sent yet. */
  readonly waitingCount: number;
  /** Notes an entry; it is on disk when this returns, and is sent soon. */
  add(entry: QueueEntry): void;
  /** Sends everything noted so far. Rejects when the server cannot be reached or refused some. */
  flush(): Promise<void>;
  /** Flushes once more; what could not be sent stays on disk for the next queue. */
  close(): Promise<void>;
}

const MAX_METRICS = 1000;
const MAX_PAIRS = 100;
/** Codes that no later try changes. */
const FINAL = new Set([
  "INVALID_PARAMETER_VALUE",
  "BAD_REQUEST",
  "RESOURCE_DOES_NOT_EXIST",
  "RESOURCE_ALREADY_EXISTS",
]);

/** Makes a queue; it first sends what journals of dead processes in the folder still hold. */
export function createRunQueue(options: RunQueueOptions): RunQueue {
  const journal = createJournal(options.folder);
  let waiting: QueueEntry[] = [];
  let timer: NodeJS.Timeout | null = null;
  let refused: Error | null = null;
  let current: Promise<void> = sendOrphans();

  async function sendOrphans(): Promise<void> {
    for (const { entries, remove } of readOrphans(options.folder)) {
      let rest = entries;
      while (rest.length > 0) rest = rest.slice(await sendSome(rest));
      remove();
    }
  }

  /** Sends the longest first part that fits one request; how many entries that was. */
  async function sendSome(entries: readonly QueueEntry[]): Promise<number> {
    const part = takeBatch(entries);
    const runId = part[0]?.runId ?? "";
    try {
      await options.runs.logBatch(runId, toBatch(part));
    } catch (error) {
      if (!isFinal(error)) throw error;
      await sendOneByOne(runId, part);
    }
    return part.length;
  }

  async function sendOneByOne(runId: string, part: readonly QueueEntry[]): Promise<void> {
    for (const entry of part) {
      try {
        await options.runs.logBatch(runId, toBatch([entry]));
      } catch (error) {
        if (!isFinal(error)) throw error;
        if (options.onRefused === undefined) refused ??= error;
        else options.onRefused(entry, error);
      }
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const count = await sendSome(waiting);
      waiting = waiting.slice(count);
      journal.cross(count);
    }
  }

  function schedule(): void {
    if (waiting.length >= MAX_METRICS) void startSending().catch(() => {});
    timer ??= setTimeout(() => {
      timer = null;
      // The server may be away: the entries are on disk, and the next round tries again.
      void startSending().catch(() => schedule());
    }, options.intervalMs ?? 1000).unref();
  }

  function startSending(): Promise<void> {
    current = current.catch(() => {}).then(drain);
    return current;
  }

  const queue: RunQueue = {
    get waitingCount() {
      return waiting.length;
    },
    add: (entry) => {
      journal.append(entry);
      waiting.push(entry);
      schedule();
    },
    flush: async () => {
      await startSending();
      const error = refused;
      refused = null;
      if (error !== null) throw error;
    },
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      try {
        await queue.flush();
      } finally {
        if (timer !== null) clearTimeout(timer);
        journal.close();
      }
    },
  };
  return queue;
}

/** The first entries of one run that fit one request, in order. */
function takeBatch(entries: readonly QueueEntry[]): QueueEntry[] {
  const runId = entries[0]?.runId;
  const counts = { metric: 0, param: 0, tag: 0 };
  const params = new Set<string>();
  const part: QueueEntry[] = [];
  for (const entry of entries) {
    // A param that comes twice goes into two requests: the server is to judge the second value.
    if (entry.kind === "param" && params.has(entry.key)) break;
    if (entry.kind === "param") params.add(entry.key);
    const limit = entry.kind === "metric" ? MAX_METRICS : MAX_PAIRS;
    const isFull = part.length === MAX_METRICS || counts[entry.kind] === limit;
    if (entry.runId !== runId || isFull) break;
    counts[entry.kind]++;
    part.push(entry);
  }
  return part;
}

function toBatch(part: readonly QueueEntry[]): RunBatch {
  const pairs = (kind: "param" | "tag") =>
    Object.fromEntries(
      part.flatMap((entry) => (entry.kind === kind ? [[entry.key, entry.value]] : [])),
    ) as Record<string, string>;
  const metrics = part.flatMap((entry) => (entry.kind === "metric" ? [entry.point] : []));
  return { metrics, params: pairs("param"), tags: pairs("tag") };
}

function isFinal(error: unknown): error is Error {
  return error instanceof SovereignError && FINAL.has(error.code);
}
