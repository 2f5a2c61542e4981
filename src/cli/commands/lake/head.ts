/** `sovereign lake head`: the first rows of a table. */
import { defineCommand } from "../../command.ts";
import { requireTable } from "../../lake/describe.ts";
import { printResult } from "../../lake/print-result.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { formatTimeTravel, VERSION_FLAGS } from "../../lake/version-flag.ts";

const DEFAULT_ROWS = 10;

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    rows: { type: "integer", short: "n", value: "rows", summary: "how many rows (default 10)" },
    ...VERSION_FLAGS,
    int64: ROW_FLAGS.int64,
    chart: ROW_FLAGS.chart,
  },
  examples: [
    { comment: "The first ten rows", run: "sovereign lake head demo.orders" },
    {
      comment: "Three rows of the first version",
      run: "sovereign lake head demo.orders -n 3 --version-as-of 0",
    },
  ],
  notes: "Rows come in the order the files hold them, which is no order to rely on.",
  databricks: "`SELECT * FROM table LIMIT 10`, or the sample data of Catalog Explorer",
  seeAlso: ["lake sql", "lake show"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    await requireTable(lake, args.table, table);
    const rows = flags.rows ?? DEFAULT_ROWS;
    const text = `SELECT * FROM ${table}${formatTimeTravel(flags)} LIMIT ${rows}`;
    const options = readRowFlags({ limit: 0, int64: flags.int64, chart: flags.chart });
    await printResult(await lake.sql(text), context, options);
    return 0;
  },
});
