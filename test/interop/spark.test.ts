/**
 * Spark 4.2.0 with delta-spark 4.4.0 reads every kind of table this lake writes, changes it, and we
 * read it back; then we change what Spark left, and Spark reads that.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { readPath } from "./canonical-rows.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";
import { ourHistory, writeTable } from "./write-table.ts";
import { WRITTEN_TABLES } from "./written-tables.ts";

/** Changes that Spark makes to each table. */
const CHANGES = [
  "INSERT INTO $T SELECT * FROM $T LIMIT 2",
  "UPDATE $T SET id = id + 1000 WHERE id % 4 = 1",
  "DELETE FROM $T WHERE id % 5 = 2",
];
const OTHER_CHANGES: Readonly<Record<string, readonly string[]>> = {
  replaced: ["INSERT INTO $T VALUES (5, 'z')", "UPDATE $T SET a = 9 WHERE only = 'x'"],
  // Spark refuses to UPDATE an identity column.
  identity: [
    "INSERT INTO $T (name) VALUES ('s'), ('t')",
    "UPDATE $T SET name = 'u' WHERE id % 4 = 3",
    "DELETE FROM $T WHERE id = 10",
  ],
  "hard-names": ["INSERT INTO $T SELECT * FROM $T", "UPDATE $T SET `a.b` = 7"],
};

/** What we do last. */
const OURS = ["INSERT INTO $T SELECT * FROM $T LIMIT 1", "OPTIMIZE $T"];

const reason = skipReason("spark");
if (reason !== null) console.log(`skipped: Spark (${reason})`);

describe.skipIf(reason !== null)("Spark reads and changes what we write", () => {
  let folder: string;
  let lake: Lake;
  let peer: Peer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "interop-"));
    lake = await openLake({ root: join(folder, "lake"), threads: 2 });
    peer = startPeer("spark");
  });
  afterAll(async () => {
    await peer?.close();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const table of WRITTEN_TABLES) {
    it(table.name, { timeout: 300_000 }, async () => {
      const path = join(folder, table.name);
      const named = (statement: string) => statement.replaceAll("$T", `delta.\`${path}\``);
      const agree = async (after: string) => {
        const theirs = await peer.ask<PeerRows>("read", { path });
        expect(await readPath(lake, path), after).toEqual(theirs);
        const history = await ourHistory(lake, path);
        expect(await peer.ask("history", { path }), after).toEqual(history);
      };
      await writeTable(lake, table, path);
      await agree("as written");
      for (const statement of OTHER_CHANGES[table.name] ?? CHANGES) {
        await peer.ask("run", { statement: named(statement) });
      }
      await agree("after Spark's changes");
      for (const statement of OURS) await (await lake.sql(named(statement))).close();
      await agree("after ours");
    });
  }
});
