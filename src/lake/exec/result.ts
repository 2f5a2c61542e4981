/**
 * What a statement gives back: typed columns in batches, lazily, and what it committed. A result
 * may be read once; `close` frees the engine early.
 */
import type { Table } from "apache-arrow";
import type { StructType } from "../schema/data-type.ts";
import type { ColumnBatch, Value } from "../schema/value.ts";
import type { StatementKind } from "../sql/ast.ts";
import { toArrowTable } from "./to-arrow.ts";
import { type PlainValue, toPlainObject } from "./to-plain.ts";

export interface CommitSummary {
  /** Name or path of the table. */
  table: string;
  version: number;
  filesAdded: number;
  filesRemoved: number;
  /** Operation metrics as in the history. */
  metrics: Readonly<Record<string, string>>;
}

export interface StatementResult {
  readonly statement: StatementKind;
  readonly schema: StructType;
  /** Whether the rows have an order the statement asked for. */
  readonly ordered: boolean;
  readonly commit?: CommitSummary;
  /** One line for a person, when there is more to say than the rows do. */
  readonly message?: string;
  batches(): AsyncIterable<ColumnBatch>;
  /** All rows, as values of `schema/value.ts`. */
  rows(): Promise<Value[][]>;
  /** All rows as objects with plain JavaScript values (dates as `Date`, structs as objects). */
  objects(): Promise<Record<string, PlainValue>[]>;
  toArrow(): Promise<Table>;
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

/** The public result over an outcome; `onClose` runs once, when rows are read or given up. */
export function createResult(
  statement: StatementKind,
  outcome: Outcome,
  onClose: () => Promise<void>,
): StatementResult {
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await outcome.close?.();
    await onClose();
  };
  async function* batches(): AsyncGenerator<ColumnBatch> {
    try {
      yield* outcome.batches();
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
  };
}
