/** delta-rs as the other engine of tables that two engines change in turn. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pythonJson } from "./canonical-rows.ts";
import type { ModelTable } from "./model-table.ts";
import type { Peer, PeerRows } from "./peer.ts";
import type { Statement } from "./random-statements.ts";
import type { PeerEngine } from "./turns.ts";

/** It has the statements that `delta_rs_statements.py` has. */
export function deltaRs(peer: Peer): PeerEngine {
  const ask = (statement: string, path: string, args: object) =>
    peer.ask<void>("run_delta_rs", { statement, path, args });
  return {
    name: "delta-rs",
    properties: {
      "delta.enableDeletionVectors": ["true", null],
      "delta.enableChangeDataFeed": ["true", null, null],
      "delta.checkpointInterval": ["3", "7", null],
      "delta.columnMapping.mode": ["name", null, null, null],
    },
    settable: [
      "delta.enableDeletionVectors",
      "delta.enableChangeDataFeed",
      "delta.checkpointInterval",
    ],
    runs: (statement) => statement.deltaRs !== undefined,
    run: ({ deltaRs }: Statement, path) => ask(deltaRs!.op, path, deltaRs!.args),
    async create({ state, isPartitioned }: ModelTable, path) {
      // It maps the columns and leaves the feature out of the protocol.
      if ("delta.columnMapping.mode" in state.properties) return false;
      await ask("create", path, {
        columns: state.columns.map(({ name, type }) => [name, type]),
        partition_by: isPartitioned ? ["p"] : null,
        properties: state.properties,
      });
      return true;
    },
    read: (path) => peer.ask<PeerRows>("read_delta_rs", { path }),
    async history(path) {
      const history = await peer.ask<[number, string][]>("history_delta_rs", { path });
      const rows = history.map(([version, operation]) => pythonJson([String(version), operation]));
      return { columns: ["version", "operation"], rows };
    },
    async changes(path, version) {
      if (REMOVES_VECTORS.test(readFileSync(commitFile(path, version), "utf8"))) return null;
      try {
        return await peer.ask<PeerRows>("changes_delta_rs", { path, version });
      } catch (error) {
        if (CHANGES_UNREAD.test(String(error))) return null;
        throw error;
      }
    },
    isRefusal: (error) => REFUSALS.test(String(error)),
  };
}

/** A feature it lacks, or a RESTORE to the version that is the newest. */
const REFUSALS = /not supported|[Uu]nsupported|should be less then last available version/;

/** Of such a file it shows the rows that were deleted before. */
const REMOVES_VECTORS = /^\{"remove":.*"deletionVector":\{/m;

function commitFile(path: string, version: number): string {
  return join(path, "_delta_log", `${String(version).padStart(20, "0")}.json`);
}

/** It takes no mapped columns there, and the paths of files as they stand in the log. */
const CHANGES_UNREAD = /Column mapping is not supported|Failed to fetch metadata for file .*%25/;
