/**
 * The refusals of the conflict check, under Delta's error names (`DeltaErrors.scala`, 4.4). Each
 * tells which commit won, what it was and what it changed: that is what a user needs to decide
 * whether to run the statement again.
 */
import { SovereignError } from "../../../core/errors.ts";
import type { WinningCommit } from "./winning-commit.ts";

export type ConflictClass =
  | "DELTA_CONCURRENT_APPEND"
  | "DELTA_CONCURRENT_DELETE_READ"
  | "DELTA_CONCURRENT_DELETE_DELETE"
  | "DELTA_CONCURRENT_TRANSACTION"
  | "DELTA_METADATA_CHANGED"
  | "DELTA_PROTOCOL_CHANGED"
  | "DELTA_CONCURRENT_WRITE";

/** The error a losing transaction ends with; `what` says what of the winner it collides with. */
export function conflictError(
  errorClass: ConflictClass,
  winner: WinningCommit,
  what: string,
): SovereignError {
  const operation = winner.commitInfo?.operation ?? "an unnamed operation";
  const time = new Date(winner.timestampMs).toISOString();
  return new SovereignError(
    "RESOURCE_CONFLICT",
    `version ${winner.version} (${operation}, ${time}) was committed meanwhile: ${what} ` +
      `(${describeChanges(winner)})`,
    {
      hint: "run the statement again: it will see the new version",
      details: {
        error_class: errorClass,
        winning_version: winner.version,
        winning_operation: winner.commitInfo?.operation ?? null,
        winning_timestamp: time,
        winning_txn_id: winner.commitInfo?.txnId ?? null,
        files_added: winner.adds.length,
        files_removed: winner.removes.length,
      },
    },
  );
}

function describeChanges(winner: WinningCommit): string {
  const parts = [
    winner.protocol && "new protocol",
    winner.metadata && "new metadata",
    countOf(winner.adds.length, "added"),
    countOf(winner.removes.length, "removed"),
  ].filter(Boolean);
  return parts.length === 0 ? "no files" : parts.join(", ");
}

function countOf(count: number, verb: string): string {
  if (count === 0) return "";
  return `${count} file${count === 1 ? "" : "s"} ${verb}`;
}
