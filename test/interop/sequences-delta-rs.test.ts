/** Random sequences of statements by this lake and delta-rs in turn, on one table each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { deltaRs } from "./delta-rs-engine.ts";
import { type Peer, skipReason, startPeer } from "./peer.ts";
import { runSequence } from "./sequence.ts";
import { emptyTally, STATEMENTS, seedsToRun, tallyText } from "./sequences.ts";

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
