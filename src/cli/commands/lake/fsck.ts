/** `sovereign lake fsck`: takes files out of the log that are missing from the folder. */
import { BOOLEAN, STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { printResult } from "../../lake/print-result.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { withoutPlace } from "../../lake/without-place.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {},
  examples: [
    { comment: "Which files are missing", run: "sovereign lake fsck demo.orders --dry-run" },
    { comment: "Go on without them", run: "sovereign lake fsck demo.orders" },
  ],
  notes:
    "The rows of missing files are lost to the new version; restore the files from a backup first if there is one. A missing deletion vector is only reported: without it, deleted rows would come back.",
  fields: [
    { name: "dataFilePath", type: STRING },
    { name: "dataFileMissing", type: BOOLEAN },
    { name: "deletionVectorPath", type: STRING },
    { name: "deletionVectorFileMissing", type: BOOLEAN },
  ],
  databricks: "`FSCK REPAIR TABLE table [DRY RUN]`",
  seeAlso: ["lake vacuum", "lake history"],
  dryRun: true,
  async run(context, { args }) {
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const text = `FSCK REPAIR TABLE ${table}${context.globals.dryRun ? " DRY RUN" : ""}`;
    await printResult(await withoutPlace(lake.sql(text)), context, { limit: 0 });
    return 0;
  },
});
