/** DuckDB's `RETURN_STATS` of one file as the Delta statistics document of its `add` action. */
import type { MapValue } from "../schema/value.ts";
import type { CopyRequest } from "./types.ts";

/** Statistics text of a written file. */
export function copiedStatistics(
  rowCount: number,
  _statistics: MapValue | null,
  _request: CopyRequest,
): string {
  return JSON.stringify({ numRecords: rowCount });
}
