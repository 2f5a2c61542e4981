/**
 * Features of tables by this lake and Spark in turn: each statement once by either, on tables of
 * its own, and the other engine reads every time.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { runMirrored } from "./mirror.ts";
import { MIRROR_CASES } from "./mirror-cases.ts";
import { type Peer, skipReason, startPeer } from "./peer.ts";

describe.skipIf(skipReason("spark") !== null)("features by this lake and Spark in turn", () => {
  let folder: string;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "interop-"));
    lake = await openLake({
      root: join(folder, "lake"),
      threads: 2,
      deletionVectors: false,
    });
    peer = startPeer("spark");
  });
  afterAll(async () => {
    await peer?.close();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(MIRROR_CASES)("$name", { timeout: 600_000 }, async (mirrored) => {
    await runMirrored(lake, peer, folder, mirrored);
  });
});
