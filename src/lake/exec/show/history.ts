/** DESCRIBE HISTORY: one row a commit, newest first (columns as in delta-spark 4.4). */
import type { HistoryEntry } from "../../delta/index.ts";
import {
  BOOLEAN,
  LONG,
  mapType,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../schema/data-type.ts";
import { MapValue, type Value } from "../../schema/value.ts";
import { SqlError } from "../../sql/error.ts";
import { localOutcome, type Outcome } from "../result.ts";
import type { StatementContext, StatementOf } from "../statement.ts";
import { openTable } from "../table-handle.ts";

const JOB = structType(
  ["jobId", "jobName", "jobRunId", "runId", "jobOwnerId", "triggerType"].map((name) =>
    structField(name, STRING),
  ),
);

export const HISTORY_COLUMNS = structType([
  structField("version", LONG),
  structField("timestamp", TIMESTAMP),
  structField("userId", STRING),
  structField("userName", STRING),
  structField("operation", STRING),
  structField("operationParameters", mapType(STRING, STRING)),
  structField("job", JOB),
  structField("notebook", structType([structField("notebookId", STRING)])),
  structField("clusterId", STRING),
  structField("readVersion", LONG),
  structField("isolationLevel", STRING),
  structField("isBlindAppend", BOOLEAN),
  structField("operationMetrics", mapType(STRING, STRING)),
  structField("userMetadata", STRING),
  structField("engineInfo", STRING),
]);

/** Runs DESCRIBE HISTORY [LIMIT n]. */
export async function describeHistory(
  ctx: StatementContext,
  describe: StatementOf<"describe">,
): Promise<Outcome> {
  const handle = await openTable(ctx, describe.table!);
  const limit = describe.limit ? readLimit(describe.limit) : undefined;
  const entries = handle.log.history(limit === undefined ? {} : { limit });
  return localOutcome(HISTORY_COLUMNS, entries.map(historyRow));
}

function readLimit(limit: NonNullable<StatementOf<"describe">["limit"]>): number {
  const isNumber = limit.kind === "literal" && limit.value.kind === "number";
  const count = isNumber ? Number((limit.value as { text: string }).text) : Number.NaN;
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw new SqlError("LIMIT of DESCRIBE HISTORY must be a whole number", {
    errorClass: "PARSE_SYNTAX_ERROR",
    sqlState: "42601",
    span: limit.span,
    hint: "DESCRIBE HISTORY t LIMIT 5",
  });
}

/** One commit in the columns of DESCRIBE HISTORY. */
export function historyRow(entry: HistoryEntry): Value[] {
  const info = entry.commitInfo;
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return [
    BigInt(entry.version),
    BigInt(Math.trunc(entry.timestampMs)) * 1000n,
    text(info?.userId),
    text(info?.userName),
    text(info?.operation),
    info?.operationParameters ? toMap(info.operationParameters) : null,
    null,
    null,
    text(info?.clusterId),
    wholeNumber(info?.readVersion),
    text(info?.isolationLevel),
    typeof info?.isBlindAppend === "boolean" ? info.isBlindAppend : null,
    info?.operationMetrics ? toMap(info.operationMetrics) : null,
    text(info?.userMetadata),
    text(info?.engineInfo),
  ];
}

/** Other programs put what they like into a commitInfo. */
function wholeNumber(value: unknown): bigint | null {
  if (typeof value === "bigint") return value;
  return Number.isSafeInteger(value) ? BigInt(value as number) : null;
}

function toMap(record: object): MapValue {
  return new MapValue(
    Object.entries(record).map(([key, value]): [string, string | null] => [
      key,
      value === null ? null : String(value),
    ]),
  );
}
