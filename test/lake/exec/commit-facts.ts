/** What commits say of themselves, without what differs between any two runs. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type CommitInfo, readCommitFile } from "../../../src/lake/delta/index.ts";

/** Metrics that two runs of one statement share, whichever engine ran it. */
const COUNTED =
  /^num(Output|Updated|Deleted|Copied|Source|Target)Rows|^numTargetRows|^num(Target)?(Removed)?Files$/;

export type SaidOfCommit = Pick<
  CommitInfo,
  "operation" | "operationParameters" | "operationMetrics"
>;

/** One line a commit: version, operation, parameters, the names of metrics and rows counted. */
export function commitFacts(commits: readonly SaidOfCommit[]): string[] {
  return commits.map(({ operation, operationParameters, operationMetrics }, version) =>
    JSON.stringify([
      version,
      operation,
      Object.entries(operationParameters ?? {})
        .map(([key, value]) => [key, masked(String(value))])
        .sort(),
      Object.entries(operationMetrics ?? {})
        .map(([key, value]) => (COUNTED.test(key) ? [key, value] : [key]))
        .sort(),
    ]),
  );
}

/** The commits of a table, oldest first. */
export function commitsOf(table: string): SaidOfCommit[] {
  const log = join(table, "_delta_log");
  const names = readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name));
  return names
    .sort()
    .map(
      (name) =>
        readCommitFile(join(log, name)).find((a) => a.commitInfo)?.commitInfo as SaidOfCommit,
    );
}

/** Without numbers of a session's attributes, identifiers, and the order of a map. */
function masked(text: string): string {
  const plain = text.startsWith("{") ? sorted(JSON.parse(text)) : text;
  return plain.replace(/#\d+L?/g, "").replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "?");
}

function sorted(map: object): string {
  return JSON.stringify(Object.entries(map).sort());
}
