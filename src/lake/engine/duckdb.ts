/**
 * DuckDB (`@duckdb/node-api` 1.5) behind the `Engine` interface: an in-memory database in this
 * process, UTC session, Spark's null order, no extension ever fetched, configuration locked after
 * start. The 70 MB native library is imported on first use of `createEngine`, never before.
 *
 * Read `types.ts` first, then `scan.ts` (reading tables) and `copy.ts` (writing them).
 */

import { availableParallelism } from "node:os";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { newUuid } from "../../core/ids.ts";
import type { Value } from "../schema/value.ts";
import { copyToParquet } from "./copy.ts";
import { type DuckDbModule, fillPositions, fillTable } from "./duckdb-table.ts";
import { checkSqlText, type RuntimeErrorMapper, toEngineError } from "./engine-error.ts";
import { quoteIdentifier, quoteString } from "./engine-type.ts";
import { openStream } from "./result-stream.ts";
import { createScalarFunction } from "./scalar-function.ts";
import { scanSql } from "./scan.ts";
import { claimTempFolder, type TempFolder } from "./temp-folder.ts";
import type {
  CopyRequest,
  Engine,
  EngineStatus,
  ParquetScan,
  PositionGroup,
  ResultColumn,
  ResultStream,
  ScalarFunction,
  WrittenFile,
} from "./types.ts";

export interface EngineOptions {
  memoryLimitBytes?: number;
  threads?: number;
  /** Folder below which the engine spills; its own subfolder is removed on close. */
  tempDirectory?: string;
  /** Folders the engine may touch; default all local ones. The network is never reachable. */
  allowedDirectories?: readonly string[];
  mapRuntimeError?: RuntimeErrorMapper;
}

/** Starts DuckDB. Around 130 ms the first time in a process. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const duckdb = await import("@duckdb/node-api");
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
  const host = new Host(duckdb, instance, tempFolder, options.mapRuntimeError);
  await host.start(options.allowedDirectories ?? ["/"]);
  return new EngineScope(host, true);
}

/** What all scopes of one engine share: the database and its pool of connections. */
class Host {
  readonly duckdb: DuckDbModule;
  readonly #tempFolder: TempFolder;
  readonly #instance: DuckDBInstance;
  readonly #mapRuntimeError: RuntimeErrorMapper | undefined;
  readonly #idle: DuckDBConnection[] = [];
  readonly #busy = new Set<DuckDBConnection>();
  readonly #interrupted = new WeakSet<DuckDBConnection>();
  readonly #functions = new Set<string>();
  /** Never lent: what is registered on it is known to every connection. */
  #control: DuckDBConnection | null = null;

  constructor(
    duckdb: DuckDbModule,
    instance: DuckDBInstance,
    tempFolder: TempFolder,
    mapRuntimeError: RuntimeErrorMapper | undefined,
  ) {
    this.duckdb = duckdb;
    this.#instance = instance;
    this.#tempFolder = tempFolder;
    this.#mapRuntimeError = mapRuntimeError;
  }

  async start(allowedDirectories: readonly string[]): Promise<void> {
    this.#control = await this.#instance.connect();
    const folders = allowedDirectories.map(quoteString).join(", ");
    for (const sql of [
      "SET GLOBAL TimeZone = 'UTC'",
      // It turns sum(x + 1) into sum(x) + count(x), which hides the overflow Spark raises.
      "SET GLOBAL disabled_optimizers = 'sum_rewriter'",
      `SET GLOBAL allowed_directories = [${folders}]`,
      "SET GLOBAL enable_external_access = false",
      "SET GLOBAL lock_configuration = true",
    ]) {
      await this.using(sql, (connection) => connection.run(sql));
    }
  }

  async acquire(): Promise<DuckDBConnection> {
    const connection = this.#idle.pop() ?? (await this.#instance.connect());
    this.#busy.add(connection);
    this.#interrupted.delete(connection);
    return connection;
  }

