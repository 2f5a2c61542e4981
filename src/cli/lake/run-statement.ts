/** One statement that a command stands for: run, or with `--dry-run` only planned. */
import type { FieldSpec } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { printPlans } from "./print-plan.ts";
import { printResult } from "./print-result.ts";
import { openProjectLake } from "./session.ts";
import { quoteText } from "./table-name.ts";
import { withoutPlace } from "./without-place.ts";

/** Runs the statement in the project's lake and prints what it gives. */
export async function runStatement(
  context: CommandContext,
  text: string,
  fields: readonly FieldSpec[],
): Promise<number> {
  const lake = await openProjectLake(context);
  if (context.globals.dryRun) await printPlans(lake.plan(text), context);
  else {
    const result = await withoutPlace(lake.sql(text));
    await printResult(result, context, { limit: 0 });
    // Nothing to do has no rows: a format that was asked for still gets its empty list.
    const isAsked = context.globals.output !== undefined;
    if (isAsked && result.schema.fields.length === 0) await context.printRecords(fields, []);
  }
  return 0;
}

/** `VERSION AS OF 3` for `3`, `TIMESTAMP AS OF '…'` for anything else. */
export function timeTravelOf(word: string): string {
  return /^\d+$/.test(word) ? `VERSION AS OF ${word}` : `TIMESTAMP AS OF ${quoteText(word)}`;
}
