/** `sovereign lake changes`: the rows that the commits of a range changed. */
import { SovereignError } from "../../../core/errors.ts";
import { LONG, STRING, TIMESTAMP } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { requireTable } from "../../lake/describe.ts";
import { printResult } from "../../lake/print-result.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable, quoteText } from "../../lake/table-name.ts";
import { withoutPlace } from "../../lake/without-place.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    from: {
      type: "string",
      value: "n|time",
      completes: "versions",
      summary: "the first version, or a time: the first commit at or after it (needed)",
    },
    to: {
      type: "string",
      value: "n|time",
      completes: "versions",
      summary: "the last version, or a time: the last commit at or before it (default: the newest)",
    },
    ...ROW_FLAGS,
  },
  fields: [
    { name: "_change_type", type: STRING, summary: "`insert`, `delete`, `update_preimage` …" },
    { name: "_commit_version", type: LONG, summary: "the version that made the change" },
    { name: "_commit_timestamp", type: TIMESTAMP, summary: "when it was committed" },
  ],
  examples: [
    {
      comment: "What has changed since the table was made",
      run: "sovereign lake changes demo.orders --from 0",
    },
    {
      comment: "What one commit changed, for a program",
      run: "sovereign lake changes demo.orders --from 2 --to 2 -o jsonl",
    },
  ],
  notes:
    "Prints the table's columns and three more: `_change_type` (`insert`, `delete`, `update_preimage` as a row was, `update_postimage` as it became), `_commit_version` and `_commit_timestamp`; in the order of commits, what a row was before what it became. The changes of a version can be told when the table's property `delta.enableChangeDataFeed` was on then (`ALTER TABLE … SET TBLPROPERTIES`); `lake diff` compares two versions of any table. A date is its first moment, in UTC.",
  databricks: "`SELECT * FROM table_changes('table', from, to)`, with the same columns",
  seeAlso: ["lake diff", "lake history", "help delta"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const from = boundText(flags.from);
    const to = flags.to === undefined ? [] : [boundText(flags.to)];
    const lake = await openProjectLake(context);
    await requireTable(lake, args.table, table);
    const { fields } = await (await lake.table(table)).schema();
    const call = `table_changes(${[quoteText(table), from, ...to].join(", ")})`;
    const keys = fields.slice(0, 1).map(({ name, type }) => {
      const column = `\`${name.replaceAll("`", "``")}\``;
      return ORDERLESS.has(type.kind) ? `CAST(${column} AS STRING)` : column;
    });
    const order = ["_commit_version", ...keys, "_change_type DESC"].join(", ");
    const result = await withoutPlace(lake.sql(`SELECT * FROM ${call} ORDER BY ${order}`));
    await printResult(result, context, readRowFlags(flags));
    return 0;
  },
});

const ORDERLESS: ReadonlySet<string> = new Set(["map", "variant", "struct", "array"]);

/** A whole number is a version, anything else a time. */
function boundText(word: string | undefined): string {
  if (word !== undefined) return /^\d{1,15}$/.test(word) ? `${word}L` : quoteText(word);
  throw new SovereignError("INVALID_PARAMETER_VALUE", "`--from` is missing", {
    hint: "give the first version or time: `sovereign lake changes <table> --from 0`",
  });
}
