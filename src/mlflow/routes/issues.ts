/** Issues: `/issues`. Their detection by a model is not implemented. */
import { createIssue, getIssue, type Issue, searchIssues, updateIssue } from "../store/issues.ts";
import { isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf } from "../wire/fields.ts";
import { decodeOffset, encodeOffset } from "../wire/offset-token.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const given = [required, isString];
const MAX_RESULTS = 50_000;

export const issueRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/issues",
    version: "3.0",
    fields: {
      experiment_id: "string",
      name: "string",
      description: "string",
      status: "string",
      severity: "string",
      root_causes: listOf("string"),
      source_run_id: "string",
      created_by: "string",
      categories: listOf("string"),
    },
    checks: { name: given, description: given, experiment_id: given },
    handle: ({ context: { database, clock }, message }) => {
      const fresh = {
        experimentId: message.experiment_id ?? "",
        name: message.name ?? "",
        description: message.description ?? "",
        status: message.status ?? "pending",
        severity: message.severity ?? null,
        rootCauses: message.root_causes ?? [],
        sourceRunId: message.source_run_id || null,
        categories: message.categories ?? [],
        createdBy: message.created_by || null,
      };
      const create = () => createIssue(database, fresh, clock.nowMs());
      return { issue: wireIssue(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/issues/:issue_id",
    version: "3.0",
    handle: ({ context, path: { issue_id = "" } }) => ({
      issue: wireIssue(getIssue(context.database, issue_id)),
    }),
  }),
  apiRoute({
    method: "PATCH",
    path: "/issues/:issue_id",
    version: "3.0",
    fields: {
      issue_id: "string",
      name: "string",
      description: "string",
      status: "string",
      severity: "string",
    },
    checks: { issue_id: [required] },
    handle: ({ context: { database, clock }, path: { issue_id = "" }, message }) => {
      const changes = {
        status: message.status ?? null,
        name: message.name || null,
        description: message.description || null,
        severity: message.severity ?? null,
      };
      const update = () => updateIssue(database, issue_id, changes, clock.nowMs());
      return { issue: wireIssue(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "POST",
    path: "/issues/search",
    version: "3.0",
    fields: {
      experiment_id: "string",
      filter_string: "string",
      max_results: "int32",
      page_token: "string",
      include_trace_count: "bool",
    },
    handle: ({ context: { database }, message }) => {
      const limit = message.max_results ?? 100;
      checkLimit(limit);
      const offset = decodeOffset(message.page_token);
      const found = searchIssues(database, {
        experimentId: message.experiment_id || null,
        filter: message.filter_string,
        limit,
        offset,
        countsTraces: message.include_trace_count ?? false,
      });
      return {
        issues: listOrNone(found.slice(0, limit).map(wireIssue)),
        next_page_token: found.length > limit ? encodeOffset(offset + limit) : "",
      };
    },
  }),
];

/** Refuses a page size that MLflow refuses. */
export function checkLimit(limit: number): void {
  const refuse = (demand: string) =>
    invalidParameter(
      `Invalid value ${limit} for parameter 'max_results' supplied. It must be ${demand}`,
    );
  if (limit < 1) throw refuse("a positive integer");
  if (limit > MAX_RESULTS) throw refuse(`at most ${MAX_RESULTS}`);
}

function wireIssue(issue: Issue) {
  return {
    issue_id: issue.issueId,
    experiment_id: issue.experimentId,
    name: issue.name,
    description: issue.description,
    status: issue.status,
    severity: issue.severity || undefined,
    root_causes: listOrNone(issue.rootCauses),
    source_run_id: issue.sourceRunId || undefined,
    created_timestamp: issue.createdTime,
    last_updated_timestamp: issue.lastUpdatedTime,
    created_by: issue.createdBy || undefined,
    categories: listOrNone(issue.categories),
    trace_count: issue.traceCount ?? undefined,
  };
}
