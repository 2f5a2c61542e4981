/** Random sequences of statements by this lake and Spark in turn, on one table each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { createText } from "./model-table.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";
import { type PeerEngine, runSequence } from "./sequence.ts";
import { emptyTally, STATEMENTS, seedsToRun, tallyText } from "./sequences.ts";

function spark(peer: Peer): PeerEngine {
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
    history: (path) => peer.ask<[number, string][]>("history", { path }),
    changes: (path, version) => {
      const feed = `table_changes_by_path('${path}', ${version}, ${version})`;
      return peer.ask<PeerRows>("query", {
        text: `SELECT * EXCEPT (_commit_timestamp) FROM ${feed}`,
      });
    },
    isRefusal: () => false,
  };
}

const reason = skipReason("spark");

describe.skipIf(reason !== null)("random sequences with Spark", () => {
  const tally = emptyTally();
  let folder: string;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "interop-"));
    lake = await openLake({ root: join(folder, "lake"), threads: 2 });
    peer = startPeer("spark");
  });
  afterAll(async () => {
    console.log(tallyText(spark(peer), tally));
    await peer?.close();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(seedsToRun())("seed %i", { timeout: 900_000 }, async (seed) => {
    await runSequence({ lake, peer: spark(peer), seed, folder, statements: STATEMENTS, tally });
  });
});
