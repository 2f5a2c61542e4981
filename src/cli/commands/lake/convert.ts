/** `sovereign lake convert`: makes a folder of Parquet files a Delta table where it is. */
import { resolve } from "node:path";
import { defineCommand } from "../../command.ts";
import { runStatement } from "../../lake/run-statement.ts";
import { quoteName } from "../../lake/table-name.ts";

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
      run: 'sovereign lake convert data/events --partitioned-by "day DATE"',
    },
  ],
  notes:
    "Only a log is written; the files stay as they are, and belong to the table from then on. Every file must be Parquet, of columns that go together: the first that is not is named, and nothing is written. Names that start with `_` or `.` are passed over.",
  databricks: "``CONVERT TO DELTA parquet.`folder` [NO STATISTICS] [PARTITIONED BY (…)]``",
  seeAlso: ["lake import", "lake detail"],
  dryRun: true,
  run(context, { args, flags }) {
    const columns = flags["partitioned-by"];
    const words = [
      `CONVERT TO DELTA parquet.${quoteName(resolve(context.io.cwd, args.folder))}`,
      flags["without-statistics"] ? "NO STATISTICS" : "",
      columns === undefined ? "" : `PARTITIONED BY (${columns})`,
    ];
    return runStatement(context, words.filter((word) => word !== "").join(" "));
  },
});
