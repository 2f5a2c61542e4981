/**
 * The DuckDB database of a process and its pool of connections. An error inside DuckDB (some broken
 * Parquet files cause one) makes its database unusable for good: the next query gets a new one.
 * What statements had stored in the old one is gone with it, so those that still run fail.
 */
import { availableParallelism } from "node:os";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { DuckDbModule } from "./duckdb-table.ts";
import { checkSqlText, toEngineError } from "./engine-error.ts";
import { quoteString } from "./engine-type.ts";
import { createScalarFunction } from "./scalar-function.ts";
import { claimTempFolder, type TempFolder } from "./temp-folder.ts";
import type { EngineOptions, ScalarFunction } from "./types.ts";

interface Database {
  instance: DuckDBInstance;
  /** Never lent: what is registered on it is known to every connection. */
  control: DuckDBConnection;
  tempFolder: TempFolder;
  idle: DuckDBConnection[];
}

/** Starts a database with its settings locked. */
async function openDatabase(duckdb: DuckDbModule, options: EngineOptions): Promise<Database> {
  const tempFolder = claimTempFolder(options.tempDirectory);
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    threads: String(options.threads ?? availableParallelism()),
    ...(options.memoryLimitBytes ? { memory_limit: `${options.memoryLimitBytes}B` } : {}),
    temp_directory: tempFolder.path,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    extension_directory: `${tempFolder.path}-none`,
    custom_extension_repository: `${tempFolder.path}-none`,
    default_null_order: "nulls_first_on_asc_last_on_desc",
  });
  const control = await instance.connect();
  const first = await instance.connect();
  const allowed = [...(options.allowedDirectories ?? ["/"]), tempFolder.path];
  const folders = allowed.map(quoteString).join(", ");
  for (const sql of [
    "SET GLOBAL TimeZone = 'UTC'",
    // It turns sum(x + 1) into sum(x) + count(x), which hides the overflow Spark raises.
    "SET GLOBAL disabled_optimizers = 'sum_rewriter'",
    `SET GLOBAL allowed_directories = [${folders}]`,
    "SET GLOBAL enable_external_access = false",
    "SET GLOBAL lock_configuration = true",
  ]) {
    await first.run(sql);
  }
  return { instance, control, tempFolder, idle: [first] };
}

/** Opens the host of an engine. */
export async function openHost(duckdb: DuckDbModule, options: EngineOptions): Promise<DuckDbHost> {
  return new DuckDbHost(duckdb, options, await openDatabase(duckdb, options));
}

const BREAKS_DATABASE = /^(FATAL|INTERNAL) Error|database has been invalidated/;

/** What all scopes of one engine share. */
export class DuckDbHost {
  readonly duckdb: DuckDbModule;
  readonly #options: EngineOptions;
  readonly #busy = new Map<DuckDBConnection, Database>();
  readonly #interrupted = new WeakSet<DuckDBConnection>();
  readonly #functions = new Map<string, ScalarFunction>();
  #database: Database;
  #isBroken = false;
  #restart: Promise<void> | null = null;

  constructor(duckdb: DuckDbModule, options: EngineOptions, database: Database) {
    this.duckdb = duckdb;
    this.#options = options;
    this.#database = database;
  }

  /** Where the database spills to; a broken database takes its folder along. */
  get tempFolder(): string {
    return this.#database.tempFolder.path;
  }

  async acquire(): Promise<DuckDBConnection> {
    if (this.#isBroken) {
      this.#restart ??= this.#replace().finally(() => {
        this.#restart = null;
      });
      await this.#restart;
    }
    const database = this.#database;
    const connection = database.idle.pop() ?? (await database.instance.connect());
    this.#busy.set(connection, database);
    this.#interrupted.delete(connection);
    return connection;
  }

  async #replace(): Promise<void> {
    const old = this.#database;
    const database = await openDatabase(this.duckdb, this.#options);
    for (const fn of this.#functions.values()) this.#registerIn(database, fn);
    this.#database = database;
    this.#isBroken = false;
    // Connections still lent keep the old one alive until they are given back.
    closeDatabase(old);
  }

  /** `clean` is false when a stream was left unfinished: such a connection is not used again. */
  release(connection: DuckDBConnection, clean: boolean): void {
    const database = this.#busy.get(connection);
    this.#busy.delete(connection);
    if (clean && database === this.#database && !this.#isBroken) database.idle.push(connection);
    else connection.disconnectSync();
  }

  async using<T>(sql: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    checkSqlText(sql);
    const connection = await this.acquire();
    let clean = false;
    try {
      const result = await work(connection);
      clean = true;
      return result;
    } catch (error) {
      throw this.error(error, sql, connection);
    } finally {
      this.release(connection, clean);
    }
  }

  error(thrown: unknown, sql: string, connection: DuckDBConnection | null) {
    const isCurrent = connection !== null && this.#busy.get(connection) === this.#database;
    if (isCurrent && thrown instanceof Error && BREAKS_DATABASE.test(thrown.message)) {
      this.#isBroken = true;
    }
    return toEngineError(thrown, sql, this.#options.mapRuntimeError);
  }

  register(fn: ScalarFunction): void {
    if (this.#functions.has(fn.name)) return;
    this.#functions.set(fn.name, fn);
    // A broken database is replaced by one that gets all of them.
    if (!this.#isBroken) this.#registerIn(this.#database, fn);
  }

  #registerIn({ control }: Database, fn: ScalarFunction): void {
    control.registerScalarFunction(createScalarFunction(this.duckdb, fn));
  }

  interrupt(): void {
    for (const connection of this.#busy.keys()) {
      this.#interrupted.add(connection);
      connection.interrupt();
    }
  }

  isInterrupted(connection: DuckDBConnection): boolean {
    return this.#interrupted.has(connection);
  }

  close(): void {
    this.interrupt();
    for (const connection of this.#busy.keys()) connection.disconnectSync();
    this.#busy.clear();
    closeDatabase(this.#database);
  }
}

function closeDatabase({ instance, control, tempFolder, idle }: Database): void {
  for (const connection of idle.splice(0)) connection.disconnectSync();
  control.disconnectSync();
  instance.closeSync();
  tempFolder.release();
}
