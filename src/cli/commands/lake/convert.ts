/** `sovereign lake convert`: makes a folder of Parquet files a Delta table where it is. */
import { resolve } from "node:path";
import { LONG } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { printPlans } from "../../lake/print-plan.ts";
import { printResult } from "../../lake/print-result.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteName } from "../../lake/table-name.ts";
import { withoutPlace } from "../../lake/without-place.ts";

export const command = defineCommand({
  args: {
    folder: { summary: "a folder of Parquet files", required: true, completes: "files" },
  },
  flags: {
    "partitioned-by": {
      type: "string",
      value: "columns",
      summary: "names and types of the columns in the folders, such as `day DATE, country STRING`",
    },
    "without-statistics": {
      type: "boolean",
      summary: "do not read the files; queries will not be able to skip any",
    },
  },
  examples: [
    { comment: "Files below one folder", run: "sovereign lake convert data/events" },
    {
      comment: "Files in folders like day=2026-01-31",
      run: 'sovereign lake convert data/daily --partitioned-by "day DATE"',
    },
  ],
  notes:
    "Only a log is written; the files stay as they are, and belong to the table from then on. Every file must be Parquet, of columns that go together: the first that is not is named, and nothing is written. Names that start with `_` or `.` are passed over.",
  fields: [
    { name: "version", type: LONG, summary: "null when it was a Delta table already" },
    { name: "files", type: LONG, summary: "that belong to the table now" },
  ],
  databricks: "``CONVERT TO DELTA parquet.`folder` [NO STATISTICS] [PARTITIONED BY (…)]``",
  seeAlso: ["lake import", "lake detail"],
  dryRun: true,
  async run(context, { args, flags }): Promise<number> {
    const columns = flags["partitioned-by"];
    const words = [
      `CONVERT TO DELTA parquet.${quoteName(resolve(context.io.cwd, args.folder))}`,
      flags["without-statistics"] ? "NO STATISTICS" : "",
      columns === undefined ? "" : `PARTITIONED BY (${columns})`,
    ];
    const text = words.filter((word) => word !== "").join(" ");
    const lake = await openProjectLake(context);
    if (context.globals.dryRun) {
      await printPlans(lake.plan(text), context);
      return 0;
    }
    const result = await withoutPlace(lake.sql(text));
    await printResult(result, context, { limit: 0 });
    if (context.globals.output === undefined) return 0;
    await context.printRecord(command.fields ?? [], {
      version: result.commit === undefined ? null : BigInt(result.commit.version),
      files: BigInt(result.commit?.filesAdded ?? 0),
    });
    return 0;
  },
});
