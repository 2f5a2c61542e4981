/**
 * Group commit: small writes that arrive in the same turn of the event loop share one transaction.
 * Each answers only after the commit, and one that fails takes no other with it.
 */
import { type Database, isBusy } from "../../core/store/index.ts";
import { whenFree } from "./when-free.ts";

interface Job {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

const waiting = new WeakMap<Database, Job[]>();

/** Runs `work` in a transaction that other calls of this turn share; it touches only `database`. */
export function commitTogether<T>(database: Database, work: () => T): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const job: Job = { work, resolve, reject };
    const jobs = waiting.get(database);
    if (jobs !== undefined) {
      jobs.push(job);
      return;
    }
    waiting.set(database, [job]);
    setImmediate(() => void commit(database));
  });
}

async function commit(database: Database): Promise<void> {
  const jobs = waiting.get(database) ?? [];
  waiting.delete(database);
  const work = () => database.transaction(() => jobs.map((job) => job.work()));
  try {
    const values = await whenFree(database, work);
    jobs.forEach((job, index) => {
      job.resolve(values[index] as never);
    });
  } catch (error) {
    // All is rolled back: once more, each on its own, to tell the failing ones from the others.
    for (const job of jobs) {
      if (isBusy(error)) job.reject(error);
      else commitAlone(database, job);
    }
  }
}

function commitAlone(database: Database, job: Job): void {
  try {
    job.resolve(database.transaction(job.work) as never);
  } catch (error) {
    job.reject(error);
  }
}
