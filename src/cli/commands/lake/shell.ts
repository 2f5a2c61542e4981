/** `sovereign lake shell`: an interactive SQL prompt. */
import { defineCommand } from "../../command.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";

export const command = defineCommand({
  args: {},
  flags: { ...ROW_FLAGS },
  examples: [
    { comment: "Statements one after the other, with history", run: "sovereign lake shell" },
    { comment: "Every row of a long result", run: "sovereign lake shell --limit 0" },
    {
      comment: "Statements of a file, errors and all",
      run: "cat setup.sql | sovereign lake shell",
    },
  ],
  notes:
    "One session: temporary views, USE and SET last until the end. The statements typed are kept in .sovereign/shell-history. Ctrl-C drops the lines typed or stops the statement that runs; twice at an empty prompt it leaves. `\\h` lists the prompt's own commands.\n\nFed by a pipe, a failed statement does not end the others; the exit code is that of the first failure.",
  databricks: "a notebook's SQL cells, or the SQL editor",
  seeAlso: ["lake sql"],
  async run(context, { flags }) {
    const lake = await openProjectLake(context);
    const { runShell } = await import("../../lake/shell.ts");
    return runShell(lake, context, readRowFlags(flags));
  },
});
