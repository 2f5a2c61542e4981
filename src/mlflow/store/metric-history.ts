/** Reading the history of metrics: pages of one run, or the first rows of several runs. */
import type { Database } from "../../core/store/index.ts";
import { decodePageToken, encodePageToken, refuseToken } from "../search/page-token.ts";
import type { Int64 } from "../wire/fields.ts";
import type { Metric } from "./metrics.ts";
import { allInt64, listsInt64 } from "./rows.ts";

/** A point and the run it belongs to. */
export interface RunMetric extends Metric {
  readonly runId: string;
}

export interface MetricPage {
  readonly metrics: readonly Metric[];
  /** Null on the last page. */
  readonly nextPageToken: string | null;
}

/** The most points of one answer unless the client asks for more. */
export const MAX_HISTORY = 25_000;

const COLUMNS = "key, value, timestamp, step, is_nan AS isNan";
const ORDER = "metric history";
const AFTER = `AND (timestamp, step, value, is_nan)
       > (CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?)`;

/** One page of a metric by timestamp, step and value; empty for a run or key that is not there. */
export function readMetricHistory(
  database: Database,
  runId: string,
  key: string,
  page: { readonly maxResults: number; readonly pageToken: string },
): MetricPage {
  const place = decodePageToken(page.pageToken, ORDER);
  if (place !== null && place.keys.length !== 4) throw refuseToken(page.pageToken);
  const after = place === null ? "" : AFTER;
  const rows = listsInt64<[Int64, Int64, number, 0 | 1]>(
    database,
    [0, 1],
    `SELECT timestamp, step, value, is_nan FROM metrics
      WHERE run_uuid = ? AND key = ? ${after}
      ORDER BY timestamp, step, value, is_nan LIMIT ?`,
    [runId, key, ...(place?.keys ?? []), page.maxResults + 1],
  );
  const isLast = rows.length <= page.maxResults;
  if (!isLast) rows.pop();
  const metrics = rows.map(([timestamp, step, value, isNan]) => ({
    key,
    value,
    timestamp,
    step,
    isNan,
  }));
  const last = metrics.at(-1);
  if (isLast || last === undefined) return { metrics, nextPageToken: null };
  const keys = [String(last.timestamp), String(last.step), last.value, last.isNan];
  return { metrics, nextPageToken: encodePageToken({ order: ORDER, arm: 0, keys }) };
}

/** The first points of several runs, run by run. */
export function readManyHistories(
  database: Database,
  runIds: readonly string[],
  key: string,
  maxResults: number,
): RunMetric[] {
  return allInt64<RunMetric>(
    database,
    ["timestamp", "step"],
    `SELECT run_uuid AS runId, ${COLUMNS} FROM metrics
      WHERE key = ? AND run_uuid IN (SELECT value FROM json_each(?))
      ORDER BY run_uuid, timestamp, step, value LIMIT ?`,
    [key, JSON.stringify(runIds), maxResults],
  );
}
