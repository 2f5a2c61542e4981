/**
 * Waiting for the write lock of another process without standing still: SQLite's own waiting would
 * stop the thread, and with it every answer that needs no lock. Who finds the database locked waits
 * in line; only the first in line tries again.
 */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock } from "../../core/clock.ts";
import { type Database, isBusy } from "../../core/store/index.ts";

interface Turn {
  readonly giveUpAtMs: number;
  /** False when the database was locked still. */
  attempt(): boolean;
  giveUp(): void;
}

const PATIENCE_MS = 5000;
const PAUSES_MS = [1, 2, 5, 10, 15, 20];
const LONGEST_PAUSE_MS = 25;
const lines = new WeakMap<Database, Turn[]>();

/** Has `database` fail at once where it would wait for a lock: for work that goes by `whenFree`. */
export function waitInLine(database: Database): void {
  database.exec("PRAGMA busy_timeout = 0");
}

/**
 * Does `work`, at once or as soon as the database is free. It is done from its start again, so what
 * had committed something before it met the lock is not tried twice. TEMPORARILY_UNAVAILABLE then,
 * and after `patienceMs`.
 */
export function whenFree<T>(
  database: Database,
  work: () => T,
  { clock = systemClock, patienceMs = PATIENCE_MS }: { clock?: Clock; patienceMs?: number } = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let refusal: unknown;
    const attempt = () => {
      const { commitCount } = database;
      try {
        resolve(work());
      } catch (error) {
        refusal = error;
        if (isBusy(error) && database.commitCount === commitCount) return false;
        reject(error);
      }
      return true;
    };
    const giveUpAtMs = clock.monotonicMs() + patienceMs;
    if (!attempt()) join(database, { giveUpAtMs, attempt, giveUp: () => reject(refusal) }, clock);
  });
}

function join(database: Database, turn: Turn, clock: Clock): void {
  const line = lines.get(database);
  if (line !== undefined) {
    line.push(turn);
    return;
  }
  const fresh = [turn];
  lines.set(database, fresh);
  void serve(fresh, clock).then(() => lines.delete(database));
}

async function serve(line: Turn[], clock: Clock): Promise<void> {
  for (let tries = 0; line.length > 0; tries++) {
    await delay(PAUSES_MS[tries] ?? LONGEST_PAUSE_MS);
    while (line[0]?.attempt()) {
      line.shift();
      tries = 0;
      await nextTurn();
    }
    const nowMs = clock.monotonicMs();
    while (line[0] !== undefined && line[0].giveUpAtMs <= nowMs) line.shift()?.giveUp();
  }
}
