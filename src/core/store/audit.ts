/** The audit log: who did what to which object, when, and how it ended. Append only. */
import { userInfo } from "node:os";

import { type Clock, systemClock } from "../clock.ts";
import type { Store } from "./store.ts";

export interface AuditEntry {
  /** `lake drop`, `privacy connect` … */
  command: string;
  /** What it was done to: a table, a host; null when there is no single object. */
  object: string | null;
  /** `ok`, `denied`, or an error code. */
  outcome: string;
  details?: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends Required<AuditEntry> {
  id: number;
  atMs: number;
  who: string;
}

/** Appends one entry, creating the store when it is missing. */
export function recordAudit(store: Store, entry: AuditEntry, clock: Clock = systemClock): void {
  store.run(
    `INSERT INTO audit_log (at_ms, who, command, object, outcome, details)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [
      clock.nowMs(),
      currentUser(),
      entry.command,
      entry.object,
      entry.outcome,
      JSON.stringify(entry.details ?? {}),
    ],
  );
}

/** The newest entries first. */
export function listAudit(store: Store, limit = 100): AuditRecord[] {
  const rows = store.all<Omit<AuditRecord, "details"> & { details: string }>(
    `SELECT id, at_ms AS atMs, who, command, object, outcome, details
       FROM audit_log ORDER BY id DESC LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({
    ...row,
    details: JSON.parse(row.details) as Record<string, unknown>,
  }));
}

function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
