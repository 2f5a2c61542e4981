/** The suite of random sequences by this lake and a peer in turn, on one table each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { type Peer, skipReason, startPeer } from "./peer.ts";
import { runSequence } from "./sequence.ts";
import { emptyTally, STATEMENTS, seedsToRun, tallyText } from "./sequences.ts";
import type { PeerEngine } from "./turns.ts";

interface Lane {
  name: string;
  lane: Parameters<typeof startPeer>[0];
  engineOf: (peer: Peer) => PeerEngine;
  /** Of one seed, in milliseconds. */
  timeout: number;
}

/** Declares the suite; it is skipped where the peer is not installed or not asked for. */
export function describeSequences({ name, lane, engineOf, timeout }: Lane): void {
  describe.skipIf(skipReason(lane) !== null)(`random sequences with ${name}`, () => {
    const tally = emptyTally();
    let folder: string;
    let lake: Lake;
    let peer: Peer;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "interop-"));
      lake = await openLake({ root: join(folder, "lake"), threads: 2 });
      peer = startPeer(lane);
    });
    afterAll(async () => {
      console.log(tallyText(engineOf(peer), tally));
      await peer?.close();
      await lake?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(seedsToRun())("seed %i", { timeout }, async (seed) => {
      await runSequence({
        lake,
        peer: engineOf(peer),
        seed,
        folder,
        statements: STATEMENTS,
        tally,
      });
    });
  });
}
