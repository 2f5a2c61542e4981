/**
 * An SQLite file whose schema belongs to somebody else (MLflow's `mlflow.db`): no migrations, no
 * stand-ins, just prepared statements, transactions and the driver's errors in the house's words.
 */
import { statSync } from "node:fs";

import type { Database as Driver, Statement } from "better-sqlite3";

import { SovereignError } from "../errors.ts";
import { connect, guard } from "./sqlite.ts";
import type { SqlParameters } from "./store.ts";

/** How a database file is opened. */
export interface DatabaseOptions {
  readOnly?: boolean;
  /** Fail when the file is missing; false makes it. Default true. */
  mustExist?: boolean;
  /** NORMAL keeps every commit through kill -9 and may lose the last ones with the power. */
  synchronous?: "FULL" | "NORMAL";
  /** How long a statement waits for another connection's lock, with the whole thread; 5 s. */
  busyTimeoutMs?: number;
}

/** One connection to an SQLite file. Calls are synchronous; statements are prepared once. */
export interface Database {
  readonly path: string;
  readonly inTransaction: boolean;
  /** Grows with every commit of this connection that changed something. */
  readonly commitCount: number;
  /** Every row as an object by column name. Integers above 2^53 lose digits: see `allExact`. */
  all<Row>(sql: string, parameters?: SqlParameters): Row[];
  /** Every row as the list of its columns: for many rows twice as quick as objects. */
  lists<Row extends readonly unknown[]>(sql: string, parameters?: SqlParameters): Row[];
  /** `all` with every integer as a bigint. */
  allExact<Row>(sql: string, parameters?: SqlParameters): Row[];
  /** The first row, or null. */
  get<Row>(sql: string, parameters?: SqlParameters): Row | null;
  /** Rows one by one; nothing else may run on this connection meanwhile. */
  iterate<Row>(sql: string, parameters?: SqlParameters): IterableIterator<Row>;
  run(sql: string, parameters?: SqlParameters): { changes: number; lastInsertRowid: number };
  /** Several statements without parameters. */
  exec(sql: string): void;
  /** All or nothing; takes the write lock at once. Nested calls join the outer transaction. */
  transaction<T>(work: () => T): T;
  /** TEMPORARILY_UNAVAILABLE when the path has no longer the file that was opened. */
  requireInPlace(): void;
  /** A user function of SQL, deterministic. */
  define(name: string, body: (...values: unknown[]) => unknown): void;
  close(): void;
}

/**
 * Opens the SQLite file at `path` (or `:memory:`). Errors: DATA_LOSS for a damaged file,
 * TEMPORARILY_UNAVAILABLE when another process holds the lock for 5 s, PERMISSION_DENIED. A write
 * to a file that was moved, deleted or replaced meanwhile is an error too: it never passes for
 * done.
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const readOnly = options.readOnly ?? false;
  const driver = connect(path, {
    readOnly,
    mustExist: options.mustExist ?? true,
    ...(options.busyTimeoutMs === undefined ? {} : { busyTimeoutMs: options.busyTimeoutMs }),
  });
  if (options.synchronous === "NORMAL") driver.pragma("synchronous = NORMAL");
  return new SqliteDatabase(path, driver);
}

class SqliteDatabase implements Database {
  readonly path: string;
  readonly #driver: Driver;
  readonly #statements = new Map<string, Statement>();
  readonly #exact = new Map<string, Statement>();
  readonly #lists = new Map<string, Statement>();
  /** While the file is open its number is not given to another. */
  readonly #fileId: string;
  #commitCount = 0;

  constructor(path: string, driver: Driver) {
    this.path = path;
    this.#driver = driver;
    this.#fileId = fileIdOf(path);
  }

  get commitCount(): number {
    return this.#commitCount;
  }

  get inTransaction(): boolean {
    return this.#driver.inTransaction;
  }

  all<Row>(sql: string, parameters: SqlParameters = []): Row[] {
    return guard(this.path, () => this.#prepare(sql).all(parameters) as Row[]);
  }

  lists<Row extends readonly unknown[]>(sql: string, parameters: SqlParameters = []): Row[] {
    return guard(this.path, () => {
      const statement = this.#prepare(sql, this.#lists);
      return statement.raw(true).all(parameters) as Row[];
    });
  }

  allExact<Row>(sql: string, parameters: SqlParameters = []): Row[] {
    return guard(this.path, () => {
      const statement = this.#prepare(sql, this.#exact);
      return statement.safeIntegers(true).all(parameters) as Row[];
    });
  }

  get<Row>(sql: string, parameters: SqlParameters = []): Row | null {
    return guard(this.path, () => (this.#prepare(sql).get(parameters) as Row | undefined) ?? null);
  }

  iterate<Row>(sql: string, parameters: SqlParameters = []): IterableIterator<Row> {
    // A prepared statement that is being stepped refuses every other use: this one is not shared.
    return guard(
      this.path,
      () => this.#driver.prepare(sql).iterate(parameters) as IterableIterator<Row>,
    );
  }

  run(sql: string, parameters: SqlParameters = []) {
    return guard(this.path, () => {
      const result = this.#commit(() => this.#prepare(sql).run(parameters));
      return { changes: result.changes, lastInsertRowid: Number(result.lastInsertRowid) };
    });
  }

  exec(sql: string): void {
    guard(this.path, () => this.#driver.exec(sql));
  }

  transaction<T>(work: () => T): T {
    if (this.#driver.inTransaction) return work();
    return guard(this.path, () =>
      this.#commit(() => this.#driver.transaction(work).immediate() as T),
    );
  }

  requireInPlace(): void {
    if (fileIdOf(this.path) === this.#fileId) return;
    throw new SovereignError(
      "TEMPORARILY_UNAVAILABLE",
      "the database file was moved, deleted or replaced while it was open",
      { hint: "put the file back, or start the command again", details: { path: this.path } },
    );
  }

  /** Before the work, lest it reach the log of a file put in place of ours; after it, to be sure. */
  #commit<T>(work: () => T): T {
    if (this.#driver.inTransaction) return work();
    this.requireInPlace();
    const result = work();
    this.#commitCount++;
    this.requireInPlace();
    return result;
  }

  define(name: string, body: (...values: unknown[]) => unknown): void {
    this.#driver.function(name, { deterministic: true, varargs: true }, body);
  }

  close(): void {
    this.#statements.clear();
    this.#exact.clear();
    this.#lists.clear();
    this.#driver.close();
  }

  #prepare(sql: string, cache = this.#statements): Statement {
    let statement = cache.get(sql);
    if (statement === undefined) {
      // Generated filters would grow the cache without end.
      if (cache.size >= 500) cache.clear();
      statement = this.#driver.prepare(sql);
      cache.set(sql, statement);
    }
    return statement;
  }
}

/** Device and inode of the file at `path`; empty when none can be seen there. */
function fileIdOf(path: string): string {
  if (path === ":memory:") return path;
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return "";
  }
}
