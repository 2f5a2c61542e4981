/** `sovereign lake optimize`: many files into few, in Z-order, or without what was deleted. */
import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import type { StatementResult } from "../../../lake/index.ts";
import { LONG } from "../../../lake/schema/data-type.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { printPlans } from "../../lake/print-plan.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";
import { withoutPlace } from "../../lake/without-place.ts";

export const command = defineCommand({
  args: {
    table: { summary: "a table's name, or its folder", required: true, completes: "tables" },
  },
  flags: {
    where: {
      type: "string",
      value: "predicate",
      summary: "only these partitions: a condition on partition columns",
    },
    "zorder-by": {
      type: "string",
      value: "columns",
      summary: "put rows together that are alike in these columns, so that queries skip files",
    },
    purge: {
      type: "boolean",
      summary: "write files again that hold deleted rows or dropped columns, and no others",
    },
  },
  examples: [
    { comment: "Few large files in place of many", run: "sovereign lake optimize demo.orders" },
    {
      comment: "Rows of a customer and of a day close together",
      run: 'sovereign lake optimize demo.orders --zorder-by "customer_id, day"',
    },
    {
      comment: "What would be written again",
      run: "sovereign lake optimize demo.orders --dry-run",
    },
  ],
  notes:
    "Rows stay the same, so one commit of this kind gets in nobody's way: only a change of the very files that were put together fails it. Files below `delta.targetFileSize`, or 1 GiB, are packed partition by partition; deletion vectors go where more than 5 % of a file's rows are deleted. The old files stay for time travel until `lake vacuum`.",
  fields: [
    { name: "version", type: LONG, summary: "null when there was nothing to do" },
    { name: "files_added", type: LONG },
    { name: "files_removed", type: LONG },
    { name: "bytes_added", type: LONG },
    { name: "bytes_removed", type: LONG },
  ],
  databricks: "`OPTIMIZE table [WHERE …] [ZORDER BY (…)]`, `REORG TABLE table APPLY (PURGE)`",
  seeAlso: ["lake vacuum", "lake detail", "lake history"],
  dryRun: true,
  async run(context, { args, flags }) {
    const statement = statementOf(quoteTable(args.table, context.io), flags);
    const lake = await openProjectLake(context);
    if (context.globals.dryRun) {
      await printPlans(lake.plan(statement), context);
      return 0;
    }
    const progress = await context.progress();
    const task = progress.start({ label: `optimizing ${args.table}` });
    const result = await withoutPlace(lake.sql(statement));
    await result.close();
    task.discard();
    await report(context, args.table, result);
    return 0;
  },
});

interface Flags {
  readonly where: string | undefined;
  readonly "zorder-by": string | undefined;
  readonly purge: boolean;
}

function statementOf(table: string, flags: Flags): string {
  const where = flags.where === undefined ? "" : ` WHERE ${flags.where}`;
  const columns = flags["zorder-by"];
  if (!flags.purge) {
    return `OPTIMIZE ${table}${where}${columns === undefined ? "" : ` ZORDER BY (${columns})`}`;
  }
  if (columns === undefined) return `REORG TABLE ${table}${where} APPLY (PURGE)`;
  throw new SovereignError(
    "INVALID_PARAMETER_VALUE",
    "`--purge` writes chosen files again, `--zorder-by` all of them",
    { hint: "give `--zorder-by` alone: deleted rows go with it" },
  );
}

async function report(
  context: CommandContext,
  table: string,
  { commit }: StatementResult,
): Promise<void> {
  const [added, removed] = [commit?.filesAdded ?? 0, commit?.filesRemoved ?? 0];
  const files = (count: number) => `${formatCount(count)} file${count === 1 ? "" : "s"}`;
  await context.note(
    commit === undefined
      ? `${table} is as it should be: nothing was written`
      : `wrote ${files(removed)} of ${table} as ${files(added)} (version ${commit.version})`,
  );
  if (commit !== undefined) {
    const details = { version: commit.version, added, removed };
    await context.audit({ command: context.path, object: table, outcome: "ok", details });
  }
  if (context.globals.output === undefined) return;
  await context.printRecord(command.fields ?? [], {
    version: commit === undefined ? null : BigInt(commit.version),
    files_added: BigInt(added),
    files_removed: BigInt(removed),
    bytes_added: BigInt(commit?.metrics.numAddedBytes ?? 0),
    bytes_removed: BigInt(commit?.metrics.numRemovedBytes ?? 0),
  });
}
