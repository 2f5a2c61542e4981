/** `mlflow db upgrade` killed at any moment: the file is the old one whole, or the new one whole. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { openDatabase } from "../../src/core/store/index.ts";
import { upgradeTrackingDatabase } from "../../src/mlflow/schema/upgrade.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
const FIXTURE = join(REPOSITORY, "fixtures/mlflow/store-2.22.5/mlflow.db");
const KILLS = Number(process.env.KILLS ?? 40);
let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "mlflow-kill-"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Many rows in tables the upgrade makes anew. */
function fill(path: string): void {
  const database = openDatabase(path);
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
    INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status)
    SELECT 't' || i, 0, i, 'OK' FROM n`);
  database.close();
}

test(`${KILLS} kills leave no half-made file`, async () => {
  const source = join(cwd, "source.db");
  copyFileSync(FIXTURE, source);
  fill(source);
  const path = join(cwd, "mlflow.db");
  const binary = join(REPOSITORY, "bin/sovereign.js");
  const ends = { old: 0, new: 0 };
  let wholeMs = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    for (const name of readdirSync(cwd))
      if (name !== "source.db") rmSync(join(cwd, name), { recursive: true });
    copyFileSync(source, path);
    const args = [binary, "mlflow", "db", "upgrade", "--backend-store-uri", path];
    const startedAt = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: "ignore" });
    const ended = once(child, "exit");
    // The first run is let end, to know how long one takes.
    if (kill === 0) {
      await ended;
      wholeMs = performance.now() - startedAt;
    } else {
      await sleep(wholeMs * (0.2 + kill / KILLS));
    }
    child.kill("SIGKILL");
    await ended;
    const database = openDatabase(path);
    const head = database.get<{ version_num: string }>("SELECT version_num FROM alembic_version");
    expect(database.all("PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
    expect(database.get("SELECT count(*) AS n FROM trace_info WHERE request_id LIKE 't%'")).toEqual(
      {
        n: 200_000,
      },
    );
    expect(database.get("SELECT 1 FROM sqlite_master WHERE name LIKE 'sovereign_before%'")).toBe(
      null,
    );
    database.close();
    ends[head?.version_num === "0584bdc529eb" ? "old" : "new"]++;
    upgradeTrackingDatabase(path, { cwd });
  }
  console.log(ends);
  expect(Math.min(ends.old, ends.new)).toBeGreaterThan(0);
});
