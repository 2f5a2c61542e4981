/** `sovereign lake vacuum`: removes files that no version within the retention needs. */
import { STRING } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { printResult } from "../../lake/print-result.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { withoutPlace } from "../../lake/without-place.ts";

const GUARD = "spark.databricks.delta.retentionDurationCheck.enabled";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    now: {
      type: "boolean",
      summary: "keep no removed files at all (RETAIN 0 HOURS); wants --force as well",
    },
    force: {
      type: "boolean",
      summary: "lift the guard against keeping removed files for too short a time",
    },
    lite: { type: "boolean", summary: "look only into the log, not through the folders" },
  },
  examples: [
    {
      comment: "Which files would go",
      run: "sovereign lake vacuum demo.orders --dry-run",
    },
    {
      comment: "Remove what was let go more than seven days ago",
      run: "sovereign lake vacuum demo.orders",
    },
    {
      comment: "Remove everything but the newest version, while nothing else uses the table",
      run: "sovereign lake vacuum demo.orders --now --force",
    },
  ],
  notes:
    "Removed files stay readable for the table's `delta.deletedFileRetentionDuration`, 7 days unless set; versions that need a file vacuumed away can no longer be read. Left alone: younger files, which a writer may be about to commit, names that start with `_` or `.`, and what lies outside the table.",
  fields: [
    { name: "path", type: STRING, summary: "files with --dry-run, else the table's folder" },
  ],
  databricks: "`VACUUM table [LITE] [RETAIN 0 HOURS] [DRY RUN]`",
  seeAlso: ["lake history", "lake fsck", "help delta"],
  dryRun: true,
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    if (flags.force) await (await lake.sql(`SET ${GUARD} = false`)).close();
    const words = [
      `VACUUM ${table}`,
      flags.lite ? "LITE" : "",
      flags.now ? "RETAIN 0 HOURS" : "",
      context.globals.dryRun ? "DRY RUN" : "",
    ];
    await printResult(await withoutPlace(lake.sql(words.join(" "))), context, { limit: 0 });
    return 0;
  },
});
