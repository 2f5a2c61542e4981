/**
 * What a listing shows. CREATE TABLE enters the name before its first commit, so a process killed
 * in between leaves a managed entry with nothing behind it: that is no table, and the next CREATE
 * of that name goes ahead.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Catalog, TableInfo } from "./types.ts";

/** Tables and views of a schema, without entries that never became tables. */
export function listedTables(catalog: Catalog, name: string, schema: string): TableInfo[] {
  return catalog
    .listTables(name, schema)
    .filter((table) => table.kind !== "managed" || hasVersion(table.location!));
}

function hasVersion(location: string): boolean {
  const log = join(location, "_delta_log");
  // The quick look: a log of any size keeps its first commit until it is cleaned.
  if (existsSync(join(log, `${"0".repeat(20)}.json`))) return true;
  return existsSync(log) && readdirSync(log).some((file) => /^\d{20}\.(json|check)/.test(file));
}
