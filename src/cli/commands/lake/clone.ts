/** `sovereign lake clone`: a table made from another one, with its files or copies of them. */
import { resolve } from "node:path";
import { LONG } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import type { Io } from "../../io.ts";
import { runStatement, timeTravelOf } from "../../lake/run-statement.ts";
import { quoteName, quoteTable } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    source: { summary: "a table's name, or its folder", required: true, completes: "tables" },
    target: { summary: "the new table's name, or a folder with a `/`", required: true },
  },
  flags: {
    at: { type: "string", value: "version", summary: "a version of the source, or a time" },
    shallow: { type: "boolean", summary: "refer to the source's files instead of copying them" },
    replace: { type: "boolean", summary: "bring a clone that is there up to date" },
  },
  examples: [
    {
      comment: "A table to try things on, at no cost of space",
      run: "sovereign lake clone demo.orders demo.trial --shallow",
    },
    {
      comment: "A copy that stands alone; again with --replace, only new files are copied",
      run: "sovereign lake clone demo.orders demo.orders_copy --replace",
    },
  ],
  notes:
    "Changes of either table do not show in the other. A shallow clone reads the source's files: once `lake vacuum` removes them there, it is broken. Row ids are given anew.",
  fields: [
    { name: "source_table_size", type: LONG },
    { name: "source_num_of_files", type: LONG },
    { name: "num_removed_files", type: LONG },
    { name: "num_copied_files", type: LONG },
    { name: "removed_files_size", type: LONG },
    { name: "copied_files_size", type: LONG },
  ],
  databricks: "`CREATE [OR REPLACE] TABLE target [SHALLOW|DEEP] CLONE source`",
  seeAlso: ["lake restore", "lake vacuum"],
  dryRun: true,
  run(context, { args, flags }): Promise<number> {
    const words = [
      `CREATE ${flags.replace ? "OR REPLACE " : ""}TABLE ${quoteTarget(args.target, context.io)}`,
      `${flags.shallow ? "SHALLOW" : "DEEP"} CLONE ${quoteTable(args.source, context.io)}`,
      flags.at === undefined ? "" : timeTravelOf(flags.at),
    ];
    return runStatement(context, words.join(" "), command.fields ?? []);
  },
});

/** A folder that need not be there yet. */
function quoteTarget(word: string, io: Io): string {
  if (word.startsWith("delta.`") || !word.includes("/")) return quoteTable(word, io);
  return `delta.${quoteName(resolve(io.cwd, word))}`;
}
