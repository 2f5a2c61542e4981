/**
 * Columns that MLflow added to the trace tables after 3.11.1 (known up to 3.18.0): copies of tags,
 * metadata, span attributes and the trace's place that its own searches read there. A database it has upgraded gets
 * them filled as well; any other has no such columns.
 */
import type { Database, SqlValue } from "../../core/store/index.ts";

/** Columns of `trace_info` by the tag, metadata or token count that they copy. */
const COPIES = {
  "mlflow.traceName": "trace_name",
  "mlflow.trace.session": "session_id",
  input_tokens: "input_tokens",
  output_tokens: "output_tokens",
  total_tokens: "total_tokens",
  cache_read_input_tokens: "cache_read_input_tokens",
  cache_creation_input_tokens: "cache_creation_input_tokens",
  input_cost: "input_cost",
  output_cost: "output_cost",
  total_cost: "total_cost",
} as const;

const known = new WeakMap<Database, Map<string, ReadonlySet<string>>>();

/** Whether `table` has this column in this database. */
export function hasColumn(database: Database, table: string, column: string): boolean {
  let tables = known.get(database);
  if (tables === undefined) {
    tables = new Map();
    known.set(database, tables);
  }
  let columns = tables.get(table);
  if (columns === undefined) {
    const rows = database.all<{ name: string }>("SELECT name FROM pragma_table_info(?)", [table]);
    columns = new Set(rows.map((row) => row.name));
    tables.set(table, columns);
  }
  return columns.has(column);
}

/** Copies what is kept under `key` to the trace's row, where there is a column for it. */
export function copyToTrace(
  database: Database,
  traceId: string,
  key: string,
  value: SqlValue,
): void {
  const column = Object.hasOwn(COPIES, key) ? COPIES[key as keyof typeof COPIES] : null;
  if (column === null || !hasColumn(database, "trace_info", column)) return;
  database.run(`UPDATE trace_info SET ${column} = ? WHERE request_id = ?`, [value, traceId]);
}

/** Tells the trace's assessments its experiment and time, where there are columns for them. */
export function copyToAssessments(database: Database, traceId: string): void {
  if (!hasColumn(database, "assessments", "trace_timestamp_ms")) return;
  database.run(
    `UPDATE assessments SET (experiment_id, trace_timestamp_ms) =
       (SELECT experiment_id, timestamp_ms FROM trace_info WHERE request_id = :traceId)
     WHERE trace_id = :traceId`,
    { traceId },
  );
}
