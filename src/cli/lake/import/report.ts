/** What an import says: its rows, the rows put aside, what it would do. */
import { relative } from "node:path";

import { SovereignError } from "../../../core/errors.ts";
import { formatCount } from "../../../core/progress.ts";
import { formatType, formatTypeSql, LONG, STRING } from "../../../lake/schema/data-type.ts";
import type { FieldSpec } from "../../command.ts";
import type { CommandContext } from "../../context.ts";
import { formatName } from "../table-name.ts";
import type { BadRow } from "./bad-rows.ts";
import type { ImportSource } from "./open-source.ts";
import type { ImportPlan } from "./plan-import.ts";
import type { RejectedRows } from "./rejected-file.ts";

/** The summary `-o` and `--json` print. */
export const SUMMARY_FIELDS: readonly FieldSpec[] = [
  { name: "table", type: STRING },
  { name: "action", type: STRING, summary: "create, append, overwrite or skip" },
  { name: "version", type: LONG, summary: "of the table; null when nothing was committed" },
  { name: "rows", type: LONG },
  { name: "rejected", type: LONG },
  { name: "rejected_file", type: STRING },
  { name: "columns", type: STRING, summary: "those the file brings, as in CREATE TABLE" },
  { name: "added_columns", type: STRING },
];

export interface ImportSummary {
  readonly table: string;
  readonly action: ImportPlan["action"] | "skip";
  readonly version: number | null;
  readonly rows: number;
  readonly rejected: number;
  readonly rejectedFile: string | null;
  readonly plan: ImportPlan | null;
}

/** Prints the summary when a format was asked for. */
export async function printSummary(context: CommandContext, summary: ImportSummary): Promise<void> {
  if (context.globals.output === undefined) return;
  const { table, action, version, rejectedFile, plan } = summary;
  await context.printRecord(SUMMARY_FIELDS, {
    table,
    action,
    version: version === null ? null : BigInt(version),
    rows: BigInt(summary.rows),
    rejected: BigInt(summary.rejected),
    rejected_file: rejectedFile,
    columns: plan === null ? null : formatColumns(plan.columns),
    added_columns: plan === null ? null : formatColumns(plan.added),
  });
}

function formatColumns(columns: ImportPlan["columns"]): string {
  return columns.map(({ name, type }) => `${formatName(name)} ${formatTypeSql(type)}`).join(", ");
}

/** `1 row`, `2,000 rows`. */
export function countRows(count: number): string {
  return `${formatCount(count)} row${count === 1 ? "" : "s"}`;
}

/** Warns about rows put aside, with where and why of the first ones. */
export async function warnRejected(
  context: CommandContext,
  rejected: RejectedRows,
  { bad, good }: { bad: number; good: number },
): Promise<void> {
  const file = relative(context.io.cwd, rejected.path);
  const head = `put aside ${formatCount(bad)} of ${countRows(bad + good)}: ${file}`;
  await context.warn([head, ...listRows(rejected.first, bad)].join("\n"));
}

/** One line a row, and how many more there are. */
export function listRows(rows: readonly BadRow[], total: number): string[] {
  const hasOneFile = rows.every(({ file }) => file === rows[0]!.file);
  const lines = rows.map(({ file, line, reason }) => {
    const inFile = hasOneFile ? "" : `${file}, `;
    return line === null ? `  ${reason}` : `  ${inFile}line ${line}: ${reason}`;
  });
  const more = total - rows.length;
  return more > 0 ? [...lines, `  and ${formatCount(more)} more`] : lines;
}

const FIRST_ROWS = 5;

/** The first bad rows, for a refusal or a plan. */
export async function takeFirst(plan: ImportPlan): Promise<BadRow[]> {
  const first: BadRow[] = [];
  if (plan.badCount === 0) return first;
  for await (const row of plan.badRows()) {
    first.push(row);
    if (first.length === FIRST_ROWS) break;
  }
  return first;
}

/** The refusal of `--strict`. */
export async function refuseBadRows(
  source: ImportSource,
  plan: ImportPlan,
): Promise<SovereignError> {
  const rows = await takeFirst(plan);
  const head = `${countRows(plan.badCount)} of \`${source.name}\` cannot be imported`;
  return new SovereignError("INVALID_STATE", [head, ...listRows(rows, plan.badCount)].join("\n"), {
    hint: "without `--strict` such rows are put aside and the others imported",
    details: {
      bad_count: plan.badCount,
      bad_rows: rows.map(({ file, line, reason }) => ({ file, line, reason })),
    },
  });
}

const COLUMN_FIELDS: readonly FieldSpec[] = [
  { name: "column", type: STRING },
  { name: "type", type: STRING },
  { name: "change", type: STRING },
];

/** Says what the import would do; with a format asked for, as its summary. */
export async function printPlan(
  context: CommandContext,
  { source, plan, table }: { source: ImportSource; plan: ImportPlan; table: string },
): Promise<void> {
  const rows = await plan.countGood();
  const what = {
    create: `create ${table} with`,
    append: `append to ${table}`,
    overwrite: `replace the rows of ${table} by`,
  }[plan.action];
  await context.note(`would ${what} ${countRows(rows)} from ${source.name} (${source.format})`);
  if (plan.badCount > 0) {
    const head = `would put aside ${countRows(plan.badCount)}`;
    await context.warn([head, ...listRows(await takeFirst(plan), plan.badCount)].join("\n"));
  }
  if (context.globals.output !== undefined) {
    return printSummary(context, {
      table,
      action: plan.action,
      version: null,
      rows,
      rejected: plan.badCount,
      rejectedFile: null,
      plan,
    });
  }
  const added = new Set(plan.added.map((field) => field.name));
  const records = plan.columns.map(({ name, type }) => ({
    column: name,
    type: formatType(type),
    change: plan.action === "create" ? "new table" : added.has(name) ? "added" : "in the table",
  }));
  await context.printRecords(COLUMN_FIELDS, records);
}
