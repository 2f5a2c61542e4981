/** The question in front of what is hard to take back. */
import { SovereignError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";

/**
 * Returns when the user agrees that `what` (`delete 3 runs`) happens: by `--yes`, or at the
 * terminal. CANCELLED for a no; INVALID_PARAMETER_VALUE where there is nobody to ask.
 */
export async function confirm(context: CommandContext, what: string): Promise<void> {
  const { io, globals } = context;
  if (globals.yes) return;
  if (globals.noInput || io.stdin.isTTY !== true || !io.stderr.isTTY) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `not asked whether to ${what}`, {
      hint: "say so with `--yes`, or look first with `--dry-run`",
    });
  }
  const { createInterface } = await import("node:readline/promises");
  const prompt = createInterface({ input: io.stdin, terminal: false });
  try {
    await io.stderr.write(`${what}? [y/N] `);
    const answer = await prompt.question("", { signal: io.signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new SovereignError("CANCELLED", "nothing was changed");
}
