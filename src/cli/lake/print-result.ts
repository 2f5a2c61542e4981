/** The outcome of a statement: rows on stdout, what changed on stderr and in the audit log. */
import type { StatementResult } from "../../lake/index.ts";
import type { CommandContext } from "../context.ts";
import type { RowOptions } from "../output/rows.ts";

/** Prints the rows and notes of one result, and closes it. */
export async function printResult(
  result: StatementResult,
  context: CommandContext,
  options: RowOptions,
): Promise<void> {
  try {
    if (result.schema.fields.length > 0) await context.printRows(result, options);
    await noteOutcome(result, context);
  } finally {
    await result.close();
  }
}

/** `committed version 4 to silver.orders: 2 files added, 1 removed`, and an audit record. */
async function noteOutcome(result: StatementResult, context: CommandContext): Promise<void> {
  const { commit, message, statement } = result;
  if (commit !== undefined) {
    const { table, version, filesAdded, filesRemoved } = commit;
    const files = `${countOf(filesAdded, "file")} added, ${filesRemoved} removed`;
    await context.note(`committed version ${version} to ${table}: ${files}`);
    await context.audit({
      command: `${context.path}: ${statement.replaceAll("_", " ")}`,
      object: table,
      outcome: "ok",
      details: { version, files_added: filesAdded, files_removed: filesRemoved },
    });
  }
  if (message !== undefined) await context.note(message);
  if (commit === undefined && CATALOG_CHANGE.test(statement)) {
    await context.audit({
      command: `${context.path}: ${statement.replaceAll("_", " ")}`,
      object: message ?? null,
      outcome: "ok",
    });
  }
}

/** Statements that change names without committing to a table. */
const CATALOG_CHANGE = /^(create|drop|alter|truncate|rename|comment)/;

/** `1 file`, `2 files`. */
export function countOf(count: number | bigint, noun: string): string {
  return `${count} ${noun}${Number(count) === 1 ? "" : "s"}`;
}
