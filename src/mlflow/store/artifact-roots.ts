/** Where the artifacts of a run lie. */
import type { Database } from "../../core/store/index.ts";
import { doesNotExist } from "../wire/error.ts";

/** The artifact URI of a run. 404 when there is no such run. */
export function readArtifactRoot(database: Database, runId: string): string {
  const row = database.get<{ uri: string | null }>(
    "SELECT artifact_uri AS uri FROM runs WHERE run_uuid = ?",
    [runId],
  );
  if (row === null) throw doesNotExist(`Run with id=${runId} not found`);
  return row.uri ?? "";
}
