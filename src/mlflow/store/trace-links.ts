/** Links from traces to runs and prompt versions, kept as entity associations. */

import { newHexId } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";

/** Links a trace to a run or a prompt version (`name/version`); a link that is there stays. */
export function linkTrace(
  database: Database,
  traceId: string,
  destination: { type: "run" | "prompt_version"; id: string },
  nowMs: number,
): void {
  database.run(
    `INSERT INTO entity_associations (association_id, source_type, source_id, destination_type,
       destination_id, created_time)
     VALUES (?, 'trace', ?, ?, ?, ?)
     ON CONFLICT (source_type, source_id, destination_type, destination_id) DO NOTHING`,
    [newHexId(), traceId, destination.type, destination.id, nowMs],
  );
}
