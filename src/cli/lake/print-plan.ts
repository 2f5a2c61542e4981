/** The statements of a dry run as a listing. */
import type { PlannedStatement } from "../../lake/index.ts";
import { formatTypeSql, LONG, STRING } from "../../lake/schema/data-type.ts";
import type { FieldSpec } from "../command.ts";
import type { CommandContext, RecordValues } from "../context.ts";
import { quoteName } from "./table-name.ts";

/** Columns of `lake sql --dry-run`. */
export const PLAN_FIELDS: readonly FieldSpec[] = [
  { name: "line", type: LONG, summary: "where the statement starts" },
  { name: "statement", type: STRING, summary: "its kind" },
  { name: "object", type: STRING, summary: "the table or other thing it is about" },
  { name: "reads_files", type: LONG, summary: "data files it would read, after pruning" },
  { name: "reads_bytes", type: LONG },
  { name: "changes_files", type: LONG, summary: "files it may remove or write again" },
  { name: "changes_bytes", type: LONG },
  { name: "columns", type: STRING, summary: "of a query's result, or of the table it makes" },
  { name: "note", type: STRING },
];

/** Prints the plans of a script and says that nothing was done. */
export async function printPlans(
  plans: AsyncIterable<PlannedStatement>,
  context: CommandContext,
): Promise<void> {
  const records: RecordValues[] = [];
  for await (const plan of plans) records.push(planRecord(plan));
  await context.printRecords(PLAN_FIELDS, records);
  await context.note("nothing was written");
}

function planRecord({ kind, place, object, schema, reads, changes, note }: PlannedStatement) {
  const columns = schema?.fields.map(({ name, type }) => {
    return `${/^\w+$/.test(name) ? name : quoteName(name)} ${formatTypeSql(type)}`;
  });
  return {
    line: BigInt(place.line),
    statement: kind.replaceAll("_", " "),
    object,
    reads_files: reads && BigInt(reads.count),
    reads_bytes: reads && BigInt(reads.sizeBytes),
    changes_files: changes && BigInt(changes.count),
    changes_bytes: changes && BigInt(changes.sizeBytes),
    columns: columns?.join(", ") ?? null,
    note,
  };
}
