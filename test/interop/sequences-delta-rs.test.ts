/** Random sequences of statements by this lake and delta-rs in turn, on one table each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import type { ModelTable } from "./model-table.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";
import type { Statement } from "./random-statements.ts";
import { type PeerEngine, runSequence } from "./sequence.ts";
import { emptyTally, STATEMENTS, seedsToRun, tallyText } from "./sequences.ts";

function deltaRs(peer: Peer): PeerEngine {
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
    history: (path) => peer.ask<[number, string][]>("history_delta_rs", { path }),
    async changes(path, version) {
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

/** It takes no mapped columns there, and the paths of files as they stand in the log. */
const CHANGES_UNREAD = /Column mapping is not supported|Failed to fetch metadata for file .*%25/;

const reason = skipReason("python");

describe.skipIf(reason !== null)("random sequences with delta-rs", () => {
  const tally = emptyTally();
  let folder: string;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "interop-"));
    lake = await openLake({ root: join(folder, "lake"), threads: 2 });
    peer = startPeer("python");
  });
  afterAll(async () => {
    console.log(tallyText(deltaRs(peer), tally));
    await peer?.close();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(seedsToRun())("seed %i", { timeout: 300_000 }, async (seed) => {
    await runSequence({ lake, peer: deltaRs(peer), seed, folder, statements: STATEMENTS, tally });
  });
});
