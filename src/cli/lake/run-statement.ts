/** One statement that a command stands for: run, or with `--dry-run` only planned. */
import type { CommandContext } from "../context.ts";
import { printPlans } from "./print-plan.ts";
import { printResult } from "./print-result.ts";
import { openProjectLake } from "./session.ts";
import { quoteText } from "./table-name.ts";

/** Runs the statement in the project's lake and prints what it gives. */
export async function runStatement(context: CommandContext, text: string): Promise<number> {
  const lake = await openProjectLake(context);
  if (context.globals.dryRun) await printPlans(lake.plan(text), context);
  else await printResult(await lake.sql(text), context, { limit: 0 });
  return 0;
}

/** `VERSION AS OF 3` for `3`, `TIMESTAMP AS OF '…'` for anything else. */
export function timeTravelOf(word: string): string {
  return /^\d+$/.test(word) ? `VERSION AS OF ${word}` : `TIMESTAMP AS OF ${quoteText(word)}`;
}
