/**
 * What a statement gives back: typed columns in batches, lazily, and what it committed. A result
 * may be read once; `close` frees the engine early.
 */
import { SovereignError } from "../../core/errors.ts";
import type { ArrowTable } from "../arrow-table.ts";
import type { StructType } from "../schema/data-type.ts";
import type { ColumnBatch, Value } from "../schema/value.ts";
import type { StatementKind } from "../sql/ast.ts";
import { toArrowTable } from "./to-arrow.ts";
import { type PlainValue, toPlainObject } from "./to-plain.ts";

/** What a statement or a change committed. */
export interface CommitSummary {
  /** Name or path of the table. */
  table: string;
  /** The table's version from then on. */
  version: number;
  filesAdded: number;
  filesRemoved: number;
  /** Operation metrics as in the history, for example `numOutputRows`. */
  metrics: Readonly<Record<string, string>>;
}

/**
 * Rows to be read once, by one of `batches`, `rows`, `objects` and `toArrow`, and what was
 * committed (a change is done when the result is there, read or not). Rows are computed while they
 * are read, so errors of a query's data come from reading: INVALID_STATE as under ANSI, DATA_LOSS
 * for damaged files. Reading a second time, after `close`, or after the lake was closed is
 * INVALID_STATE.
 */
export interface StatementResult extends AsyncDisposable {
  /** Which statement it was: `query`, `insert`, `merge` … */
  readonly statement: StatementKind;
  /** Names and types of the columns; none for most statements that are no query. */
  readonly schema: StructType;
  /** Whether the rows have an order the statement asked for. */
  readonly ordered: boolean;
  readonly commit?: CommitSummary;
  /** One line for a person, when there is more to say than the rows do. */
  readonly message?: string;
  /** The rows by column, some thousand at a time; memory holds one batch. */
  batches(): AsyncIterable<ColumnBatch>;
  /** All rows, as exact values of the lake: see `Value`. */
  rows(): Promise<Value[][]>;
  /** All rows as objects with plain JavaScript values; see `PlainValue` for each type's. */
  objects(): Promise<Record<string, PlainValue>[]>;
  /** All rows as a table of apache-arrow, with the columns even when there are no rows. */
  toArrow(): Promise<ArrowTable>;
  /** Frees what unread rows hold. Quiet when done already; reading to the end does it too. */
  close(): Promise<void>;
}

/** What a handler returns; `execute.ts` adds the statement's kind and its lifetime. */
export interface Outcome {
  schema: StructType;
  ordered?: boolean;
  commit?: CommitSummary;
  message?: string;
  batches(): AsyncIterable<ColumnBatch>;
  /** Frees what the rows still need; without it the statement ends with the handler. */
  close?(): Promise<void>;
}

/** Columns of an empty result. */
export const NO_COLUMNS: StructType = { kind: "struct", fields: [] };

/** Rows that are in memory already. */
export function localOutcome(
  schema: StructType,
  rows: readonly (readonly Value[])[],
  extra: Partial<Pick<Outcome, "commit" | "message" | "ordered">> = {},
): Outcome {
  return {
    schema,
    ordered: true,
    ...extra,
    async *batches() {
      if (rows.length === 0) return;
      yield {
        rowCount: rows.length,
        columns: schema.fields.map((_, c) => ({ get: (r: number) => rows[r]![c]! })),
      };
    },
  };
}

/** No rows and no columns: DDL and INSERT. */
export function emptyOutcome(extra: Partial<Pick<Outcome, "commit" | "message">> = {}): Outcome {
  return localOutcome(NO_COLUMNS, [], extra);
}

/**
 * The public result over an outcome; `onClose` runs once, when rows are read or given up, and
 * `checkOpen` throws when the rows' source is gone: without it they would seem to end.
 */
export function createResult(
  statement: StatementKind,
  outcome: Outcome,
  onClose: () => Promise<void>,
  checkOpen: () => void = () => {},
): StatementResult {
  let closed = false;
  let isRead = false;
  const check = (): void => {
    checkOpen();
    if (closed) throw notReadable("the result is closed");
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await outcome.close?.();
    await onClose();
  };
  async function* batches(): AsyncGenerator<ColumnBatch> {
    if (isRead) throw notReadable("the rows of this result were read already");
    check();
    isRead = true;
    try {
      for await (const batch of outcome.batches()) {
        check();
        yield batch;
      }
      check();
    } catch (error) {
      // An engine that was stopped says only that the query was cancelled.
      checkOpen();
      throw error;
    } finally {
      await close();
    }
  }
  const rows = async (): Promise<Value[][]> => {
    const all: Value[][] = [];
    for await (const batch of batches()) {
      for (let r = 0; r < batch.rowCount; r++) all.push(batch.columns.map((c) => c.get(r)));
    }
    return all;
  };
  return {
    statement,
    schema: outcome.schema,
    ordered: outcome.ordered ?? false,
    ...(outcome.commit ? { commit: outcome.commit } : {}),
    ...(outcome.message ? { message: outcome.message } : {}),
    batches,
    rows,
    objects: async () => (await rows()).map((row) => toPlainObject(row, outcome.schema)),
    toArrow: () => toArrowTable(outcome.schema, batches()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function notReadable(message: string): SovereignError {
  return new SovereignError("INVALID_STATE", message, {
    hint: "keep what the first reading gave, or run the statement again",
  });
}
