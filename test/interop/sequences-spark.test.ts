/** Random sequences of statements by this lake and Spark in turn, on one table each. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { type Peer, skipReason, startPeer } from "./peer.ts";
import { runSequence } from "./sequence.ts";
import { emptyTally, STATEMENTS, seedsToRun, tallyText } from "./sequences.ts";
import { spark } from "./spark-engine.ts";

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
