/**
 * What a table must hold, kept in plain JavaScript beside the table that the engines change: its
 * columns and rows now and at every version. `random-statements.ts` says how each statement
 * changes it.
 */
import { byCodePoint, pythonJson } from "./canonical-rows.ts";
import type { PeerRows } from "./peer.ts";

export type CellValue = string | number | null;

export interface Column {
  /** Stays when the column is renamed. */
  key: string;
  name: string;
  type: "BIGINT" | "INT" | "STRING";
}

/** Values by column key; a key that is missing is NULL. */
export type Row = Readonly<Record<string, CellValue>>;

export interface TableState {
  columns: readonly Column[];
  rows: readonly Row[];
  properties: Readonly<Record<string, string>>;
}

export interface ModelTable {
  isPartitioned: boolean;
  state: TableState;
  /** The state after each version that can still be read. */
  versions: Map<number, TableState>;
  nextId: number;
  nextColumn: number;
}

export const PARTITIONS: readonly CellValue[] = ["a", "b", "c d", "x=1/ü", null];

/** The table before its first row. */
export function createModel(
  isPartitioned: boolean,
  properties: Readonly<Record<string, string>>,
): ModelTable {
  const columns: Column[] = [
    { key: "id", name: "id", type: "BIGINT" },
    { key: "p", name: "p", type: "STRING" },
    { key: "v", name: "v", type: "INT" },
    { key: "s", name: "s", type: "STRING" },
  ];
  const state = { columns, rows: [], properties };
  return { isPartitioned, state, versions: new Map([[0, state]]), nextId: 0, nextColumn: 0 };
}

/** The rows as every reader must answer them. */
export function expectedRows({ columns, rows }: TableState): PeerRows {
  return {
    columns: columns.map(({ name }) => name),
    rows: rows.map((row) => rowText(columns, row)).sort(byCodePoint),
  };
}

/** One row in the text of `canonical.py`. */
export function rowText(columns: readonly Column[], row: Row): string {
  return pythonJson(
    columns.map(({ key }) => {
      const value = row[key] ?? null;
      return value === null ? null : String(value);
    }),
  );
}

/** A value as SQL. */
export function literal(value: CellValue, type?: Column["type"]): string {
  if (value === null) return type ? `CAST(NULL AS ${type})` : "NULL";
  if (typeof value === "string") return `'${value}'`;
  return type === "BIGINT" ? `${value}L` : String(value);
}

/** A column's name as SQL; plain names as they are, since delta-rs has other quotes. */
export function quoteName(name: string): string {
  return /^\w+$/.test(name) ? name : `\`${name}\``;
}

/** The name, as SQL, of the column with a key, which may have been renamed. */
export function nameOf(state: TableState, key: string): string {
  return quoteName(state.columns.find((column) => column.key === key)!.name);
}

/** The column definitions of CREATE TABLE. */
export function createText(table: ModelTable): string {
  const { columns, properties } = table.state;
  const defined = columns.map(({ name, type }) => `${name} ${type}`).join(", ");
  const partition = table.isPartitioned ? " PARTITIONED BY (p)" : "";
  const pairs = Object.entries(properties).map(([key, value]) => `'${key}' = '${value}'`);
  const settings = pairs.length === 0 ? "" : ` TBLPROPERTIES (${pairs.join(", ")})`;
  return `CREATE TABLE $T (${defined}) USING delta${partition}${settings}`;
}
