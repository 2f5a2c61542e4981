/** `-o` and `--json` on what is no rows. */
import { SovereignError } from "../../core/errors.ts";
import type { GlobalOptions } from "../global-flags.ts";

/** Throws when a format was asked for of what has none: a page, a script, a file's bytes. */
export function refuseFormat(what: string, globals: GlobalOptions): void {
  if (globals.output === undefined) return;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `${what} is not printed as ${globals.output}`,
    {
      hint: "leave out `-o` and `--json`",
    },
  );
}
