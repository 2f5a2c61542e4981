/** Searches of traces in both versions of the API, and how two filters go together. */
import { type PageQuery, readPage } from "../search/page.ts";
import { buildTraceQuery } from "../search/trace-query.ts";
import { parseExperimentId } from "../store/experiments.ts";
import { countTraces } from "../store/trace-counts.ts";
import { listTraceInfos } from "../store/traces.ts";
import { correlate } from "../tracing/correlation.ts";
import {
  atMost,
  type Checks,
  isArray,
  isIntLike,
  isString,
  itemsAreStrings,
  required,
} from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, message } from "../wire/fields.ts";
import { wireDouble } from "../wire/print-json.ts";
import { locationFields, printTraceInfo, printTraceInfoV2 } from "../wire/trace.ts";
import { apiRoute, type Context, type Route } from "./route.ts";

const DEFAULT_PAGE = 100;
const MAX_PAGE = 500;

const pageFields = {
  filter: "string",
  max_results: "int32",
  order_by: listOf("string"),
  page_token: "string",
} as const;
const pageChecks: Checks = {
  filter: [isString],
  max_results: [isIntLike, atMost(MAX_PAGE)],
  order_by: [isArray, itemsAreStrings],
  page_token: [isString],
};

export const traceSearchRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/traces/search",
    version: "3.0",
    isHeavy: true,
    fields: { locations: listOf(message(locationFields)), ...pageFields },
    checks: { locations: [isArray, required], ...pageChecks },
    handle: ({ context, message: sent }) => {
      const ids = (sent.locations ?? []).flatMap(({ mlflow_experiment: experiment }) =>
        experiment === undefined ? [] : [experiment.experiment_id ?? ""],
      );
      return search(context, ids, { ...sent, print: printTraceInfo });
    },
  }),
  apiRoute({
    method: "GET",
    path: "/traces",
    isHeavy: true,
    fields: { experiment_ids: listOf("string"), ...pageFields },
    checks: { experiment_ids: [isArray, itemsAreStrings, required], ...pageChecks },
    handle: ({ context, message: sent }) =>
      search(context, sent.experiment_ids ?? [], { ...sent, print: printTraceInfoV2 }),
  }),
  apiRoute({
    method: "POST",
    path: "/traces/calculate-filter-correlation",
    version: "3.0",
    isHeavy: true,
    fields: {
      experiment_ids: listOf("string"),
      filter_string1: "string",
      filter_string2: "string",
      base_filter: "string",
    },
    checks: {
      experiment_ids: [isArray, required, itemsAreStrings],
      filter_string1: [isString, required],
      filter_string2: [isString, required],
      base_filter: [isString],
    },
    handle: ({ context, message: sent }) => {
      const counts = countTraces(context.database, {
        experimentIds: (sent.experiment_ids ?? []).map(parseExperimentId),
        first: sent.filter_string1 ?? "",
        second: sent.filter_string2 ?? "",
        base: sent.base_filter ?? "",
      });
      const { npmi, smoothed } = correlate(counts);
      return {
        npmi: wireDouble(npmi),
        npmi_smoothed: wireDouble(smoothed),
        filter1_count: counts.first,
        filter2_count: counts.second,
        joint_count: counts.both,
        total_count: counts.all,
      };
    },
  }),
];

interface Page {
  filter?: string;
  max_results?: number;
  order_by?: string[];
  page_token?: string;
  print: typeof printTraceInfo;
}

function search({ database }: Context, experimentIds: readonly string[], page: Page): object {
  checkLocations(experimentIds);
  const pageSize = page.max_results ?? DEFAULT_PAGE;
  if (pageSize < 1) {
    throw invalidParameter(
      `Invalid value ${pageSize} for parameter 'max_results' supplied. ` +
        "It must be a positive integer",
    );
  }
  const query: PageQuery = buildTraceQuery({
    experimentIds: experimentIds.map(parseExperimentId),
    filter: page.filter ?? null,
    orderBy: page.order_by ?? [],
    pageSize,
    pageToken: page.page_token ?? null,
  });
  const { rows, nextPageToken } = readPage<{ request_id: string }>(database, query);
  const infos = listTraceInfos(
    database,
    rows.map((row) => row.request_id),
  );
  return {
    traces: infos.length === 0 ? undefined : infos.map(page.print),
    next_page_token: nextPageToken ?? undefined,
  };
}

/** Places in a catalog have dots in their names; they are none of this server's. */
function checkLocations(ids: readonly string[]): void {
  const strangers = ids.filter((id) => id.includes(".")).join(", ");
  if (strangers === "") return;
  const shown = strangers.length > 20 ? `${strangers.slice(0, 20)}...` : strangers;
  throw invalidParameter(
    `Locations must be a list of experiment IDs. Found invalid experiment IDs: ${shown}.`,
  );
}
