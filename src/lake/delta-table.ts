/**
 * One Delta table as an object: its history and facts, earlier versions, and changes without SQL
 * text. Changes go through the same statements SQL does, so the same rules hold.
 */
import type { Table } from "apache-arrow";
import { SovereignError } from "../core/errors.ts";
import type { Snapshot } from "./delta/index.ts";
import { type MergeBuilder, startMerge } from "./delta-merge.ts";
import { resolveName } from "./exec/names.ts";
import type { CommitSummary, StatementResult } from "./exec/result.ts";
import type { Session } from "./exec/session.ts";
import { DETAIL_COLUMNS, detailRow } from "./exec/show/detail.ts";
import { HISTORY_COLUMNS, historyRow } from "./exec/show/history.ts";
import { openResolved, type TableHandle } from "./exec/table-handle.ts";
import { type PlainValue, toPlainObject } from "./exec/to-plain.ts";
import type { InputRows } from "./input-rows.ts";
import type { StructType } from "./schema/data-type.ts";
import type { Value } from "./schema/value.ts";
import { quoteIdentifier } from "./sql/parse/name.ts";
import type { Plan } from "./sql/plan/plan.ts";

export type { InputRows } from "./input-rows.ts";

/** Which version of a table. */
export type VersionChoice = { version: number } | { timestamp: Date | string };

export interface WriteRowsOptions {
  /** Adds columns the table does not have yet. */
  mergeSchema?: boolean;
  userMetadata?: string;
}

export interface TableDetail {
  [column: string]: PlainValue;
}

/** Rows as values of `schema/value.ts`, with their columns. */
export interface TypedRows {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

export interface DeltaTable {
  /** `main.default.t` or ``delta.`/path` ``, as SQL text. */
  readonly name: string;
  readonly location: string;
  schema(): Promise<StructType>;
  version(): Promise<number>;
  /** The newest version an application has committed, as its `txn` actions say; or null. */
  txnVersion(appId: string): Promise<number | bigint | null>;
  /** The columns of DESCRIBE HISTORY, newest first. Reads the log alone. */
  history(limit?: number): Promise<Record<string, PlainValue>[]>;
  /** The columns of DESCRIBE DETAIL. */
  detail(): Promise<TableDetail>;
  /** The same two as typed rows, for printing. */
  historyRows(limit?: number): Promise<TypedRows>;
  detailRows(): Promise<TypedRows>;
  /** The table as it was; only reading is possible. */
  at(choice: VersionChoice): Promise<TableVersion>;
  append(rows: InputRows, options?: WriteRowsOptions): Promise<CommitSummary | null>;
  overwrite(rows: InputRows, options?: WriteRowsOptions): Promise<CommitSummary | null>;
  /** Deletes rows that a Spark SQL condition selects; every row without one. */
  delete(where?: string): Promise<CommitSummary | null>;
  /** Sets columns to Spark SQL expressions: `{ price: "price * 1.05" }`. */
  update(set: Readonly<Record<string, string>>, where?: string): Promise<CommitSummary | null>;
  /** Starts a MERGE of a table, view or query (in parentheses) into this one. */
  merge(source: string, on: string, alias?: { target?: string; source?: string }): MergeBuilder;
  toArrow(): Promise<Table>;
  rows(): Promise<Record<string, PlainValue>[]>;
}

/** A version of a table, for reading. */
export interface TableVersion {
  readonly version: number;
  readonly timestampMs: number;
  readonly schema: StructType;
  detail(): Promise<TableDetail>;
  toArrow(): Promise<Table>;
  rows(): Promise<Record<string, PlainValue>[]>;
}

/** Opens a table by the parts of its name. */
export async function openDeltaTable(
  session: Session,
  parts: readonly string[],
): Promise<DeltaTable> {
  const handle = await openResolved(session, resolveName(session, parts));
  return new SessionTable(session, parts, handle.location);
}

class SessionTable implements DeltaTable {
  readonly name: string;
  readonly location: string;
  readonly #session: Session;
  readonly #parts: readonly string[];

  constructor(session: Session, parts: readonly string[], location: string) {
    this.#session = session;
    this.#parts = parts;
    this.location = location;
    this.name = parts.map(quoteIdentifier).join(".");
  }

  #open(): Promise<TableHandle> {
    return openResolved(this.#session, resolveName(this.#session, this.#parts));
  }

  async #run(text: string): Promise<StatementResult> {
    const { executeStatement, parseScript } = await import("./sql-door.ts");
    const [statement] = parseScript(text);
    return executeStatement(this.#session, statement!);
  }

  async #change(text: string): Promise<CommitSummary | null> {
    const result = await this.#run(text);
    await result.close();
    return result.commit ?? null;
  }

