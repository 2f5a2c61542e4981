/** Statements that read the table they change beyond the rows they change notice who changes that. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFixedClock } from "../../../src/core/clock.ts";
import { createRng } from "../../../src/core/rng.ts";
import { createMemoryCatalog } from "../../../src/lake/catalog/index.ts";
import { startEngine } from "../../../src/lake/engine/index.ts";
import { executeStatement } from "../../../src/lake/exec/execute.ts";
import { Session } from "../../../src/lake/exec/session.ts";
import { parseScript } from "../../../src/lake/sql/parse/index.ts";

let folder = "";
let session: Session;
let meanwhile: string | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "target-reads-"));
  meanwhile = null;
  session = new Session({
    catalog: createMemoryCatalog(join(folder, "lake")),
    clock: createFixedClock(1_800_000_000_000),
    baseFolder: folder,
    startEngine: () => startEngine({ threads: 1, tempDirectory: join(folder, "tmp") }),
    transaction: {
      rng: createRng(1),
      beforeCommit: async () => {
        const winner = meanwhile;
        meanwhile = null;
        if (winner !== null) await run(winner);
      },
    },
  });
});
afterEach(async () => {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(sql: string): Promise<void> {
  for (const statement of parseScript(sql)) {
    await (await executeStatement(session, statement)).close();
  }
}

async function race(loser: string, winner: string): Promise<unknown> {
  await run("CREATE OR REPLACE TABLE t (id INT, v INT, p STRING) PARTITIONED BY (p)");
  await run("INSERT INTO t VALUES (1, 10, 'a'), (2, 20, 'a'), (3, 30, 'b'), (4, 40, 'c')");
  meanwhile = winner;
  return run(loser).then(
    () => "commits",
    (error) => error.details.error_class,
  );
}

const READS_B = [
  "UPDATE t SET v = (SELECT max(v) FROM t WHERE p = 'b') WHERE p = 'a'",
  "UPDATE t SET v = 0 WHERE p = 'a' AND v < (SELECT max(v) FROM t WHERE p = 'b')",
  "DELETE FROM t WHERE p = 'a' AND v < (SELECT max(v) FROM t WHERE p = 'b')",
  "MERGE INTO t USING (SELECT * FROM t WHERE p = 'b') AS s ON t.id = s.id - 2 AND t.p = 'a' " +
    "WHEN MATCHED THEN UPDATE SET v = s.v",
  "INSERT INTO t SELECT id + 10, v, 'a' FROM t WHERE p = 'b'",
];

test.each(READS_B)("%s", async (loser) => {
  expect(await race(loser, "DELETE FROM t WHERE p = 'b'")).toBe("DELTA_CONCURRENT_DELETE_READ");
  expect(await race(loser, "UPDATE t SET v = 41 WHERE p = 'c'")).toBe("commits");
});
