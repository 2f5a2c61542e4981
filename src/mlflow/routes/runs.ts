/** Runs: create, read, change, delete, restore. */
import type { Database } from "../../core/store/index.ts";
import { parseExperimentId } from "../store/experiments.ts";
import { loadRuns, type Run } from "../store/run-data.ts";
import { searchRuns } from "../store/run-search.ts";
import { createRun, getRunInfo, moveRun, updateRun } from "../store/runs.ts";
import { atMost, isArray, isIntLike, isString, itemsAreStrings, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { type Int64, listOf, message, oneOf } from "../wire/fields.ts";
import { PrintedAnswer, printFields } from "../wire/print-json.ts";
import { printNewRun, printRun, wireRunInfo } from "../wire/run.ts";
import { apiRoute, type Route } from "./route.ts";

const RUN_STATUS = oneOf({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 });
/** `mlflow.ViewType`. */
export const VIEW_TYPE = oneOf({ ACTIVE_ONLY: 1, DELETED_ONLY: 2, ALL: 3 });
const MAX_RESULTS = 50_000;
const RUN_ID = { run_id: [required, isString] } as const;

export const runRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/runs/create",
    fields: {
      experiment_id: "string",
      user_id: "string",
      run_name: "string",
      start_time: "int64",
      tags: listOf(message({ key: "string", value: "string" })),
    },
    checks: { experiment_id: [isString], start_time: [isIntLike], run_name: [isString] },
    handle: ({ context: { database }, message: request }) => {
      const runId = createRun(database, {
        experimentId: request.experiment_id ?? "",
        userId: request.user_id ?? "",
        runName: request.run_name ?? "",
        startTime: request.start_time ?? 0,
        tags: (request.tags ?? []).map(({ key = "", value = "" }) => ({ key, value })),
      });
      return new PrintedAnswer(printFields({ run: printNewRun(getRun(database, runId)) }));
    },
  }),
  apiRoute({
    method: "GET",
    path: "/runs/get",
    fields: { run_id: "string", run_uuid: "string" },
    checks: RUN_ID,
    handle: ({ context: { database }, message: { run_id = "", run_uuid = "" } }) => {
      const run = printRun(getRun(database, run_id || run_uuid));
      return new PrintedAnswer(printFields({ run }));
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/update",
    fields: {
      run_id: "string",
      run_uuid: "string",
      status: RUN_STATUS,
      end_time: "int64",
      run_name: "string",
    },
    checks: { ...RUN_ID, end_time: [isIntLike], status: [isString], run_name: [isString] },
    handle: ({ context: { database }, message: request }) => {
      const info = updateRun(database, request.run_id || (request.run_uuid ?? ""), {
        status: request.status,
        endTime: request.end_time,
        runName: request.run_name,
      });
      return { run_info: wireRunInfo(info) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/delete",
    fields: { run_id: "string" },
    checks: RUN_ID,
    handle: ({ context: { database, clock }, message: { run_id = "" } }) => {
      moveRun(database, run_id, "deleted", clock.nowMs());
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/restore",
    fields: { run_id: "string" },
    checks: RUN_ID,
    handle: ({ context: { database, clock }, message: { run_id = "" } }) => {
      moveRun(database, run_id, "active", clock.nowMs());
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/runs/search",
    isHeavy: true,
    fields: {
      experiment_ids: listOf("string"),
      filter: "string",
      run_view_type: VIEW_TYPE,
      max_results: "int32",
      order_by: listOf("string"),
      page_token: "string",
    },
    checks: {
      experiment_ids: [isArray],
      filter: [isString],
      max_results: [isIntLike, atMost(MAX_RESULTS)],
      order_by: [isArray, itemsAreStrings],
    },
    handle: ({ context: { database }, message: request }) => {
      const pageSize = request.max_results ?? 1000;
      checkPageSize(pageSize);
      const page = searchRuns(database, {
        experimentIds: (request.experiment_ids ?? []).map(parseExperimentId),
        filter: request.filter ?? "",
        viewType: request.run_view_type ?? "ACTIVE_ONLY",
        orderBy: request.order_by ?? [],
        pageSize,
        pageToken: request.page_token ?? null,
      });
      const runs = page.runs.length === 0 ? null : `[${page.runs.map(printRun).join()}]`;
      const next_page_token = page.nextPageToken && JSON.stringify(page.nextPageToken);
      return new PrintedAnswer(printFields({ runs, next_page_token }));
    },
  }),
];

/** Refuses a page size that no search of MLflow takes. */
export function checkPageSize(pageSize: Int64): void {
  if (pageSize >= 1 && pageSize <= MAX_RESULTS) return;
  const bound = pageSize < 1 ? "a positive integer" : `at most ${MAX_RESULTS}`;
  throw invalidParameter(
    `Invalid value ${pageSize} for parameter 'max_results' supplied. It must be ${bound}`,
  );
}

function getRun(database: Database, runId: string): Run {
  return loadRuns(database, [getRunInfo(database, runId)])[0] as Run;
}