  async schema(): Promise<StructType> {
    return (await this.#open()).snapshot.schema;
  }

  async version(): Promise<number> {
    return (await this.#open()).snapshot.version;
  }

  async txnVersion(appId: string): Promise<number | bigint | null> {
    return (await this.#open()).snapshot.txnVersion(appId) ?? null;
  }

  async history(limit?: number): Promise<Record<string, PlainValue>[]> {
    const { rows, schema } = await this.historyRows(limit);
    return rows.map((row) => toPlainObject(row, schema));
  }

  async historyRows(limit?: number): Promise<TypedRows> {
    const { log } = await this.#open();
    const entries = log.history(limit === undefined ? {} : { limit });
    return { schema: HISTORY_COLUMNS, rows: entries.map(historyRow) };
  }

  async detailRows(): Promise<TypedRows> {
    const { snapshot, info, displayName, location } = await this.#open();
    const row = await detailRow(snapshot, info ? displayName : null, location);
    return { schema: DETAIL_COLUMNS, rows: [row] };
  }

  async detail(): Promise<TableDetail> {
    const handle = await this.#open();
    return detailOf(handle.snapshot, handle.info ? handle.displayName : null, handle.location);
  }

  async at(choice: VersionChoice): Promise<TableVersion> {
    const { log, info, displayName } = await this.#open();
    const snapshot =
      "version" in choice
        ? await log.snapshot({ version: choice.version })
        : await log.snapshot({ timestampMs: toMillis(choice.timestamp) });
    const text = `SELECT * FROM ${this.name} VERSION AS OF ${snapshot.version}`;
    return {
      version: snapshot.version,
      timestampMs: snapshot.timestampMs,
      schema: snapshot.schema,
      detail: () => detailOf(snapshot, info ? displayName : null, this.location),
      toArrow: async () => (await this.#run(text)).toArrow(),
      rows: async () => (await this.#run(text)).objects(),
    };
  }

  append(rows: InputRows, options: WriteRowsOptions = {}): Promise<CommitSummary | null> {
    return this.#write(rows, "into", options);
  }

  overwrite(rows: InputRows, options: WriteRowsOptions = {}): Promise<CommitSummary | null> {
    return this.#write(rows, "overwrite", options);
  }

  async #write(
    rows: InputRows,
    mode: "into" | "overwrite",
    options: WriteRowsOptions,
  ): Promise<CommitSummary | null> {
    const handle = await this.#open();
    const { insertRows, readInput, StatementContext } = await import("./sql-door.ts");
    const ctx = new StatementContext(this.#session, "", new Map(), options);
    try {
      const input = readInput(rows, handle.snapshot.schema, options.mergeSchema ?? false);
      const engine = await ctx.engine();
      const table = await engine.createTable(input.columns, input.rows);
      const source: Plan = {
        kind: "engine_relation",
        sql: `SELECT * FROM ${table}`,
        output: input.columns.map((column) => ({ ...column, id: ctx.allocate(), qualifier: [] })),
      };
      const outcome = await insertRows(ctx, handle, source, {
        insert: { mode, byName: true, columns: [], span: { start: 0, end: 0 } },
        evolves: options.mergeSchema ?? false,
      });
      return outcome.commit ?? null;
    } finally {
      await ctx.close();
    }
  }

  delete(where?: string): Promise<CommitSummary | null> {
    return this.#change(`DELETE FROM ${this.name}${where === undefined ? "" : ` WHERE ${where}`}`);
  }

  update(set: Readonly<Record<string, string>>, where?: string): Promise<CommitSummary | null> {
    const assignments = Object.entries(set).map(
      ([column, value]) => `${quoteIdentifier(column)} = ${value}`,
    );
    const condition = where === undefined ? "" : ` WHERE ${where}`;
    return this.#change(`UPDATE ${this.name} SET ${assignments.join(", ")}${condition}`);
  }

  merge(source: string, on: string, alias: { target?: string; source?: string } = {}) {
    const head =
      `${this.name} AS ${quoteIdentifier(alias.target ?? "target")} ` +
      `USING ${source} AS ${quoteIdentifier(alias.source ?? "source")} ON ${on}`;
    return startMerge(head, (text) => this.#change(text));
  }

  async toArrow(): Promise<Table> {
    return (await this.#run(`SELECT * FROM ${this.name}`)).toArrow();
  }

  async rows(): Promise<Record<string, PlainValue>[]> {
    return (await this.#run(`SELECT * FROM ${this.name}`)).objects();
  }
}

async function detailOf(
  snapshot: Snapshot,
  name: string | null,
  location: string,
): Promise<TableDetail> {
  return toPlainObject(await detailRow(snapshot, name, location), DETAIL_COLUMNS);
}

function toMillis(timestamp: Date | string): number {
  const millis = typeof timestamp === "string" ? Date.parse(timestamp) : timestamp.getTime();
  if (!Number.isNaN(millis)) return millis;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${String(timestamp)}\` is not a time`, {
    hint: "pass a Date, or text such as 2026-01-31T12:00:00Z",
  });
}
