/** Issues found in an experiment's traces (`issues`). */
import { newHexId } from "../../core/ids.ts";
import type { Database, SqlValue } from "../../core/store/index.ts";
import { parseIssueFilter } from "../search/issues.ts";
import { doesNotExist, invalidParameter } from "../wire/error.ts";
import { pythonRepr } from "../wire/python-text.ts";
import { getExperiment, parseExperimentId } from "./experiments.ts";

export interface Issue {
  issueId: string;
  experimentId: string;
  name: string;
  description: string;
  status: string;
  severity: string | null;
  rootCauses: string[];
  sourceRunId: string | null;
  categories: string[];
  createdTime: number;
  lastUpdatedTime: number;
  createdBy: string | null;
  /** The traces that an assessment ties to the issue; null when not asked for. */
  traceCount: number | null;
}

/** What an issue is made of. */
export type NewIssue = Pick<
  Issue,
  | "experimentId"
  | "name"
  | "description"
  | "status"
  | "severity"
  | "rootCauses"
  | "sourceRunId"
  | "categories"
  | "createdBy"
>;

export interface IssueSearch {
  experimentId: string | null;
  filter: string | undefined;
  limit: number;
  offset: number;
  countsTraces: boolean;
}

type IssueRow = Omit<Issue, "rootCauses" | "categories" | "traceCount"> & {
  rootCauses: string | null;
  categories: string | null;
  traceCount?: number;
};

const STATUSES = ["pending", "rejected", "resolved"];
/** From the mildest on; searches begin at the worst. */
const SEVERITIES = ["not_an_issue", "low", "medium", "high"];

const COLUMNS = `i.issue_id AS issueId, CAST(i.experiment_id AS TEXT) AS experimentId, i.name,
  i.description, i.status, i.severity, i.root_causes AS rootCauses,
  i.source_run_id AS sourceRunId, i.categories, i.created_timestamp AS createdTime,
  i.last_updated_timestamp AS lastUpdatedTime, i.created_by AS createdBy`;

/** Adds an issue to an active experiment. */
export function createIssue(database: Database, fresh: NewIssue, nowMs: number): Issue {
  checkStatus(fresh.status);
  checkSeverity(fresh.severity);
  const { experimentId } = getExperiment(database, fresh.experimentId, "ACTIVE_ONLY");
  const issueId = `iss-${newHexId()}`;
  database.run(
    `INSERT INTO issues (issue_id, experiment_id, name, description, status, severity,
       root_causes, source_run_id, categories, created_timestamp, last_updated_timestamp,
       created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      issueId,
      experimentId,
      fresh.name,
      fresh.description,
      fresh.status,
      fresh.severity,
      printList(fresh.rootCauses),
      fresh.sourceRunId,
      printList(fresh.categories),
      nowMs,
      nowMs,
      fresh.createdBy,
    ],
  );
  return getIssue(database, issueId);
}

/** An issue by its id. */
export function getIssue(database: Database, issueId: string): Issue {
  const row = database.get<IssueRow>(`SELECT ${COLUMNS} FROM issues i WHERE i.issue_id = ?`, [
    issueId,
  ]);
  if (row === null) throw doesNotExist(`Issue with ID '${issueId}' not found`);
  return toIssue(row);
}

/** Changes what is given; the rest stays. */
export function updateIssue(
  database: Database,
  issueId: string,
  changes: { [Key in "status" | "name" | "description" | "severity"]: string | null },
  nowMs: number,
): Issue {
  if (changes.status !== null) checkStatus(changes.status);
  checkSeverity(changes.severity);
  getIssue(database, issueId);
  database.run(
    `UPDATE issues SET status = COALESCE(?, status), name = COALESCE(?, name),
       description = COALESCE(?, description), severity = COALESCE(?, severity),
       last_updated_timestamp = ? WHERE issue_id = ?`,
    [changes.status, changes.name, changes.description, changes.severity, nowMs, issueId],
  );
  return getIssue(database, issueId);
}

/** A page of issues, the worst and newest first; one more than `limit` when there is a next one. */
export function searchIssues(database: Database, search: IssueSearch): Issue[] {
  const conditions = ["1"];
  const values: SqlValue[] = [];
  if (search.experimentId !== null) {
    conditions.push("i.experiment_id = ?");
    values.push(parseExperimentId(search.experimentId));
  }
  for (const { key, comparator, value } of parseIssueFilter(search.filter)) {
    conditions.push(`i.${key} ${comparator} ?`);
    values.push(value as string);
  }
  const count = `(SELECT COUNT(DISTINCT a.trace_id) FROM assessments a
     WHERE a.name = i.issue_id AND a.assessment_type = 'issue') AS traceCount`;
  const rank = SEVERITIES.map((name, index) => `WHEN '${name}' THEN ${index}`).join(" ");
  const rows = database.all<IssueRow>(
    `SELECT ${COLUMNS}${search.countsTraces ? `, ${count}` : ""} FROM issues i
      WHERE ${conditions.join(" AND ")}
      ORDER BY CASE i.severity ${rank} ELSE -1 END DESC,
        ${search.countsTraces ? "traceCount DESC," : ""} createdTime DESC, issueId DESC
      LIMIT ? OFFSET ?`,
    [...values, search.limit + 1, search.offset],
  );
  return rows.map(toIssue);
}

function toIssue(row: IssueRow): Issue {
  return {
    ...row,
    rootCauses: readList(row.rootCauses),
    categories: readList(row.categories),
    traceCount: row.traceCount ?? null,
  };
}

function printList(items: readonly string[]): string | null {
  return items.length === 0 ? null : JSON.stringify(items);
}

function readList(text: string | null): string[] {
  const value: unknown = text ? JSON.parse(text) : [];
  return Array.isArray(value) ? value.map(String) : [];
}

function checkStatus(status: string): void {
  if (STATUSES.includes(status)) return;
  throw invalidParameter(`${pythonRepr(status)} is not a valid IssueStatus`);
}

function checkSeverity(severity: string | null): void {
  if (severity === null || SEVERITIES.includes(severity)) return;
  throw invalidParameter(`${pythonRepr(severity)} is not a valid IssueSeverity`);
}
