/** Runs: create, read, change, delete, restore. */
import type { Database } from "../../core/store/index.ts";
import { loadRuns, type Run } from "../store/run-data.ts";
import { createRun, getRunInfo, moveRun, updateRun } from "../store/runs.ts";
import { isIntLike, isString, required } from "../wire/checks.ts";
import { listOf, message, oneOf } from "../wire/fields.ts";
import { wireNewRun, wireRun, wireRunInfo } from "../wire/run.ts";
import { apiRoute, type Route } from "./route.ts";

const RUN_STATUS = oneOf({ RUNNING: 1, SCHEDULED: 2, FINISHED: 3, FAILED: 4, KILLED: 5 });
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
      return { run: wireNewRun(getRun(database, runId)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/runs/get",
    fields: { run_id: "string", run_uuid: "string" },
    checks: RUN_ID,
    handle: ({ context: { database }, message: { run_id = "", run_uuid = "" } }) => ({
      run: wireRun(getRun(database, run_id || run_uuid)),
    }),
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
];

function getRun(database: Database, runId: string): Run {
  return loadRuns(database, [getRunInfo(database, runId)])[0] as Run;
}
