/** `sovereign lake shell`: an interactive SQL prompt. */
import { defineCommand } from "../../command.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";

export const command = defineCommand({
  args: {},
  flags: { ...ROW_FLAGS },
  examples: [
    { comment: "Statements one after the other, with history", run: "sovereign lake shell" },
    { comment: "Wide tables in full", run: "sovereign lake shell --limit 0" },
  ],
  notes:
    "One session: temporary views, USE and SET last until the end. The statements typed are kept in .sovereign/shell-history. Ctrl-C drops a line or stops a running statement.",
  databricks: "a notebook's SQL cells, or the SQL editor",
  seeAlso: ["lake sql"],
  async run(context, { flags }) {
    const lake = await openProjectLake(context);
    const { runShell } = await import("../../lake/shell.ts");
    await runShell(lake, context, readRowFlags(flags));
    return 0;
  },
});
