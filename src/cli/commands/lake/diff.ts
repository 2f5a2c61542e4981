/** `sovereign lake diff`: the rows two versions of a table do not share. */

import { SovereignError } from "../../../core/errors.ts";
import { STRING, structField } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import { requireTable } from "../../lake/describe.ts";
import { ROW_FLAGS, readRowFlags } from "../../lake/row-flags.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
    from: { summary: "the older version", required: true, completes: "versions" },
    to: { summary: "the newer version (default: the newest)", completes: "versions" },
  },
  flags: { ...ROW_FLAGS },
  examples: [
    { comment: "What the last commits changed", run: "sovereign lake diff demo.orders 0" },
    { comment: "Between two versions", run: "sovereign lake diff demo.orders 0 1 -o jsonl" },
  ],
  notes:
    "Prints `removed` rows, which only the first version has, and `added` rows, which only the second has; equal rows that occur more than once are counted. Exit 1 when there is a difference.",
  databricks: "`SELECT … VERSION AS OF 0 EXCEPT ALL SELECT … VERSION AS OF 1`",
  seeAlso: ["lake history"],
  async run(context, { args, flags }) {
    const table = quoteTable(args.table, context.io);
    const from = readVersion(args.from);
    const to = args.to === undefined ? null : readVersion(args.to);
    const lake = await openProjectLake(context);
    await requireTable(lake, args.table, table);
    const older = `SELECT * FROM ${table} VERSION AS OF ${from}`;
    const newer = `SELECT * FROM ${table}${to === null ? "" : ` VERSION AS OF ${to}`}`;
    const sides = [
      { change: "removed", result: await lake.sql(`${older} EXCEPT ALL ${newer} ORDER BY ALL`) },
      { change: "added", result: await lake.sql(`${newer} EXCEPT ALL ${older} ORDER BY ALL`) },
    ];
    const counts: number[] = [];
    const schema = sides[0]!.result.schema;
    await context.printRows(
      {
        schema: {
          kind: "struct",
          fields: [structField("change", STRING, false), ...schema.fields],
        },
        async *batches() {
          for (const { change, result } of sides) {
            let count = 0;
            for await (const batch of result.batches()) {
              count += batch.rowCount;
              yield {
                rowCount: batch.rowCount,
                columns: [{ get: () => change }, ...batch.columns],
              };
            }
            counts.push(count);
          }
        },
      },
      readRowFlags(flags),
    );
    for (const { result } of sides) await result.close();
    const [removed = 0, added = 0] = counts;
    await context.note(`${removed} removed, ${added} added`);
    return removed + added > 0 ? 1 : 0;
  },
});

function readVersion(word: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${word}\` is no version`, {
    hint: "a version is a whole number; `sovereign lake history <table>` lists them",
  });
}
