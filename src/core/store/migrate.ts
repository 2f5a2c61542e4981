/**
 * Brings a database up to the newest migration. Each migration is one transaction and is recorded
 * with the hash of its text, so a store another build has changed is told apart from an old one.
 */
import { createHash } from "node:crypto";

import type { Database } from "better-sqlite3";

import { SovereignError } from "../errors.ts";

export interface Migration {
  /** 1, 2, 3 … without gaps. */
  id: number;
  name: string;
  sql: string;
}

interface AppliedMigration {
  id: number;
  name: string;
  hash: string;
}

const RECORD_TABLE = `
CREATE TABLE IF NOT EXISTS migrations (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  applied_at_ms INTEGER NOT NULL
) STRICT`;

/** @internal Applies what is missing. RESOURCE_CONFLICT for a store unlike the list. */
export function migrate(
  database: Database,
  migrations: readonly Migration[],
  nowMs: () => number,
): void {
  if (readApplied(database, migrations).length === migrations.length) return;
  const applyOne = database.transaction((migration: Migration) => {
    // Another process may have come first between the look and the lock.
    const applied = readApplied(database, migrations);
    if (applied.some((row) => row.id === migration.id)) return;
    database.exec(migration.sql);
    database
      .prepare("INSERT INTO migrations (id, name, hash, applied_at_ms) VALUES (?, ?, ?, ?)")
      .run(migration.id, migration.name, hashMigration(migration), nowMs());
  });
  database.exec(RECORD_TABLE);
  for (const migration of migrations) applyOne.immediate(migration);
}

function readApplied(
  database: Database,
  migrations: readonly Migration[],
): readonly AppliedMigration[] {
  const exists = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'")
    .get();
  if (exists === undefined) return [];
  const rows = database
    .prepare("SELECT id, name, hash FROM migrations ORDER BY id")
    .all() as AppliedMigration[];
  for (const row of rows) checkApplied(row, database.name, migrations);
  return rows;
}

function checkApplied(row: AppliedMigration, path: string, migrations: readonly Migration[]): void {
  const known = migrations.find((migration) => migration.id === row.id);
  if (known !== undefined && hashMigration(known) === row.hash) return;
  const newest = migrations.at(-1)?.id ?? 0;
  const what =
    known === undefined
      ? `the store \`${path}\` was made by a newer sovereign ` +
        `(schema ${row.id}, this one knows ${newest})`
      : `the store \`${path}\` was made by another build of sovereign (schema ${row.id} differs)`;
  throw new SovereignError("RESOURCE_CONFLICT", what, {
    hint: "update sovereign, or set SOVEREIGN_HOME to another folder to start a fresh store",
    details: { path, schema_version: row.id, newest_known: newest },
  });
}

function hashMigration(migration: Migration): string {
  return createHash("sha256").update(`${migration.name}\n${migration.sql}`).digest("hex");
}
