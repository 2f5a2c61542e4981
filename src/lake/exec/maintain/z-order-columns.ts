/**
 * The columns of a ZORDER BY, checked as delta-spark 4.4 does
 * (`OptimizeTableCommandBase.validateZorderByColumns`): data columns with statistics, or fields
 * inside structs of them.
 */
import type { Snapshot } from "../../delta/index.ts";
import { statsColumns } from "../../delta/write/stats-columns.ts";
import { type DataType, formatTypeSql, type StructField } from "../../schema/data-type.ts";
import type { MultipartName } from "../../sql/ast.ts";
import { isOrderable } from "../../sql/bind/orderable.ts";
import { SqlError } from "../../sql/error.ts";
import type { Session } from "../session.ts";

export const STATS_CHECK = "spark.databricks.delta.optimize.zorder.checkStatsCollection.enabled";

/** A column, or a field inside one. */
export interface ZOrderColumn {
  /** Names as the schema has them, outermost first. */
  path: readonly string[];
  type: DataType;
}

/** The named columns; refuses those that rows cannot be ordered by to any use. */
export function resolveZOrder(
  session: Session,
  snapshot: Snapshot,
  names: readonly MultipartName[],
): ZOrderColumn[] {
  const { partitionColumns } = snapshot.metadata;
  const partitions = new Set(partitionColumns.map((name) => name.toLowerCase()));
  const columns = names.map((name) => {
    const text = textOf(name);
    if (partitions.has(text.toLowerCase())) {
      throw refusal(name, "DELTA_ZORDERING_ON_PARTITION_COLUMN", "42P10", {
        message: `\`${text}\` is a partition column, whose rows are together already`,
        hint: "leave it out, and order by data columns",
      });
    }
    return resolveColumn(snapshot, name);
  });
  checkStatistics(session, snapshot, names, columns);
  return columns;
}

function resolveColumn({ schema, metadata }: Snapshot, name: MultipartName): ZOrderColumn {
  const path: string[] = [];
  let type: DataType = schema;
  for (const part of name.parts) {
    const fields: readonly StructField[] = type.kind === "struct" ? type.fields : [];
    const field = fields.find((f) => f.name.toLowerCase() === part.name.toLowerCase());
    if (!field)
      throw missing(
        name,
        fields.map((f) => f.name),
        path.length === 0,
        metadata,
      );
    path.push(field.name);
    type = field.type;
  }
  if (isOrderable(type) !== "no") return { path, type };
  throw refusal(name, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09", {
    message: `\`${textOf(name)}\` is of type ${formatTypeSql(type)}, which has no order`,
    hint: "name columns whose values can be compared",
  });
}

function missing(
  name: MultipartName,
  known: readonly string[],
  isTop: boolean,
  { partitionColumns }: Snapshot["metadata"],
): SqlError {
  const list = known.filter((column) => !isTop || !partitionColumns.includes(column));
  const hint = `there are ${list.map((column) => `\`${column}\``).join(", ")}`;
  const message = `there is no \`${textOf(name)}\` among the data columns`;
  return isTop
    ? refusal(name, "DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST", "42703", { message, hint })
    : refusal(name, "FIELD_NOT_FOUND", "42704", { message, hint });
}

/** Without statistics nothing is skipped, however the rows lie. */
function checkStatistics(
  session: Session,
  { schema, metadata }: Snapshot,
  names: readonly MultipartName[],
  columns: readonly ZOrderColumn[],
): void {
  if (session.settings.get(STATS_CHECK)?.toLowerCase() === "false") return;
  const { partitionColumns, configuration } = metadata;
  // Under mapping mode `none` the paths are the logical ones.
  const table = { schema, partitionColumns, configuration, columnMappingMode: "none" } as const;
  const indexed = statsColumns(table).map((leaf) => leaf.physicalPath);
  const silent = names.filter(
    (_, i) => !indexed.some((leaf) => columns[i]!.path.every((part, at) => leaf[at] === part)),
  );
  if (silent.length === 0) return;
  const list = silent.map((name) => `\`${textOf(name)}\``).join(", ");
  throw refusal(silent[0]!, "DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS", "KD00D", {
    message: `Z-ordering by ${list} would help no query: no statistics are collected on it`,
    hint: `collect them (\`delta.dataSkippingStatsColumns\`), or SET ${STATS_CHECK} = false`,
  });
}

function textOf(name: MultipartName): string {
  return name.parts.map((part) => part.name).join(".");
}

function refusal(
  { span }: MultipartName,
  errorClass: string,
  sqlState: string,
  { message, hint }: { message: string; hint: string },
): SqlError {
  return new SqlError(message, { errorClass, sqlState, span, hint });
}
