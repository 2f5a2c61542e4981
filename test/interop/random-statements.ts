/**
 * Random statements on a model table: the SQL for this lake and Spark, the same for delta-rs where
 * it has it, and the table afterwards. MERGE is in `random-merge.ts`.
 */
import type { Rng } from "../../src/core/rng.ts";
import {
  type CellValue,
  type Column,
  literal,
  type ModelTable,
  nameOf,
  PARTITIONS,
  quoteName,
  type Row,
  type TableState,
} from "./model-table.ts";
import { type Condition, inPartition, pick, randomCondition } from "./random-conditions.ts";

export interface Statement {
  kind: string;
  /** `$T` stands for the table. */
  sql: string;
  /** Settings of the session that it needs. */
  settings?: Readonly<Record<string, string>>;
  /** What `delta_rs_statements.py` is asked instead; absent where delta-rs has no such thing. */
  deltaRs?: { op: string; args: Readonly<Record<string, unknown>> };
  after: TableState;
  /** Older versions cannot be read any more. */
  forgets?: boolean;
}

/** A new row; `given` are the keys whose values it is to have. */
export function randomRow(rng: Rng, table: ModelTable, given: Row = {}): Row {
  const values: Record<string, CellValue> = {};
  for (const { key, type } of table.state.columns) {
    if (rng.int(8) === 0) values[key] = null;
    else values[key] = type === "INT" ? rng.int(100) : `s${rng.int(6)}`;
  }
  return { ...values, id: table.nextId++, p: pick(rng, PARTITIONS), ...given };
}

/** Rows of one or of many files' worth. */
export function randomRows(rng: Rng, table: ModelTable, given: Row = {}): Row[] {
  const count = rng.int(3) === 0 ? 1 + rng.int(3) : 5 + rng.int(20);
  return Array.from({ length: count }, () => randomRow(rng, table, given));
}

/** `VALUES (…), …` with every type written out. */
export function valuesText(columns: readonly Column[], rows: readonly Row[]): string {
  const texts = rows.map((row) => {
    const cells = columns.map(({ key, type }) => literal(row[key] ?? null, type));
    return `(${cells.join(", ")})`;
  });
  return `VALUES ${texts.join(", ")}`;
}

/** Rows for a Python peer. */
export function peerRows({ columns }: TableState, rows: readonly Row[]) {
  return {
    columns: columns.map(({ name, type }) => [name, type]),
    rows: rows.map((row) => columns.map(({ key }) => row[key] ?? null)),
  };
}

function withRows(state: TableState, rows: readonly Row[]): TableState {
  return { ...state, rows };
}

export function insert(rng: Rng, table: ModelTable): Statement {
  const { state } = table;
  if (rng.int(6) === 0 && state.rows.length < 60) return insertCopies(rng, table);
  const left = state.columns.find(({ key }) => key !== "id" && key !== "p" && rng.int(6) === 0);
  const columns = state.columns.filter((column) => column !== left);
  const rows = randomRows(rng, table, left === undefined ? {} : { [left.key]: null });
  const names = left === undefined ? "" : ` (${columns.map((c) => quoteName(c.name)).join(", ")})`;
  return {
    kind: "insert",
    sql: `INSERT INTO $T${names} ${valuesText(columns, rows)}`,
    deltaRs: { op: "append", args: peerRows(state, rows) },
    after: withRows(state, [...state.rows, ...rows]),
  };
}

function insertCopies(rng: Rng, { state }: ModelTable): Statement {
  const where = randomCondition(rng, state);
  const copies = state.rows.filter((row) => where.test(row) === true);
  return {
    kind: "insert",
    sql: `INSERT INTO $T SELECT * FROM $T WHERE ${where.text()}`,
    after: withRows(state, [...state.rows, ...copies]),
  };
}

export function overwrite(rng: Rng, table: ModelTable): Statement {
  const { state } = table;
  const rows = randomRows(rng, table);
  return {
    kind: "overwrite",
    sql: `INSERT OVERWRITE $T ${valuesText(state.columns, rows)}`,
    deltaRs: { op: "overwrite", args: peerRows(state, rows) },
    after: withRows(state, rows),
  };
}

