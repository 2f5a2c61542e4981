/**
 * Runs JavaScript that a statement's own text can make endless: a pattern that backtracks, a huge
 * edit distance. While it runs no signal handler of this process gets its turn, so Ctrl-C is
 * watched by `node:vm` here, which can stop even a running regular expression, and there is an end.
 */
import { createContext, Script } from "node:vm";

/** For one row; functions take microseconds for it. */
const LIMIT_MS = 20_000;

/** For how long after Ctrl-C nothing is begun: the engine asks again before it hears of it. */
const REST_MS = 500;

/** What the engine's error says after Ctrl-C in a function. */
export const CALL_CANCELLED = "a function was stopped by Ctrl-C";
/** What the engine's error says when a function found no end. */
export const CALL_ENDLESS = "a function worked on one row for more than 20 seconds";

const sandbox = createContext() as { work?: (() => void) | null };
const script = new Script("work()");
let isResting = false;

/**
 * Runs `work` over rows; `rowsDone` tells how far it is, and after a stop it goes on from there.
 * Throws `CALL_CANCELLED` on Ctrl-C, `CALL_ENDLESS` when a row takes longer than the limit.
 */
export function runBounded(work: () => void, rowsDone: () => number, limitMs = LIMIT_MS): void {
  for (;;) {
    if (isResting) throw new Error(CALL_CANCELLED);
    const before = rowsDone();
    const outcome = runOnce(work, limitMs);
    if (outcome === "done") return;
    if (outcome === "interrupted") {
      isResting = true;
      setTimeout(() => {
        isResting = false;
      }, REST_MS).unref();
      // The handlers of this process have not seen the signal; what they end, they end now.
      process.kill(process.pid, "SIGINT");
    } else if (rowsDone() === before) {
      throw new Error(CALL_ENDLESS);
    }
  }
}

function runOnce(work: () => void, timeout: number): "done" | "interrupted" | "late" {
  sandbox.work = work;
  try {
    script.runInContext(sandbox, { timeout, breakOnSigint: true });
    return "done";
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return "interrupted";
    if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return "late";
    throw error;
  } finally {
    sandbox.work = null;
  }
}
