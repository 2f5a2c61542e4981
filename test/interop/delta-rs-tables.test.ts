/** Tables that delta-rs writes: read here, changed here, and read by delta-rs again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lake, openLake } from "../../src/lake/index.ts";
import { canonicalAnswer, readPath } from "./canonical-rows.ts";
import { type Peer, type PeerRows, skipReason, startPeer } from "./peer.ts";
import { ourHistory } from "./write-table.ts";

/** What is done to each table once it is read. */
const CHANGES = [
  "INSERT INTO $T SELECT * FROM $T LIMIT 2",
  "UPDATE $T SET id = id + 1000 WHERE id % 4 = 1",
  "DELETE FROM $T WHERE id % 5 = 2",
  "MERGE INTO $T t USING (SELECT * FROM $T WHERE id = 1001) s ON t.id = s.id AND t.id < 0 " +
    "WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT *",
  "OPTIMIZE $T",
  "OPTIMIZE $T ZORDER BY (id)",
];

const OTHER_CHANGES: Readonly<Record<string, readonly string[]>> = {
  schema_overwrite: ["INSERT INTO $T VALUES ('z')", "UPDATE $T SET only = 'w' WHERE only = 'x'"],
};

/** Statements these tables must refuse. */
const REFUSED: Readonly<Record<string, readonly [string, RegExp]>> = {
  constraint: ["INSERT INTO $T VALUES (-1, 0, 'x')", /positive/],
  not_null: ["INSERT INTO $T VALUES (null)", /NOT NULL/],
};

const TABLES = [
  "append",
  "overwrite",
  "overwrite_where",
  "all_types",
  "partitioned",
  "update",
  "delete",
  "delete_partition",
  "merge",
  "optimize",
  "z_order",
  "vacuum",
  "checkpoint",
  "cleaned_log",
  "log_compaction",
  "schema_evolution",
  "schema_overwrite",
  "constraint",
  "not_null",
  "restore",
  "deletion_vectors_on",
  "change_feed",
  "empty",
];

const reason = skipReason("python");

describe.skipIf(reason !== null)("tables of delta-rs", () => {
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

  async function run(path: string, statement: string): Promise<void> {
    const result = await lake.sql(statement.replaceAll("$T", `delta.\`${path}\``));
    await result.close();
  }

  it("are all listed", async () => {
    expect(await peer.ask("list_delta_rs")).toEqual(TABLES);
  });

  it("tell their changes as ours do, whoever recorded them", async () => {
    const path = join(folder, "feed");
    await peer.ask("make_delta_rs", { name: "change_feed", path });
    await run(path, "UPDATE $T SET name = concat(name, '!') WHERE id BETWEEN 1 AND 3");
    await run(path, "DELETE FROM $T WHERE id = 6");
    await run(
      path,
      "MERGE INTO $T t USING (SELECT id + 7 AS id FROM range(4)) s ON t.id = s.id " +
        "WHEN MATCHED AND s.id = 8 THEN DELETE WHEN MATCHED THEN UPDATE SET name = 'm' " +
        "WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)",
    );
    await run(path, "INSERT INTO $T REPLACE WHERE id < 2 SELECT * FROM $T WHERE id = 0");
    await run(path, "DELETE FROM $T");
    const ours = await canonicalAnswer(
      lake,
      `SELECT * EXCEPT (_commit_timestamp) FROM table_changes_by_path('${path}', 0)`,
    );
    const theirs = await peer.ask<PeerRows>("changes_delta_rs", { path });
    expect(theirs.rows).toEqual(ours.rows);
    expect(theirs.columns).toEqual(ours.columns);
  });

  for (const name of TABLES) {
    it(name, async () => {
      const path = join(folder, name);
      await peer.ask("make_delta_rs", { name, path });
      const agree = async (after: string) => {
        const theirs = await peer.ask<PeerRows>("read_delta_rs", { path });
        expect(await readPath(lake, path), after).toEqual(theirs);
        expect(await peer.ask<PeerRows>("read_duckdb", { path }), after).toEqual(theirs);
        const history = await ourHistory(lake, path);
        expect(await peer.ask("history_delta_rs", { path }), after).toEqual(history);
      };
      await agree("as written");
      for (const statement of OTHER_CHANGES[name] ?? CHANGES) {
        await run(path, statement);
        await agree(statement);
      }
      const refusal = REFUSED[name];
      if (!refusal) return;
      await expect(run(path, refusal[0])).rejects.toThrow(refusal[1]);
      await agree(refusal[0]);
    });
  }
});
