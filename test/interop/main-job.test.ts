/** The tables of the main job, as delta-rs and DuckDB's delta extension read them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { openStore, type Store } from "../../src/core/store/index.ts";
import { listedTables } from "../../src/lake/catalog/index.ts";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { DEMO_DEFAULTS } from "../../src/run/generate/index.ts";
import { runMainJob } from "../../src/run/index.ts";
import { canonicalAnswer } from "./canonical-rows.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";

const reason = skipReason("python");

describe.skipIf(reason !== null)("the main job's tables", () => {
  let home: string;
  let store: Store;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "interop-job-"));
    store = openStore({ path: join(home, "store.db") });
    lake = await openLake({ root: join(home, "lake"), store, tempDirectory: join(home, "tmp") });
    peer = startPeer("python");
  });
  afterAll(async () => {
    await peer?.close();
    await lake?.close();
    store?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("hold the same rows", { timeout: 300_000 }, async () => {
    const demo = { ...DEMO_DEFAULTS, customers: 300, transactions: 1500, products: 50 };
    await runMainJob({ lake, store, clock: systemClock, home, demo });
    const layers = ["bronze", "silver", "gold"].flatMap((schema) =>
      listedTables(lake.catalog, "main", schema),
    );
    const tables = layers.filter((table) => table.kind !== "view");
    expect(tables.length).toBeGreaterThan(10);
    for (const { schema, name, location } of tables) {
      const ours = await canonicalAnswer(lake, `SELECT * FROM ${schema}.${name}`);
      for (const op of ["read_delta_rs", "read_duckdb"]) {
        const theirs = await peer.ask<PeerRows>(op, { path: location });
        expect(theirs.columns, `${op} ${schema}.${name}`).toEqual(ours.columns);
        expect(theirs.rows, `${op} ${schema}.${name}`).toEqual(ours.rows);
      }
    }
  });
});
