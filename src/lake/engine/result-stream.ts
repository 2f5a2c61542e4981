/**
 * One running query as a stream of column batches. The query holds its own connection until its
 * last chunk was read or the stream was closed. Chunks become `ColumnBatch`es without copying.
 */
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import { SovereignError } from "../../core/errors.ts";
import { structField, structType } from "../schema/data-type.ts";
import type { ColumnBatch } from "../schema/value.ts";
import { readColumn } from "./column-reader.ts";
import { checkSqlText } from "./engine-error.ts";
import { holdsVariant, quoteIdentifier } from "./engine-type.ts";
import { encodeVariants } from "./reshape.ts";
import { sparkType } from "./result-type.ts";
import type { ResultColumn, ResultStream } from "./types.ts";

/** Where streams get their connections and their errors. */
export interface StreamHost {
  acquire(): Promise<DuckDBConnection>;
  release(connection: DuckDBConnection, clean: boolean): void;
  isInterrupted(connection: DuckDBConnection): boolean;
  error(thrown: unknown, sql: string, connection: DuckDBConnection | null): SovereignError;
}

/** Starts `sql` and returns its result; the first error may come here or while reading. */
export async function openStream(
  host: StreamHost,
  sql: string,
  columns: readonly ResultColumn[] | undefined,
): Promise<ResultStream> {
  checkSqlText(sql);
  const connection = await host.acquire();
  try {
    const result = await connection.stream(sql);
    const known = columns ?? deriveColumns(result);
    if (!columns && known.some((column) => holdsVariant(column.type))) {
      const again = await connection.stream(withEncodedVariants(sql, known));
      return new DuckDbStream(host, connection, again, known, sql);
    }
    // Engine SQL cannot say "no columns": a relation without any has one that nobody reads.
    if (known.length > 0 && known.length !== result.columnCount) {
      throw new SovereignError(
        "INTERNAL_ERROR",
        `the engine returned ${result.columnCount} columns where ${known.length} were expected`,
        { details: { engine_sql: sql.slice(0, 4000) } },
      );
    }
    return new DuckDbStream(host, connection, result, known, sql);
  } catch (error) {
    const told = host.error(error, sql, connection);
    host.release(connection, false);
    throw told;
  }
}

function deriveColumns(result: DuckDBResult): ResultColumn[] {
  return result.columnNames().map((name, i) => ({
    name,
    type: sparkType(result.columnType(i)),
    nullable: true,
  }));
}

/** DuckDB's own variants leave it as their two binary parts; only then can they be read. */
function withEncodedVariants(sql: string, columns: readonly ResultColumn[]): string {
  const names = columns.map((_, i) => quoteIdentifier(`c${i}`));
  const items = columns.map(
    (column, i) => `${encodeVariants(names[i]!, column.type)} AS ${names[i]}`,
  );
  return `SELECT ${items.join(", ")} FROM (${sql}) AS q(${names.join(", ")})`;
}

class DuckDbStream implements ResultStream {
  readonly schema;
  readonly #host: StreamHost;
  readonly #result: DuckDBResult;
  readonly #columns: readonly ResultColumn[];
  readonly #sql: string;
  #connection: DuckDBConnection | null;

  constructor(
    host: StreamHost,
    connection: DuckDBConnection,
    result: DuckDBResult,
    columns: readonly ResultColumn[],
    sql: string,
  ) {
    this.#host = host;
    this.#connection = connection;
    this.#result = result;
    this.#columns = columns;
    this.#sql = sql;
    this.schema = structType(columns.map((c) => structField(c.name, c.type, c.nullable)));
  }

  async *batches(): AsyncGenerator<ColumnBatch> {
    try {
      while (this.#connection) {
        const connection = this.#connection;
        const chunk = await this.#fetch();
        if (!chunk || chunk.rowCount === 0) {
          // An interrupted stream may just end, and what was read is then not all there is.
          if (this.#host.isInterrupted(connection)) {
            throw this.#host.error(new Error("INTERRUPT Error: Interrupted!"), this.#sql, null);
          }
          this.#finish(true);
          return;
        }
        yield {
          rowCount: chunk.rowCount,
          columns: this.#columns.map((column, i) =>
            readColumn(chunk.getColumnVector(i), column.type, chunk),
          ),
        };
      }
    } finally {
      this.#finish(false);
    }
  }

  async #fetch() {
    try {
      return await this.#result.fetchChunk();
    } catch (error) {
      throw this.#host.error(error, this.#sql, this.#connection);
    }
  }

  #finish(clean: boolean): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection) this.#host.release(connection, clean);
  }

  async close(): Promise<void> {
    this.#finish(false);
  }
}
