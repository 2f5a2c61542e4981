/**
 * Reading the history of metrics: pages of one run, or the first rows of several runs. SQLite
 * prints the rows: as objects of JavaScript they would take three times as long.
 */
import type { Database, SqlValue } from "../../core/store/index.ts";
import { decodePageToken, encodePageToken, refuseToken } from "../search/page-token.ts";

export interface MetricPage {
  /** A JSON list of `mlflow.Metric`; null for none. */
  readonly metrics: string | null;
  /** Null on the last page. */
  readonly nextPageToken: string | null;
}

/** The most points of one answer unless the client asks for more. */
export const MAX_HISTORY = 25_000;

const ORDER = "metric history";
const COLUMNS = "timestamp, step, value, is_nan";
const PLACE = "(CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?)";

/**
 * The expression for a row of `table` as `mlflow.Metric`. SQLite prints doubles and 64-bit
 * integers so that they read back as they were; `more` adds fields: `, 'run_id', run_uuid`.
 */
export function metricJson(table: string, more = ""): string {
  const value = `iif(${table}.is_nan, 'NaN', ${table}.value)`;
  return `json_object('key', ${table}.key, 'value', ${value},
    'timestamp', ${table}.timestamp, 'step', ${table}.step${more})`;
}

/** One page of a metric by timestamp, step and value; empty for a run or key that is not there. */
export function readMetricHistory(
  database: Database,
  runId: string,
  key: string,
  page: { readonly maxResults: number; readonly pageToken: string },
): MetricPage {
  const place = decodePageToken(page.pageToken, ORDER);
  if (place !== null && place.keys.length !== 4) throw refuseToken(page.pageToken);
  if (page.maxResults === 0) return { metrics: null, nextPageToken: null };
  const after = place === null ? "" : `AND (${COLUMNS}) > ${PLACE}`;
  const start: SqlValue[] = [runId, key, ...(place?.keys ?? [])];
  const rows = `FROM metrics WHERE run_uuid = ? AND key = ? ${after}`;
  const order = `ORDER BY ${COLUMNS} LIMIT ?`;
  const ends = database.lists<[string, string, number, 0 | 1]>(
    `SELECT CAST(timestamp AS TEXT), CAST(step AS TEXT), value, is_nan ${rows} ${order} OFFSET ?`,
    [...start, 2, page.maxResults - 1],
  );
  // With a row behind the page, its last row is what ends it, whatever is written meanwhile.
  const end = ends.length === 2 ? (ends[0] ?? null) : null;
  const before = end === null ? "" : `AND (${COLUMNS}) <= ${PLACE}`;
  const metrics = readList(
    database,
    `SELECT json_group_array(${metricJson("m")})
       FROM (SELECT key, ${COLUMNS} ${rows} ${before} ${order}) m`,
    [...start, ...(end ?? []), end === null ? page.maxResults : -1],
  );
  const nextPageToken = end && encodePageToken({ order: ORDER, arm: 0, keys: end });
  return { metrics, nextPageToken };
}

/** The first points of several runs, run by run: a JSON list, or null for none. */
export function readManyHistories(
  database: Database,
  runIds: readonly string[],
  key: string,
  maxResults: number,
): string | null {
  return readList(
    database,
    `SELECT json_group_array(${metricJson("m", ", 'run_id', m.run_uuid")})
       FROM (SELECT run_uuid, key, ${COLUMNS} FROM metrics
              WHERE key = ? AND run_uuid IN (SELECT value FROM json_each(?))
              ORDER BY run_uuid, timestamp, step, value LIMIT ?) m`,
    [key, JSON.stringify(runIds), maxResults],
  );
}

/** The one value of a statement that prints a list; null for an empty one. */
export function readList(database: Database, sql: string, parameters: SqlValue[]): string | null {
  const [row] = database.lists<[string]>(sql, parameters);
  return row === undefined || row[0] === "[]" ? null : row[0];
}
