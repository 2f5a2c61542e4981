import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFixedClock } from "../../../../src/core/clock.ts";
import { createRng, type Rng } from "../../../../src/core/rng.ts";
import { type Lake, openLake } from "../../../../src/lake/index.ts";

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const STATEMENTS = 14;

/** A statement that changes rows, some partition's or all of them. */
function statement(rng: Rng, step: number): string {
  const p = `p${Math.floor(rng.next() * 3)}`;
  const kind = Math.floor(rng.next() * 5);
  if (kind === 0 && step > 2) return `DELETE FROM t WHERE id % 7 = ${step % 7}`;
  if (kind === 1 && step > 2) return `UPDATE t SET id = id + 1000 WHERE p = '${p}' AND id % 2 = 0`;
  if (kind === 2 && step > 2) return `DELETE FROM t WHERE p = '${p}'`;
  return `INSERT INTO t SELECT id + ${step * 100}, '${p}' FROM range(50)`;
}

function dataFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(parquet|bin)$/.test(name) && !name.startsWith("_delta_log"))
    .map((name) => join(folder, name));
}

async function rowsAt(lake: Lake, version: number): Promise<string> {
  const result = await lake.sql(`SELECT * FROM t VERSION AS OF ${version} ORDER BY p, id`);
  return JSON.stringify(await result.objects(), (_, v) => (typeof v === "bigint" ? String(v) : v));
}

it.each([1, 2, 3, 4])("VACUUM takes only what nothing needs (seed %i)", async (seed) => {
  const rng = createRng(seed);
  const folder = mkdtempSync(join(tmpdir(), "vacuum-"));
  const clock = createFixedClock(START_MS);
  const lake = await openLake({ root: folder, clock, threads: 2, memoryLimit: "1GB" });
  const root = join(folder, "main", "default", "t");
  const vectors = seed % 2 === 0;
  await lake.sql(
    `CREATE TABLE t (id BIGINT, p STRING) PARTITIONED BY (p) TBLPROPERTIES ('delta.enableDeletionVectors' = '${vectors}', 'delta.checkpointInterval' = '4')`,
  );
  const known = new Set<string>();
  const orphans: { path: string; atMs: number }[] = [];
  const committedMs = [clock.nowMs()];
  const rows = [await rowsAt(lake, 0)];
  for (let step = 1; step <= STATEMENTS; step++) {
    clock.advance(Math.floor(rng.next() * 2 * DAY_MS));
    const { commit } = await lake.sql(statement(rng, step));
    const orphan = join(root, `orphan-${step}.parquet`);
    writeFileSync(orphan, "x");
    orphans.push({ path: orphan, atMs: clock.nowMs() });
    for (const path of dataFiles(root).filter((file) => !known.has(file))) {
      utimesSync(path, clock.nowMs() / 1000, clock.nowMs() / 1000);
      known.add(path);
    }
    if (commit === undefined) continue;
    committedMs.push(clock.nowMs());
    rows.push(await rowsAt(lake, commit.version));
  }
  await lake.sql("VACUUM t");
  const horizonMs = clock.nowMs() - 7 * DAY_MS;
  for (const { path, atMs } of orphans) expect(existsSync(path)).toBe(atMs >= horizonMs);
  for (const [version, expected] of rows.entries()) {
    // A version is needed as long as the one after it is younger than the horizon.
    if ((committedMs[version + 1] ?? clock.nowMs()) < horizonMs) continue;
    expect([version, await rowsAt(lake, version)]).toEqual([version, expected]);
  }
  await lake.sql("SET spark.databricks.delta.retentionDurationCheck.enabled = false");
  clock.advance(1000);
  await lake.sql("VACUUM t RETAIN 0 HOURS");
  expect(await rowsAt(lake, rows.length - 1)).toBe(rows.at(-1));
  expect(orphans.filter(({ path }) => existsSync(path))).toEqual([]);
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});
