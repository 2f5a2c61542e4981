/**
 * One Delta table as an object: its history and facts, earlier versions, and changes without SQL
 * text. Changes go through the same statements SQL does, so the same rules hold. Read
 * `table-api.ts` first.
 */
import { SovereignError } from "../core/errors.ts";
import type { ArrowTable } from "./arrow-table.ts";
import type { Snapshot } from "./delta/index.ts";
import { type MergeBuilder, startMerge } from "./delta-merge.ts";
import type { ExecuteOptions } from "./exec/execute.ts";
import { resolveName } from "./exec/names.ts";
import type { CommitSummary, StatementResult } from "./exec/result.ts";
import type { Session } from "./exec/session.ts";
import { DETAIL_COLUMNS, detailRow } from "./exec/show/detail.ts";
import { HISTORY_COLUMNS, historyRow } from "./exec/show/history.ts";
import { openResolved, type TableHandle } from "./exec/table-handle.ts";
import { type PlainValue, toPlainObject } from "./exec/to-plain.ts";
import type { InputRows } from "./input-rows.ts";
import type { StructType } from "./schema/data-type.ts";
import { placeParseError } from "./script-statements.ts";
import { quoteIdentifier } from "./sql/parse/name.ts";
import type {
  ChangeRange,
  DeltaTable,
  MergeAlias,
  NewFiles,
  OverwriteOptions,
  ReadOptions,
  TableDetail,
  TableVersion,
  TypedRows,
  VersionChoice,
  WriteRowsOptions,
} from "./table-api.ts";

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

  async #open(): Promise<TableHandle> {
    this.#session.requireOpen();
    return openResolved(this.#session, resolveName(this.#session, this.#parts));
  }

  async #run(text: string, options?: ExecuteOptions): Promise<StatementResult> {
    this.#session.requireOpen();
    const { executeStatement, parseScript } = await import("./sql-door.ts");
    const [statement, more] = placeParseError(text, () => parseScript(text));
    if (more !== undefined) throw severalStatements(text);
    return executeStatement(this.#session, statement!, options);
  }

  #change(text: string, options?: ExecuteOptions): Promise<CommitSummary | null> {
    return this.#session.inTurn(async () => {
      const result = await this.#run(text, options);
      await result.close();
      return result.commit ?? null;
    });
  }

  #read(version: number | null, options: ReadOptions = {}): Promise<StatementResult> {
    const { columns, where, limit } = options;
    const list = columns === undefined ? "*" : columns.map(quoteIdentifier).join(", ");
    return this.#run(
      [
        `SELECT ${list} FROM ${this.name}`,
        version === null ? "" : `VERSION AS OF ${version}`,
        where === undefined ? "" : `WHERE ${where}`,
        limit === undefined ? "" : `LIMIT ${limit}`,
      ].join(" "),
    );
  }

  /** Reading of one version, or of the newest at each call. */
  #reader(version: number | null): Pick<TableVersion, "count" | "rows" | "toArrow"> {
    return {
      count: async (where) => {
        const from = version === null ? this.name : `${this.name} VERSION AS OF ${version}`;
        const condition = where === undefined ? "" : ` WHERE ${where}`;
        const result = await this.#run(`SELECT count(*) FROM ${from}${condition}`);
        return Number((await result.rows())[0]?.[0]);
      },
      toArrow: async (options) => (await this.#read(version, options)).toArrow(),
      rows: async (options) => (await this.#read(version, options)).objects(),
    };
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
    return {
      version: snapshot.version,
      timestampMs: snapshot.timestampMs,
      schema: snapshot.schema,
      detail: () => detailOf(snapshot, info ? displayName : null, this.location),
      ...this.#reader(snapshot.version),
    };
  }

  async changes({ from, to }: ChangeRange): Promise<StatementResult> {
    const bounds = to === undefined ? [from] : [from, to];
    const args = [
      `'${this.name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`,
      ...bounds.map(boundText),
    ];
    return this.#run(`SELECT * FROM table_changes(${args.join(", ")})`);
  }

  async newFiles(since: number, version: number): Promise<NewFiles> {
    const { log } = await this.#open();
    const { compareFiles, readFiles } = await import("./sql-door.ts");
    const later = await log.snapshot({ version });
    const { added, removedCount } = await compareFiles(
      await log.snapshot({ version: since }),
      later,
    );
    return {
      addedCount: added.length,
      removedCount,
      read: (columns) => {
        this.#session.requireOpen();
        return readFiles(this.#session, later, { files: added, columns });
      },
    };
  }

  append(rows: InputRows, options: WriteRowsOptions = {}): Promise<CommitSummary | null> {
    return this.#write(rows, "into", options);
  }

  overwrite(rows: InputRows, options: OverwriteOptions = {}): Promise<CommitSummary | null> {
    const { where } = options;
    return this.#write(rows, where === undefined ? "overwrite" : "replace_where", options);
  }

  async #write(
    rows: InputRows,
    mode: "into" | "overwrite" | "replace_where",
    options: OverwriteOptions,
  ): Promise<CommitSummary | null> {
    this.#session.requireOpen();
    const { writeRows } = await import("./sql-door.ts");
    return writeRows(this.#session, () => this.#open(), { ...options, rows, mode });
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

  merge(source: InputRows | string, on: string, alias: MergeAlias = {}): MergeBuilder {
    const from = typeof source === "string" ? source : quoteIdentifier(HANDED_ROWS);
    const head =
      `${this.name} AS ${quoteIdentifier(alias.target ?? "target")} ` +
      `USING ${from} AS ${quoteIdentifier(alias.source ?? "source")} ON ${on}`;
    return startMerge(head, async (text) => {
      if (typeof source === "string") return this.#change(text);
      const rowTypes = await this.schema();
      return this.#change(text, { rows: { [HANDED_ROWS]: source }, rowTypes });
    });
  }

  count(where?: string): Promise<number> {
    return this.#reader(null).count(where);
  }

  toArrow(options?: ReadOptions): Promise<ArrowTable> {
    return this.#reader(null).toArrow(options);
  }

  rows(options?: ReadOptions): Promise<Record<string, PlainValue>[]> {
    return this.#reader(null).rows(options);
  }
}

/** Name of handed rows in the text of a MERGE; nobody calls a table so. */
const HANDED_ROWS = "handed rows";

async function detailOf(
  snapshot: Snapshot,
  name: string | null,
  location: string,
): Promise<TableDetail> {
  return toPlainObject(await detailRow(snapshot, name, location), DETAIL_COLUMNS);
}

/** A number is a version; a moment goes as text. */
function boundText(bound: number | Date | string): string {
  if (typeof bound !== "number") return `'${new Date(toMillis(bound)).toISOString()}'`;
  if (Number.isSafeInteger(bound)) return `${bound}L`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${bound}\` is not a version`, {
    hint: "versions are whole numbers from 0",
  });
}

function toMillis(timestamp: Date | string): number {
  const millis = typeof timestamp === "string" ? Date.parse(timestamp) : timestamp.getTime();
  if (!Number.isNaN(millis)) return millis;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${String(timestamp)}\` is not a time`, {
    hint: "pass a Date, or text such as 2026-01-31T12:00:00Z",
  });
}

/** Text given as a condition or expression must not end the statement and start another. */
function severalStatements(text: string): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `a semicolon cuts the statement in two: ${text}`,
    { hint: "pass one condition or expression, without a semicolon" },
  );
}
