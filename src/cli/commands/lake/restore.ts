/** `sovereign lake restore`: makes an old version of a table its newest one. */
import { LONG } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { runStatement, timeTravelOf } from "../../lake/run-statement.ts";
import { quoteTable } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
    to: { summary: "a version, or a time such as `2026-01-31 12:00:00` (UTC)", required: true },
  },
  flags: {},
  examples: [
    { comment: "What would come back", run: "sovereign lake restore demo.orders 1 --dry-run" },
    {
      comment: "Rows, columns and properties as they were",
      run: "sovereign lake restore demo.orders 1",
    },
  ],
  notes:
    "The old version becomes a new commit; the versions in between stay readable and can be restored as well. No file is copied, so those that `lake vacuum` removed are missed by name before anything is written. Table features stay on.",
  fields: [
    { name: "table_size_after_restore", type: LONG },
    { name: "num_of_files_after_restore", type: LONG },
    { name: "num_removed_files", type: LONG },
    { name: "num_restored_files", type: LONG },
    { name: "removed_files_size", type: LONG },
    { name: "restored_files_size", type: LONG },
  ],
  databricks: "`RESTORE TABLE table TO VERSION AS OF n` or `TIMESTAMP AS OF t`",
  seeAlso: ["lake history", "lake diff", "lake vacuum"],
  dryRun: true,
  run(context, { args }): Promise<number> {
    const table = quoteTable(args.table, context.io);
    const text = `RESTORE TABLE ${table} TO ${timeTravelOf(args.to)}`;
    return runStatement(context, text, command.fields ?? []);
  },
});
