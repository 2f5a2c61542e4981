/** `sovereign lake history`: the commits of a table, newest first. Reads the log alone. */
import {
  BOOLEAN,
  type DataType,
  LONG,
  mapType,
  STRING,
  TIMESTAMP,
} from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { rowSourceOf } from "../../lake/describe.ts";
import { ROW_FLAGS } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";

const TEXT_MAP: DataType = mapType(STRING, STRING);

/** What a terminal has room for. */
const BRIEF = ["version", "timestamp", "operation", "operationParameters", "operationMetrics"];

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    limit: { type: "integer", value: "n", summary: "only the newest n commits" },
    int64: ROW_FLAGS.int64,
  },
  examples: [
    { comment: "Who changed the table, when and how", run: "sovereign lake history demo.orders" },
    {
      comment: "The operation of the newest commit",
      run: "sovereign lake history demo.orders --limit 1 --json version,operation",
    },
  ],
  fields: [
    { name: "version", type: LONG },
    { name: "timestamp", type: TIMESTAMP },
    { name: "userId", type: STRING },
    { name: "userName", type: STRING },
    { name: "operation", type: STRING },
    { name: "operationParameters", type: TEXT_MAP },
    { name: "clusterId", type: STRING },
    { name: "readVersion", type: LONG },
    { name: "isolationLevel", type: STRING },
    { name: "isBlindAppend", type: BOOLEAN },
    { name: "operationMetrics", type: TEXT_MAP },
    { name: "userMetadata", type: STRING },
    { name: "engineInfo", type: STRING },
  ],
  databricks: "`DESCRIBE HISTORY table`, with the same columns",
  seeAlso: ["lake diff", "lake detail", "help delta"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const history = rowSourceOf(await (await lake.table(table)).historyRows(flags.limit));
    await context.printRows(history, { brief: BRIEF, int64: flags.int64, limit: 0 });
    return 0;
  },
});
