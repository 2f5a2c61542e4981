/** Reading metrics back: histories by page, several runs at once, samples for charts. */
import { MAX_HISTORY, readManyHistories, readMetricHistory } from "../store/metric-history.ts";
import { sampleMetrics } from "../store/metric-samples.ts";
import {
  atMostItems,
  isArray,
  isIntLike,
  isString,
  itemsAreStrings,
  required,
  within,
} from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf } from "../wire/fields.ts";
import { PrintedAnswer, printFields } from "../wire/print-json.ts";
import { apiRoute, type Route } from "./route.ts";

const MAX_RUNS = 100;
const MAX_SAMPLES = 2500;

export const metricRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/metrics/get-history",
    isHeavy: true,
    fields: {
      run_id: "string",
      run_uuid: "string",
      metric_key: "string",
      page_token: "string",
      max_results: "int32",
    },
    checks: {
      run_id: [isString, required],
      metric_key: [isString, required],
      page_token: [isString],
    },
    handle: ({ context: { database }, message: request }) => {
      const runId = request.run_id || (request.run_uuid ?? "");
      const maxResults = request.max_results ?? MAX_HISTORY;
      if (maxResults < 0) throw invalidMaxResults(maxResults);
      const page = { maxResults, pageToken: request.page_token ?? "" };
      const { metrics, nextPageToken } = readMetricHistory(
        database,
        runId,
        request.metric_key ?? "",
        page,
      );
      const next_page_token = nextPageToken && JSON.stringify(nextPageToken);
      return new PrintedAnswer(printFields({ metrics, next_page_token }));
    },
  }),
  apiRoute({
    method: "GET",
    path: "/metrics/get-history-bulk",
    isHeavy: true,
    isAjaxOnly: true,
    fields: { run_id: listOf("string"), metric_key: "string", max_results: "string" },
    handle: ({ context: { database }, message: request }) => {
      const { run_id: runIds = [], metric_key: key, max_results: wanted } = request;
      if (runIds.length === 0) {
        throw invalidParameter("GetMetricHistoryBulk request must specify at least one run_id.");
      }
      if (runIds.length > MAX_RUNS) {
        throw invalidParameter(
          `GetMetricHistoryBulk request cannot specify more than ${MAX_RUNS} run_ids. Received ${runIds.length} run_ids.`,
        );
      }
      if (key === undefined) {
        throw invalidParameter("GetMetricHistoryBulk request must specify a metric_key.");
      }
      const maxResults = wanted === undefined ? MAX_HISTORY : Number(wanted);
      if (!Number.isInteger(maxResults) || maxResults < 0) throw invalidMaxResults(wanted ?? "");
      const limit = Math.min(maxResults, MAX_HISTORY);
      const metrics = readManyHistories(database, runIds, key, limit) ?? "[]";
      return new PrintedAnswer(printFields({ metrics }));
    },
  }),
  apiRoute({
    method: "GET",
    path: "/metrics/get-history-bulk-interval",
    isHeavy: true,
    // MLflow reads the steps as any integer, though its message has 32 bits.
    fields: {
      run_ids: listOf("string"),
      metric_key: "string",
      start_step: "int64",
      end_step: "int64",
      max_results: "int64",
    },
    checks: {
      run_ids: [
        required,
        isArray,
        itemsAreStrings,
        atMostItems(
          MAX_RUNS,
          (count) =>
            `GetMetricHistoryBulkInterval request must specify at most ${MAX_RUNS} run_ids. Received ${count} run_ids.`,
        ),
      ],
      metric_key: [required, isString],
      start_step: [isIntLike],
      end_step: [isIntLike],
      max_results: [
        isIntLike,
        within(1, MAX_SAMPLES, `max_results must be between 1 and ${MAX_SAMPLES}.`),
      ],
    },
    handle: ({ context: { database }, message: request }) => {
      const { start_step: start, end_step: end } = request;
      if ((start === undefined) !== (end === undefined)) {
        throw invalidParameter(
          "If either start step or end step are specified, both must be specified.",
        );
      }
      const range = start === undefined || end === undefined ? null : ([start, end] as const);
      if (range !== null && range[0] > range[1]) {
        throw invalidParameter(
          `end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`,
        );
      }
      const metrics = sampleMetrics(database, {
        runIds: request.run_ids ?? [],
        key: request.metric_key ?? "",
        maxSteps: Number(request.max_results ?? MAX_SAMPLES),
        range: range === null ? null : [Number(range[0]), Number(range[1])],
      });
      return new PrintedAnswer(printFields({ metrics }));
    },
  }),
];

function invalidMaxResults(value: number | string) {
  return invalidParameter(
    `Invalid value ${value} for parameter 'max_results' supplied. It must be a positive integer`,
  );
}