  /** `clean` is false when a stream was left unfinished: such a connection is not used again. */
  release(connection: DuckDBConnection, clean: boolean): void {
    this.#busy.delete(connection);
    if (clean) this.#idle.push(connection);
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
      throw this.error(error, sql);
    } finally {
      this.release(connection, clean);
    }
  }

  error(thrown: unknown, sql: string) {
    return toEngineError(thrown, sql, this.#mapRuntimeError);
  }

  register(fn: ScalarFunction): void {
    if (this.#functions.has(fn.name)) return;
    this.#control!.registerScalarFunction(createScalarFunction(this.duckdb, fn));
    this.#functions.add(fn.name);
  }

  interrupt(): void {
    for (const connection of this.#busy) {
      this.#interrupted.add(connection);
      connection.interrupt();
    }
  }

  isInterrupted(connection: DuckDBConnection): boolean {
    return this.#interrupted.has(connection);
  }

  close(): void {
    this.interrupt();
    for (const connection of [...this.#idle, ...this.#busy]) connection.disconnectSync();
    this.#control?.disconnectSync();
    this.#idle.length = 0;
    this.#busy.clear();
    this.#instance.closeSync();
    this.#tempFolder.release();
  }
}

class EngineScope implements Engine {
  readonly #host: Host;
  readonly #isRoot: boolean;
  readonly #tables: string[] = [];

  constructor(host: Host, isRoot: boolean) {
    this.#host = host;
    this.#isRoot = isRoot;
  }

  async run(sql: string): Promise<void> {
    await this.#host.using(sql, (connection) => connection.run(sql));
  }

  async query(sql: string, columns?: readonly ResultColumn[]): Promise<ResultStream> {
    return openStream(this.#host, sql, columns);
  }

  async rows(sql: string, columns?: readonly ResultColumn[]): Promise<Value[][]> {
    const stream = await this.query(sql, columns);
    const rows: Value[][] = [];
    for await (const batch of stream.batches()) {
      for (let r = 0; r < batch.rowCount; r++) rows.push(batch.columns.map((c) => c.get(r)));
    }
    return rows;
  }

  scanSql(scan: ParquetScan): Promise<string> {
    return scanSql(this, scan);
  }

  copyToParquet(request: CopyRequest): Promise<WrittenFile[]> {
    return copyToParquet(this, request);
  }

  registerFunction(fn: ScalarFunction): void {
    this.#host.register(fn);
  }

  scope(): Engine {
    return new EngineScope(this.#host, false);
  }

  async createTable(
    columns: readonly ResultColumn[],
    rows: readonly (readonly Value[])[],
  ): Promise<string> {
    const table = this.#freshTable();
    await this.#host.using(`CREATE TABLE ${table}`, (connection) =>
      fillTable(this.#host.duckdb, connection, table, columns, rows),
    );
    return quoteIdentifier(table);
  }

  async createPositionTable(groups: readonly PositionGroup[]): Promise<string> {
    const table = this.#freshTable();
    await this.#host.using(`CREATE TABLE ${table}`, (connection) =>
      fillPositions(this.#host.duckdb, connection, table, groups),
    );
    return quoteIdentifier(table);
  }

  async materialize(sql: string): Promise<string> {
    const table = this.#freshTable();
    await this.run(`CREATE TABLE ${quoteIdentifier(table)} AS ${sql}`);
    return quoteIdentifier(table);
  }

  #freshTable(): string {
    const table = `t_${newUuid().replaceAll("-", "").slice(0, 16)}`;
    this.#tables.push(table);
    return table;
  }

  async status(): Promise<EngineStatus> {
    const [row] = await this.rows(
      "SELECT library_version, current_setting('memory_limit'), current_setting('threads') " +
        "FROM pragma_version()",
    );
    return {
      name: "duckdb",
      version: String(row![0]),
      memoryLimitBytes: parseSize(String(row![1])),
      threads: Number(row![2]),
    };
  }

  interrupt(): void {
    this.#host.interrupt();
  }

  async close(): Promise<void> {
    if (this.#isRoot) {
      this.#host.close();
      return;
    }
    for (const table of this.#tables.splice(0)) {
      await this.run(`DROP TABLE IF EXISTS ${quoteIdentifier(table)}`);
    }
  }
}

const UNITS: Readonly<Record<string, number>> = {
  bytes: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** DuckDB prints settings as `1.8 GiB`. */
function parseSize(text: string): number {
  const match = text.match(/^([\d.]+) (\w+)$/);
  return match ? Math.round(Number(match[1]) * (UNITS[match[2]!] ?? 1)) : 0;
}
