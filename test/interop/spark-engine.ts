/** Spark with delta-spark as the other engine of tables that two engines change in turn. */
import { createText } from "./model-table.ts";
import type { Peer, PeerRows } from "./peer.ts";
import type { PeerEngine } from "./turns.ts";

/** It has every statement. */
export function spark(peer: Peer): PeerEngine {
  const run = (sql: string, path: string, settings: object = {}) =>
    peer.ask<void>("run", { statement: sql.replaceAll("$T", `delta.\`${path}\``), settings });
  return {
    name: "Spark",
    properties: {
      "delta.enableDeletionVectors": ["true", "false"],
      "delta.enableChangeDataFeed": ["true", null, null],
      "delta.checkpointInterval": ["3", "7", null],
      "delta.checkpointPolicy": ["v2", null, null],
      "delta.columnMapping.mode": ["name", "id", null, null],
      "delta.enableRowTracking": ["true", null, null, null, null],
      "delta.enableInCommitTimestamps": ["true", null],
    },
    settable: [
      "delta.enableDeletionVectors",
      "delta.enableChangeDataFeed",
      "delta.checkpointInterval",
      "delta.checkpointPolicy",
      "delta.enableInCommitTimestamps",
      "delta.columnMapping.mode",
    ],
    runs: () => true,
    run: ({ sql, settings }, path) => run(sql, path, settings),
    async create(table, path) {
      await run(createText(table), path);
      return true;
    },
    read: (path) => peer.ask<PeerRows>("read", { path }),
    history: (path) => peer.ask<PeerRows>("query", { text: `DESCRIBE HISTORY delta.\`${path}\`` }),
    changes: (path, version) => {
      const feed = `table_changes_by_path('${path}', ${version}, ${version})`;
      return peer.ask<PeerRows>("query", {
        text: `SELECT * EXCEPT (_commit_timestamp) FROM ${feed}`,
      });
    },
    async check(path, { properties }) {
      if (properties["delta.enableRowTracking"] !== "true") return;
      const text = `SELECT count(*) - count(DISTINCT _metadata.row_id) FROM delta.\`${path}\``;
      const { rows } = await peer.ask<PeerRows>("query", { text });
      if (rows[0] !== '["0"]') throw new Error(`row ids are not unique: ${rows[0]}`);
    },
    isRefusal: () => false,
  };
}
