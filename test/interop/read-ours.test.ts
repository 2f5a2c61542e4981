/** delta-rs and DuckDB's delta extension read every kind of table this lake writes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { readPath } from "./canonical-rows.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";
import { ourHistory, writeTable } from "./write-table.ts";
import { WRITTEN_TABLES } from "./written-tables.ts";

const reason = skipReason("python");
if (reason !== null) console.log(`skipped: delta-rs and DuckDB (${reason})`);

describe.skipIf(reason !== null)("peers read what we write", () => {
  let folder: string;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "interop-"));
    lake = await openLake({ root: join(folder, "lake"), threads: 2 });
    peer = startPeer("python");
  });
  afterAll(async () => {
    await peer?.close();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const table of WRITTEN_TABLES) {
    it(table.name, async () => {
      const path = join(folder, table.name);
      await writeTable(lake, table, path);
      const ours = await readPath(lake, path);
      for (const [name, op] of [
        ["delta-rs", "read_delta_rs"],
        ["duckdb", "read_duckdb"],
      ] as const) {
        const words = table.refused?.[name];
        const read = peer.ask<PeerRows>(op, { path });
        if (words) await expect(read, name).rejects.toThrow(words);
        else if (table.misread?.[name]) expect(await read, name).not.toEqual(ours);
        else expect(await read, name).toEqual(ours);
      }
      expect(await peer.ask("history_delta_rs", { path })).toEqual(await ourHistory(lake, path));
    });
  }
});
