/**
 * The metadata store: one SQLite file, opened on first use. Reading never creates it: while the
 * file is missing, reads see the state a fresh store would have (migrations in memory). The first
 * write makes the file complete under a temporary name and links it into place, so no process ever
 * sees a half-made store.
 */
import { existsSync, linkSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Database, Statement } from "better-sqlite3";

import { type Clock, systemClock } from "../clock.ts";
import { SovereignError } from "../errors.ts";
import { newUuid } from "../ids.ts";
import { createFolders } from "../io/index.ts";
import { type Migration, migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { connect, copyUnwritable, guard } from "./sqlite.ts";

/** A value of SQLite: text, number, bytes, NULL. */
export type SqlValue = string | number | bigint | null | Uint8Array;
/** Values for `?` in order, or for `:name`. */
export type SqlParameters = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/**
 * The metadata of a project (catalog, runs, audit log) in one SQLite file. Calls are synchronous.
 * Errors: DATA_LOSS for a damaged file, TEMPORARILY_UNAVAILABLE when another process holds the lock
 * for 5 s, PERMISSION_DENIED, and RESOURCE_CONFLICT for a store of a newer version.
 */
export interface Store {
  readonly path: string;
  exists(): boolean;
  /** Every row as an object by column name. */
  all<Row>(sql: string, parameters?: SqlParameters): Row[];
  /** The first row, or null. */
  get<Row>(sql: string, parameters?: SqlParameters): Row | null;
  /** One changing statement; creates the store when it is missing. */
  run(sql: string, parameters?: SqlParameters): { changes: number; lastInsertRowid: number };
  /** All or nothing; takes the write lock at once. Nested calls join the outer transaction. */
  transaction<T>(work: () => T): T;
  /** Problems `PRAGMA quick_check` finds, one line each; empty when sound or missing. */
  quickCheck(): string[];
  /** Newest migration applied; 0 while the store is missing. */
  schemaVersion(): number;
  close(): void;
}

/** Which store, and how it is opened. */
export interface StoreOptions {
  /** File path, or `:memory:` for a store that dies with the handle. */
  path: string;
  /** `read` refuses every write. */
  mode?: "read" | "write";
  clock?: Clock;
  /** Told once, when this handle creates the store. */
  notify?: (message: string) => void;
  migrations?: readonly Migration[];
}

/** A handle on the store at `path`. Opens nothing yet. */
export function openStore(options: StoreOptions): Store {
  return new SqliteStore(options);
}

class SqliteStore implements Store {
  readonly path: string;
  readonly #options: StoreOptions;
  readonly #migrations: readonly Migration[];
  readonly #clock: Clock;
  readonly #statements = new Map<string, Statement>();
  #database: Database | null = null;
  /** The open database is an in-memory stand-in for a missing file. */
  #isStandIn = false;
  /** The open database is a copy in memory of a file that SQLite cannot open here. */
  #isCopy = false;

  constructor(options: StoreOptions) {
    this.path = options.path;
    this.#options = options;
    this.#migrations = options.migrations ?? MIGRATIONS;
    this.#clock = options.clock ?? systemClock;
  }

  exists(): boolean {
    return this.path === ":memory:" ? this.#database !== null : existsSync(this.path);
  }

  all<Row>(sql: string, parameters: SqlParameters = []): Row[] {
    const statement = this.#prepare(this.#forReading(), sql);
    return guard(this.path, () => statement.all(bind(parameters)) as Row[]);
  }

  get<Row>(sql: string, parameters: SqlParameters = []): Row | null {
    const statement = this.#prepare(this.#forReading(), sql);
    return guard(this.path, () => (statement.get(bind(parameters)) as Row | undefined) ?? null);
  }

  run(sql: string, parameters: SqlParameters = []) {
    const statement = this.#prepare(this.#forWriting(), sql);
    return guard(this.path, () => {
      const result = statement.run(bind(parameters));
      return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
    });
  }

  transaction<T>(work: () => T): T {
    const database = this.#forWriting();
    if (database.inTransaction) return work();
    return guard(this.path, () => database.transaction(work).immediate());
  }

  quickCheck(): string[] {
    if (!this.exists()) return [];
    try {
      const rows = this.all<{ quick_check: string }>("PRAGMA quick_check");
      return rows.map((row) => row.quick_check).filter((line) => line !== "ok");
    } catch (error) {
      if (error instanceof SovereignError && error.code === "DATA_LOSS") return [error.message];
      throw error;
    }
  }

  schemaVersion(): number {
    if (!this.exists()) return 0;
    return this.get<{ id: number }>("SELECT max(id) AS id FROM migrations")?.id ?? 0;
  }

  close(): void {
    this.#statements.clear();
    this.#database?.close();
    this.#database = null;
  }

  #prepare(database: Database, sql: string): Statement {
    const cached = this.#statements.get(sql);
    if (cached !== undefined) return cached;
    const statement = guard(this.path, () => database.prepare(sql));
    this.#statements.set(sql, statement);
    return statement;
  }

  #forReading(): Database {
    if (this.#database !== null && !(this.#isStandIn && existsSync(this.path))) {
      return this.#database;
    }
    this.close();
    this.#isStandIn = this.path !== ":memory:" && !existsSync(this.path);
    if (this.#isStandIn) return this.#open(":memory:");
    try {
      return this.#open(this.path);
    } catch (error) {
      const copy = copyUnwritable(this.path, error);
      if (copy === null) throw error;
      this.#isCopy = true;
      return this.#migrated(copy);
    }
  }

  #forWriting(): Database {
    if (this.#options.mode === "read") {
      throw new SovereignError("INTERNAL_ERROR", "a read-only store handle was asked to write");
    }
    if (this.#database !== null && !this.#isStandIn && !this.#isCopy) return this.#database;
    this.close();
    this.#isStandIn = false;
    this.#isCopy = false;
    if (!this.exists() && this.path !== ":memory:") this.#create();
    return this.#open(this.path);
  }

  #open(path: string): Database {
    return this.#migrated(connect(path, { mustExist: path !== ":memory:" }));
  }

  #migrated(database: Database): Database {
    try {
      guard(this.path, () => migrate(database, this.#migrations, () => this.#clock.nowMs()));
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }

  #create(): void {
    const folder = dirname(this.path);
    const draft = join(folder, `.store-${newUuid()}.tmp`);
    try {
      createFolders(folder);
    } catch (cause) {
      throw new SovereignError("PERMISSION_DENIED", `cannot create the folder \`${folder}\``, {
        hint: "check its permissions, or set SOVEREIGN_HOME to a folder you may write to",
        cause,
      });
    }
    try {
      const database = connect(draft);
      try {
        guard(draft, () => database.pragma("journal_mode = WAL"));
        guard(draft, () => migrate(database, this.#migrations, () => this.#clock.nowMs()));
      } finally {
        // Closing the last connection folds the -wal file in and removes it.
        database.close();
      }
      linkSync(draft, this.path);
      this.#options.notify?.(`created the metadata store \`${this.path}\``);
    } catch (error) {
      // Lost the race: another process made the same store first.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

function bind(parameters: SqlParameters): unknown {
  return Array.isArray(parameters) ? [...parameters] : parameters;
}
