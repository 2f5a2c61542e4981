/** The lake as a process that comes later finds it, in the words of the kill tests' model. */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createWasmCheckpointReader } from "../../../src/lake/checkpoint/index.ts";
import { DeltaLog, deletionVectorPath } from "../../../src/lake/delta/index.ts";
import type { Lake } from "../../../src/lake/index.ts";
import { emptyModel, type Model } from "./kill-model.ts";

type Rows = Map<number, number>;

/** Everything the model knows, read from the lake; and names and folders agree. */
export async function readLake(lake: Lake, folder: string): Promise<Model> {
  const names = (await textRows(lake, "SHOW TABLES")).map((row) => row[1]!).sort();
  expect(names).toEqual(tableFolders(folder));
  const model = emptyModel();
  for (const name of ["t", "w", "k", "d"] as const) model[name] = await pairsOf(lake, name);
  for (const [, rest, p] of await textRows(lake, "SELECT v, id % 4, p FROM w"))
    expect(rest).toBe(p);
  const properties = await textRows(lake, "SHOW TBLPROPERTIES t");
  model.property = properties.find(([key]) => key === "step")?.[1] ?? null;
  const r = await lake.sql("SELECT * FROM r");
  const described = await textRows(lake, "DESCRIBE TABLE r");
  model.r = {
    columns: described.map(([name, type]) => `${name}:${type}`),
    ids: (await r.rows()).map(([id]) => Number(id)),
  };
  const g = await textRows(lake, "SELECT id, v FROM g");
  expect(new Set(g.map(([id]) => id)).size, "identity values").toBe(g.length);
  model.g = g.map(([, v]) => Number(v));
  for (const name of names.filter((one) => /^c\d/.test(one))) {
    const rows = await textRows(lake, `SELECT id FROM ${name}`);
    model.copies.set(
      name,
      rows.map(([id]) => Number(id)),
    );
  }
  for (const name of names) await checkHistory(lake, name);
  model.converted = await newest(lake, join(folder, "convert"), 1, 4);
  model.repaired = await newest(lake, join(folder, "repair"), 4, 2);
  return model;
}

/** Number of the newest folder that has become a table of so many commits and rows. */
async function newest(lake: Lake, base: string, commits: number, rows: number): Promise<number> {
  const numbers = (existsSync(base) ? readdirSync(base) : [])
    .filter((name) => /^[a-z]\d+$/.test(name))
    .filter((name) => commitCount(join(base, name)) === commits)
    .map((name) => Number(name.slice(1)));
  const last = Math.max(0, ...numbers);
  if (last > 0) {
    const path = join(base, `${base.endsWith("repair") ? "b" : "c"}${last}`);
    expect((await pairsOf(lake, `delta.\`${path}\``)).size).toBe(rows);
  }
  return last;
}

/** Rows of a table of `id` and `v`, each id once. */
export async function pairsOf(lake: Lake, name: string): Promise<Rows> {
  const rows: Rows = new Map();
  for (const [id, v] of await textRows(lake, `SELECT id, v FROM ${name}`)) {
    expect(rows.has(Number(id)), `id ${id} twice in ${name}`).toBe(false);
    rows.set(Number(id), Number(v));
  }
  return rows;
}

/** The newest version of a table. */
export async function versionOf(lake: Lake, name: string): Promise<number> {
  return (await lake.table(name)).version();
}

/** What the change feed makes of rows read at an earlier version. */
export async function applyChanges(lake: Lake, rows: Rows, since: number): Promise<Rows> {
  const after: Rows = new Map(rows);
  const now = await versionOf(lake, "t");
  if (now === since) return after;
  const changes = await textRows(
    lake,
    `SELECT _change_type, id, v, _commit_version FROM table_changes('t', ${since + 1}, ${now}) ` +
      "ORDER BY _commit_version, _change_type IN ('insert', 'update_postimage')",
  );
  for (const [type, id, v] of changes) {
    if (type === "insert" || type === "update_postimage") after.set(Number(id), Number(v));
    else {
      expect(after.get(Number(id)), `${type} of id ${id}`).toBe(Number(v));
      after.delete(Number(id));
    }
  }
  return after;
}

async function checkHistory(lake: Lake, name: string): Promise<void> {
  const versions = (await (await lake.table(name)).history()).map((one) => Number(one.version));
  expect(versions, `versions of ${name}`).toEqual(versions.map((_, i) => versions[0]! - i));
}

/** VACUUM of every table: no orphan stays, nothing live goes. */
export async function vacuumAll(lake: Lake, folder: string): Promise<void> {
  await (
    await lake.sql("SET spark.databricks.delta.retentionDurationCheck.enabled = false")
  ).close();
  const base = join(folder, "lake/main/default");
  for (const name of tableFolders(folder).filter((one) => one !== "base")) {
    await (await lake.sql(`VACUUM ${name} RETAIN 0 HOURS`)).close();
    expect(filesOf(join(base, name)), `files of ${name}`).toEqual(
      await namedFiles(join(base, name)),
    );
  }
}

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => realpathSync(join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("/_delta_log/"))
    .sort();
}

/** Files below the root that the newest version names. */
async function namedFiles(root: string): Promise<string[]> {
  const log = DeltaLog.open(root, { checkpointReader: createWasmCheckpointReader() });
  const named = new Set<string>();
  for (const { add, absolutePath } of await (await log.snapshot()).scanFiles()) {
    named.add(realpathSync(absolutePath));
    if (add.deletionVector) {
      const path = deletionVectorPath(root, add.deletionVector);
      if (path !== null) named.add(realpathSync(path));
    }
  }
  const below = `${realpathSync(root)}/`;
  return [...named].filter((path) => path.startsWith(below)).sort();
}

async function textRows(lake: Lake, sql: string): Promise<string[][]> {
  const rows = await (await lake.sql(sql)).rows();
  return rows.map((row) => row.map(String));
}

/** Folders with a log: what the catalog must name, and nothing else. */
function tableFolders(folder: string): string[] {
  const base = join(folder, "lake/main/default");
  return readdirSync(base)
    .filter((name) => !name.startsWith("."))
    .filter((name) => commitCount(join(base, name)) > 0)
    .sort();
}

function commitCount(root: string): number {
  const log = join(root, "_delta_log");
  return existsSync(log)
    ? readdirSync(log).filter((name) => /^\d{20}\.json$/.test(name)).length
    : 0;
}
