/** Writes one of the tables peers read, and shows its history as a peer does. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Lake } from "../../src/lake/index.ts";
import type { WrittenTable } from "./written-tables.ts";

/** Runs a table's statements on the table at `path`. */
export async function writeTable(lake: Lake, table: WrittenTable, path: string): Promise<void> {
  for (const statement of table.statements) {
    const result = await lake.sql(statement.replaceAll("$T", `delta.\`${path}\``));
    await result.close();
  }
  if (!table.dropsOldCommits) return;
  if (!dropOldCommits(path)) throw new Error("the table has no checkpoint");
}

/** Versions and operations, newest first. */
export async function ourHistory(lake: Lake, path: string): Promise<[number, string][]> {
  const history = await (await lake.table(`delta.\`${path}\``)).history();
  return history.map(({ version, operation }) => [Number(version), String(operation)]);
}

/** Removes the commits below the newest checkpoint; whether there is one. */
export function dropOldCommits(path: string): boolean {
  const log = join(path, "_delta_log");
  const names = readdirSync(log);
  const newest = names
    .filter((name) => /^\d{20}\.checkpoint\./.test(name))
    .map((name) => name.slice(0, 20))
    .sort()
    .at(-1);
  if (newest === undefined) return false;
  for (const name of names) {
    if (/^\d{20}\.(json|crc)$/.test(name) && name.slice(0, 20) < newest) rmSync(join(log, name));
  }
  return true;
}