export function overwriteDynamically(rng: Rng, table: ModelTable): Statement {
  const { state, isPartitioned } = table;
  if (!isPartitioned) return overwrite(rng, table);
  const rows = randomRows(rng, table).slice(0, 3);
  const replaced = new Set(rows.map((row) => row.p));
  return {
    kind: "overwrite dynamically",
    sql: `INSERT OVERWRITE $T ${valuesText(state.columns, rows)}`,
    settings: { "spark.sql.sources.partitionOverwriteMode": "dynamic" },
    after: withRows(state, [...state.rows.filter((row) => !replaced.has(row.p ?? null)), ...rows]),
  };
}

export function overwritePartition(rng: Rng, table: ModelTable): Statement {
  const { state, isPartitioned } = table;
  if (!isPartitioned) return replaceWhere(rng, table);
  const p = pick(rng, ["a", "b", "c d"]);
  const rows = randomRows(rng, table, { p });
  const columns = state.columns.filter(({ key }) => key !== "p");
  const partition = `${nameOf(state, "p")} = '${p}'`;
  return {
    kind: "overwrite partition",
    sql: `INSERT OVERWRITE $T PARTITION (${partition}) ${valuesText(columns, rows)}`,
    after: withRows(state, [...state.rows.filter((row) => row.p !== p), ...rows]),
  };
}

export function replaceWhere(rng: Rng, table: ModelTable): Statement {
  const { state, isPartitioned } = table;
  const where =
    isPartitioned && rng.int(2) === 0
      ? inPartition(state, pick(rng, PARTITIONS))
      : randomCondition(rng, state);
  // Spark has no filter for `%`: it refuses, and of an OR it takes the other side alone.
  if (where.text().includes("%")) return replaceWhere(rng, table);
  const rows = randomRows(rng, table).filter((row) => where.test(row) === true);
  if (rows.length === 0) return insert(rng, table);
  return {
    kind: "replace where",
    sql: `INSERT INTO $T REPLACE WHERE ${where.text()} ${valuesText(state.columns, rows)}`,
    deltaRs: { op: "replace_where", args: { ...peerRows(state, rows), predicate: where.text() } },
    after: withRows(state, [...state.rows.filter((row) => where.test(row) !== true), ...rows]),
  };
}

interface Assignment {
  key: string;
  text: string;
  value(row: Row): CellValue;
}

function randomAssignments(rng: Rng, state: TableState): Assignment[] {
  const v = nameOf(state, "v");
  const p = pick(rng, PARTITIONS);
  const all: Assignment[] = [
    { key: "v", text: `${v} + 1`, value: (row) => (row.v == null ? null : Number(row.v) + 1) },
    { key: "s", text: "'u'", value: () => "u" },
    { key: "p", text: literal(p), value: () => p },
    { key: "v", text: "NULL", value: () => null },
  ];
  const first = pick(rng, all);
  const second = all.find(({ key }) => key !== first.key && rng.int(3) === 0);
  return second === undefined ? [first] : [first, second];
}

export function update(rng: Rng, { state }: ModelTable): Statement {
  const where = rng.int(12) === 0 ? EVERYTHING : randomCondition(rng, state);
  const assignments = randomAssignments(rng, state);
  const set = assignments.map(({ key, text }) => [nameOf(state, key), text] as const);
  const rows = state.rows.map((row) =>
    where.test(row) === true
      ? { ...row, ...Object.fromEntries(assignments.map((a) => [a.key, a.value(row)])) }
      : row,
  );
  return {
    kind: "update",
    sql: `UPDATE $T SET ${set.map(([n, t]) => `${n} = ${t}`).join(", ")} WHERE ${where.text()}`,
    deltaRs: {
      op: "update",
      args: { predicate: where.text(), updates: Object.fromEntries(set) },
    },
    after: withRows(state, rows),
  };
}

const EVERYTHING: Condition = { text: () => "true", test: () => true };

export function remove(rng: Rng, table: ModelTable): Statement {
  const { state, isPartitioned } = table;
  const isWhole = isPartitioned && rng.int(5) === 0;
  const where = isWhole ? inPartition(state, pick(rng, PARTITIONS)) : randomCondition(rng, state);
  return {
    kind: "delete",
    sql: `DELETE FROM $T WHERE ${where.text()}`,
    deltaRs: { op: "delete", args: { predicate: where.text() } },
    after: withRows(
      state,
      state.rows.filter((row) => where.test(row) !== true),
    ),
  };
}

export function truncate(_: Rng, { state }: ModelTable): Statement {
  return {
    kind: "truncate",
    sql: "TRUNCATE TABLE $T",
    deltaRs: { op: "delete", args: { predicate: null } },
    after: withRows(state, []),
  };
}
