/** Each kind of change by this lake and by a peer in turn, on tables of every kind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { deltaRs } from "./delta-rs-engine.ts";
import { type Peer, skipReason, startPeer } from "./peer.ts";
import { spark } from "./spark-engine.ts";
import { runSteps, STEP_TABLES } from "./steps.ts";

for (const [lane, engine] of [
  ["python", deltaRs],
  ["spark", spark],
] as const) {
  describe.skipIf(skipReason(lane) !== null)(`steps with ${engine.name}`, () => {
    let folder: string;
    let lake: Lake;
    let peer: Peer;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "interop-"));
      lake = await openLake({ root: join(folder, "lake"), threads: 2 });
      peer = startPeer(lane);
    });
    afterAll(async () => {
      await peer?.close();
      await lake?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(STEP_TABLES)("%s", { timeout: 600_000 }, async (...table) => {
      await runSteps({ lake, peer: engine(peer), folder, table });
    });
  });
}
