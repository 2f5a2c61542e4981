/**
 * DuckDB (`@duckdb/node-api` 1.5) behind the `Engine` interface: an in-memory database in this
 * process, UTC session, Spark's null order, no extension ever fetched, configuration locked after
 * start. The 70 MB native library is imported on first use of `createEngine`, never before.
 *
 * Read `types.ts` first, then `duckdb-host.ts`, `scan.ts` (reading tables) and `copy.ts` (writing them).
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { newUuid } from "../../core/ids.ts";
import { createFolders } from "../../core/io/index.ts";
import type { Value } from "../schema/value.ts";
import { copyToParquet } from "./copy.ts";
import { type DuckDbHost, openHost } from "./duckdb-host.ts";
import { fillPositions, fillTable } from "./duckdb-table.ts";
import { quoteIdentifier } from "./engine-type.ts";
import { openStream } from "./result-stream.ts";
import { scanSql } from "./scan.ts";
import type {
  CopyRequest,
  Engine,
  EngineOptions,
  EngineStatus,
  ParquetScan,
  PositionGroup,
  ResultColumn,
  ResultStream,
  ScalarFunction,
  WrittenFile,
} from "./types.ts";

/** Starts DuckDB. Around 130 ms the first time in a process. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const duckdb = await import("@duckdb/node-api");
  return new EngineScope(await openHost(duckdb, options), true);
}

class EngineScope implements Engine {
  readonly #host: DuckDbHost;
  readonly #isRoot: boolean;
  readonly #tables: string[] = [];
  readonly #scratch: string[] = [];

  constructor(host: DuckDbHost, isRoot: boolean) {
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

  scratchPath(name: string): string {
    const folder = join(this.#host.tempFolder, `scratch-${newUuid()}`);
    createFolders(folder);
    this.#scratch.push(folder);
    return join(folder, name);
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
    for (const folder of this.#scratch.splice(0)) rmSync(folder, { recursive: true, force: true });
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
