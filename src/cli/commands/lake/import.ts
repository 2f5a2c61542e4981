/** `sovereign lake import`: rows of files into a table, made if it is missing. */
import { rmSync } from "node:fs";
import { relative } from "node:path";

import type { Lake } from "../../../lake/index.ts";
import { defineCommand } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { IMPORT_FORMATS } from "../../lake/import/formats.ts";
import { type ImportSource, openImportSource } from "../../lake/import/open-source.ts";
import { type ImportPlan, planImport } from "../../lake/import/plan-import.ts";
import { type RejectedRows, writeRejectedRows } from "../../lake/import/rejected-file.ts";
import {
  countRows,
  printPlan,
  printSummary,
  refuseBadRows,
  SUMMARY_FIELDS,
  warnRejected,
} from "../../lake/import/report.ts";
import { refuseSwapped } from "../../lake/import/source-files.ts";
import {
  findCommitted,
  readTransactionId,
  type TransactionId,
} from "../../lake/import/transaction-id.ts";
import { describeMixedColumns } from "../../lake/import/type-notes.ts";
import { openProjectLake } from "../../lake/session.ts";
import { quoteTable } from "../../lake/table-name.ts";

export const command = defineCommand({
  args: {
    file: {
      summary: "CSV, TSV, JSON, NDJSON, Parquet or Arrow; a folder; `-` for stdin",
      required: true,
      completes: "files",
    },
    table: { summary: "the table to import into", required: true, completes: "tables" },
  },
  flags: {
    "input-format": {
      type: "choice",
      choices: IMPORT_FORMATS,
      summary: "format of the file (default: by its name, else by its first bytes)",
    },
    delimiter: { type: "string", value: "text", summary: "between the fields of a CSV file" },
    escape: {
      type: "string",
      value: "char",
      summary:
        "what stands before a quote inside quotes (default: another quote; Spark writes `\\`)",
    },
    "no-header": {
      type: "boolean",
      summary: "the first line of a CSV file is a row already; columns go by their order",
    },
    "merge-schema": { type: "boolean", summary: "add the columns the table does not have yet" },
    overwrite: { type: "boolean", summary: "replace the table's rows" },
    strict: { type: "boolean", summary: "fail, and import nothing, if a row cannot be taken" },
    "txn-id": {
      type: "string",
      value: "app:version",
      summary: "import once: skip if the table has this version of the application, or a later one",
    },
  },
  examples: [
    {
      comment: "A new table with the types the file shows",
      run: "sovereign lake import customers.csv customers",
    },
    {
      comment: "Rows of another program",
      run: "echo '{\"id\": 1}' | sovereign lake import - events",
    },
    {
      comment: "What would happen, and which rows would be put aside",
      run: "sovereign lake import customers.csv customers --dry-run",
    },
  ],
  notes:
    "Either every good row is imported, in one commit, or none. A row that cannot be taken is put aside under .sovereign/rejected with its file, line and reason, and counted: a CSV record with too many or too few fields or a broken quote, a JSON line that is malformed or no object, a value that does not convert to the column's type, a row that breaks NOT NULL, CHECK, VARCHAR(n) or a generated column of the table. With `--strict` one such row fails the import. A file none of whose records can be read, and a broken JSON document, always fail it.\n\nA table that exists keeps its types; columns the file lacks get their default or NULL.",
  fields: SUMMARY_FIELDS,
  databricks: "`COPY INTO`, `read_files`, or the upload page",
  seeAlso: ["lake export", "lake sql"],
  dryRun: true,
  async run(context, { args, flags }) {
    const txn = flags["txn-id"] === undefined ? null : readTransactionId(flags["txn-id"]);
    refuseSwapped(context, [args.file, args.table], 0);
    const table = quoteTable(args.table, context.io);
    const lake = await openProjectLake(context);
    const schema = await lake.schemaOf(table);
    if (txn !== null && schema !== null) {
      const seen = await findCommitted(lake, table, txn);
      if (seen !== null) return skip(context, args.table, { txn, seen });
    }
    const source = await openImportSource(
      args.file,
      {
        format: flags["input-format"],
        delimiter: flags.delimiter,
        escape: flags.escape,
        hasHeader: !flags["no-header"],
      },
      context,
      schema,
    );
    const plan = await planImport(lake, source, {
      table,
      tableWord: args.table,
      schema,
      overwrite: flags.overwrite,
      mergeSchema: flags["merge-schema"],
    });
    const notes = await describeMixedColumns(lake, source, plan.added);
    for (const note of notes) await context.warn(note);
    if (flags.strict && plan.badCount > 0) throw await refuseBadRows(source, plan);
    if (context.globals.dryRun) {
      await printPlan(context, { source, plan, table: args.table });
      return 0;
    }
    await importRows(context, lake, { source, plan, tableWord: args.table, txn });
    return 0;
  },
});

async function skip(
  context: CommandContext,
  table: string,
  { txn, seen }: { txn: TransactionId; seen: bigint },
): Promise<number> {
  const later = seen === txn.version ? "" : `, in the later version ${seen}`;
  await context.note(`skipped: ${table} has \`${txn.appId}:${txn.version}\` already${later}`);
  await printSummary(context, {
    table,
    action: "skip",
    version: null,
    rows: 0,
    rejected: 0,
    rejectedFile: null,
    plan: null,
  });
  return 0;
}

interface ImportRun {
  readonly source: ImportSource;
  readonly plan: ImportPlan;
  readonly tableWord: string;
  readonly txn: TransactionId | null;
}

async function importRows(context: CommandContext, lake: Lake, run: ImportRun): Promise<void> {
  const { source, plan, tableWord } = run;
  const progress = await context.progress();
  const task = progress.start({ label: `importing ${source.name}` });
  const rejected =
    plan.badCount === 0 ? null : await writeRejectedRows(plan.badRows(), source.name, context);
  const commit = await commitRows(lake, run, rejected);
  task.discard();
  const rows = Number(commit?.metrics.numOutputRows ?? 0);
  const version = commit === undefined ? "" : ` (version ${commit.version})`;
  await context.note(`imported ${countRows(rows)} into ${tableWord}${version}`);
  if (rejected !== null) await warnRejected(context, rejected, { bad: plan.badCount, good: rows });
  const details = { version: commit?.version ?? null, rows, rejected: plan.badCount };
  await context.audit({ command: context.path, object: tableWord, outcome: "ok", details });
  await printSummary(context, {
    table: tableWord,
    action: plan.action,
    version: commit?.version ?? null,
    rows,
    rejected: plan.badCount,
    rejectedFile: rejected === null ? null : relative(context.io.cwd, rejected.path),
    plan,
  });
  await context.note(`next: sovereign lake head ${tableWord}`);
}

/** Rows put aside are aside only once the others are in the table. */
async function commitRows(lake: Lake, { plan, txn }: ImportRun, rejected: RejectedRows | null) {
  try {
    const result = await lake.sql(plan.statement, txn === null ? {} : { txn });
    await result.close();
    return result.commit;
  } catch (error) {
    if (rejected !== null) rmSync(rejected.path, { force: true });
    throw error;
  }
}
