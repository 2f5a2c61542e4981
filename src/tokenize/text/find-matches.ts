/**
 * Matches of expressions, those of foreign files too: an engine that goes back and tries again may
 * take time exponential in the text, so what could is interrupted.
 */
import { createContext, Script } from "node:vm";
import { SovereignError } from "../../core/errors.ts";

/** Units `from` to `to` of a text. */
export interface Match {
  readonly from: number;
  readonly to: number;
}

/**
 * What an expression may cost at one place of a text of n units: it can match a stretch in up to
 * `ways` · nᵈ ways, d its `degree`.
 */
export interface Effort {
  readonly ways: number;
  readonly degree: number;
}

/** Below this no watch is kept; setting one takes 0.1 ms. */
const MOST_STEPS = 1e7;
const LEAST_MS = 2000;
const UNITS_PER_MS = 100;

const efforts = new WeakMap<RegExp, Effort>();
const work: { run: () => void } = { run: () => {} };
let watched: { script: Script; context: ReturnType<typeof createContext> } | null = null;

/** Notes what a foreign expression may cost; one that nothing is noted of runs freely. */
export function noteEffort(expression: RegExp, effort: Effort): void {
  efforts.set(expression, effort);
}

/**
 * All matches of a global expression, but no empty one right behind another; RESOURCE_EXHAUSTED
 * when it does not come to an end.
 */
export function findMatches(expression: RegExp, text: string): Match[] {
  const matches: Match[] = [];
  withinTime(expression, text.length, () => {
    let last = -1;
    for (const { index, 0: match } of text.matchAll(expression)) {
      if (match === "" && index === last) continue;
      last = index + match.length;
      matches.push({ from: index, to: last });
    }
  });
  return matches;
}

/** Runs `search`, in which the expression is tried at each place of a text of that length. */
export function withinTime(expression: RegExp, length: number, search: () => void): void {
  const effort = efforts.get(expression);
  const steps = effort === undefined ? 0 : effort.ways * (length + 1) ** (effort.degree + 1);
  if (steps <= MOST_STEPS) {
    search();
    return;
  }
  watched ??= { script: new Script("run()"), context: createContext(work) };
  work.run = search;
  try {
    watched.script.runInContext(watched.context, {
      timeout: LEAST_MS + Math.ceil(length / UNITS_PER_MS),
    });
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new SovereignError(
      "RESOURCE_EXHAUSTED",
      "a pattern of the tokenizer does not come to an end on this text",
      {
        hint: "it repeats what can match in too many ways; get the tokenizer from who made it",
      },
    );
  }
}
