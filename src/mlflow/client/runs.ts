/** Runs, their metrics, params and tags over any transport. */
import type { Int64 } from "../wire/fields.ts";
import { wireDouble } from "../wire/print-json.ts";
import {
  list,
  type MetricPoint,
  object,
  type Page,
  type RunEntity,
  type RunStatusName,
  text,
  toMetric,
  toPage,
  toRun,
} from "./entities.ts";
import { type SearchOptions, searchParams, toPairs } from "./experiments.ts";
import { isUnknownRoute, type Transport, type WireObject } from "./transport.ts";

/** A run that is to be made. */
export interface NewRunOptions {
  experimentId: string;
  name?: string;
  startedAtMs: number;
  userId?: string;
  tags?: Readonly<Record<string, string>>;
}

/** What one request logs: at most 1,000 metrics, 100 params, 100 tags, 1,000 in all. */
export interface RunBatch {
  metrics?: readonly MetricPoint[];
  params?: Readonly<Record<string, string>>;
  tags?: Readonly<Record<string, string>>;
}

/** Runs of a store and what is logged to them. */
export interface RunClient {
  create(options: NewRunOptions): Promise<RunEntity>;
  get(runId: string): Promise<RunEntity>;
  search(experimentIds: readonly string[], options?: SearchOptions): Promise<Page<RunEntity>>;
  update(
    runId: string,
    change: { status?: RunStatusName; endedAtMs?: number; name?: string },
  ): Promise<void>;
  delete(runId: string): Promise<void>;
  restore(runId: string): Promise<void>;
  setTag(runId: string, key: string, value: string): Promise<void>;
  deleteTag(runId: string, key: string): Promise<void>;
  logMetric(runId: string, point: MetricPoint): Promise<void>;
  logParam(runId: string, key: string, value: string): Promise<void>;
  logBatch(runId: string, batch: RunBatch): Promise<void>;
  /** Every logged value of a metric, by time and step. */
  metricHistory(runId: string, key: string): Promise<MetricPoint[]>;
  /** At most `maxResults` values of a metric for each run, spread over its steps. */
  sampleMetric(
    runIds: readonly string[],
    key: string,
    maxResults: number,
  ): Promise<Map<string, MetricPoint[]>>;
}

/** @internal Runs over `transport`. */
export function createRunClient(transport: Transport): RunClient {
  const post = (path: string, params: WireObject) =>
    transport.call({ method: "POST", path: `/runs/${path}`, params });
  return {
    create: async ({ experimentId, name, startedAtMs, userId, tags }) => {
      const params = { experiment_id: experimentId, run_name: name, start_time: startedAtMs };
      const answer = await post("create", {
        ...params,
        user_id: userId,
        tags: toPairs(tags ?? {}),
      });
      return toRun(object(answer.run));
    },
    get: async (runId) => {
      const params = { run_id: runId };
      return toRun(
        object((await transport.call({ method: "GET", path: "/runs/get", params })).run),
      );
    },
    search: async (experimentIds, options = {}) => {
      const { view_type, ...params } = searchParams(options, 1000);
      const ids = { experiment_ids: experimentIds, run_view_type: view_type };
      return toPage(await post("search", { ...params, ...ids }), "runs", toRun);
    },
    update: async (runId, { status, endedAtMs, name }) => {
      await post("update", { run_id: runId, status, end_time: endedAtMs, run_name: name });
    },
    delete: async (runId) => {
      await post("delete", { run_id: runId });
    },
    restore: async (runId) => {
      await post("restore", { run_id: runId });
    },
    setTag: async (runId, key, value) => {
      await post("set-tag", { run_id: runId, key, value });
    },
    deleteTag: async (runId, key) => {
      await post("delete-tag", { run_id: runId, key });
    },
    logMetric: async (runId, point) => {
      await post("log-metric", { run_id: runId, ...toWirePoint(point) });
    },
    logParam: async (runId, key, value) => {
      await post("log-parameter", { run_id: runId, key, value });
    },
    logBatch: async (runId, { metrics = [], params = {}, tags = {} }) => {
      await post("log-batch", {
        run_id: runId,
        metrics: metrics.map(toWirePoint),
        params: toPairs(params),
        tags: toPairs(tags),
      });
    },
    metricHistory: (runId, key) => readHistory(transport, runId, key),
    sampleMetric: async (runIds, key, maxResults) => {
      const samples = new Map(runIds.map((runId) => [runId, [] as MetricPoint[]]));
      const request = {
        method: "GET",
        path: "/metrics/get-history-bulk-interval",
        params: { run_ids: runIds, metric_key: key, max_results: maxResults },
      } as const;
      const answer = await transport.call(request).catch((error: unknown) => {
        if (isUnknownRoute(error)) return null;
        throw error;
      });
      if (answer === null) {
        for (const runId of runIds) {
          samples.set(runId, thinOut(await readHistory(transport, runId, key), maxResults));
        }
        return samples;
      }
      for (const wire of list(answer.metrics)) samples.get(text(wire.run_id))?.push(toMetric(wire));
      return samples;
    },
  };
}

/** At most `most` of the points, evenly, with the first and the last. */
function thinOut(points: readonly MetricPoint[], most: number): MetricPoint[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / Math.max(1, most - 1);
  return Array.from(
    { length: most },
    (_, index) => points[Math.round(index * step)] as MetricPoint,
  );
}

async function readHistory(transport: Transport, runId: string, key: string) {
  const points: MetricPoint[] = [];
  let token: string | null = null;
  do {
    const params: WireObject = {
      run_id: runId,
      metric_key: key,
      max_results: 25_000,
      page_token: token ?? undefined,
    };
    const path = "/metrics/get-history";
    const page: Page<MetricPoint> = toPage(
      await transport.call({ method: "GET", path, params }),
      "metrics",
      toMetric,
    );
    points.push(...page.items);
    token = page.nextPageToken;
  } while (token !== null);
  return points;
}

function toWirePoint({ key, value, timestamp, step }: MetricPoint): {
  key: string;
  value: number | string;
  timestamp: Int64;
  step: Int64;
} {
  return { key, value: wireDouble(value), timestamp, step };
}
