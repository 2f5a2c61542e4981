/**
 * The query behind `lake diff`: both versions under the columns of the newer one, and the rows only
 * one of them has. The older version shows a column that was added later as NULL, one that was
 * dropped since not at all, and one whose type changed cast to the new type, or both as text when
 * the old type does not fit into the new one. Maps, which have no order, become sorted entries.
 */
import { SovereignError } from "../../core/errors.ts";
import {
  type DataType,
  formatTypeSql,
  type StructType,
  sameType,
} from "../../lake/schema/data-type.ts";
import { counterpart } from "./schema-changes.ts";
import { quoteName, quoteText } from "./table-name.ts";

export interface DiffVersion {
  /** The table as SQL text, its version with it. */
  readonly relation: string;
  readonly schema: StructType;
}

/** Rows `removed` (only in the older version) and `added` (only in the newer), by their columns. */
export function diffQuery(older: DiffVersion, newer: DiffVersion): string {
  const columns = newer.schema.fields.filter((field) => !holdsVariant(field.type));
  if (columns.length === 0) {
    throw new SovereignError("NOT_IMPLEMENTED", "a table of variants alone cannot be compared", {
      hint: "this version lacks it; compare what `lake sql` shows of the two versions",
    });
  }
  const sides = columns.map((field) => {
    const name = quoteName(field.name);
    const before = counterpart(field, older.schema.fields);
    const after = { sql: name, type: field.type };
    if (!before) return { older: nullOf(field.type), newer: shown(after, 0), name, field };
    const pair = align({ sql: quoteName(before.name), type: before.type }, after, 0);
    return { ...pair, name, field };
  });
  const select = (side: "older" | "newer", { relation }: DiffVersion): string =>
    `SELECT ${sides.map((s) => `${s[side]} AS ${s.name}`).join(", ")} FROM ${relation}`;
  const [left, right] = [select("older", older), select("newer", newer)];
  const change = quoteName(changeColumn(newer.schema));
  const only = (what: string, rows: string, others: string): string =>
    `SELECT ${quoteText(what)} AS ${change}, * FROM (${rows} EXCEPT ALL ${others})`;
  const keys = sides.map(({ name, field }) => {
    return isAtomic(field.type) ? name : `CAST(${name} AS STRING)`;
  });
  return (
    `SELECT * FROM (${only("removed", left, right)} UNION ALL ${only("added", right, left)}) ` +
    // The first column is mostly a key: what a row was stands right before what it became.
    `ORDER BY ${[...keys.slice(0, 1), `${change} DESC`, ...keys.slice(1)].join(", ")}`
  );
}

/** Columns that cannot be compared. */
export function uncomparedColumns(schema: StructType): string[] {
  return schema.fields.filter((field) => holdsVariant(field.type)).map((field) => field.name);
}

/** `change`, or another name where the table has such a column itself. */
export function changeColumn(schema: StructType): string {
  const names = new Set(schema.fields.map((field) => field.name.toLowerCase()));
  let name = "change";
  while (names.has(name)) name = `_${name}`;
  return name;
}

interface Operand {
  readonly sql: string;
  readonly type: DataType;
}

interface Pair {
  readonly older: string;
  readonly newer: string;
}

/** Both operands under one type; `depth` keeps the names of lambda variables apart. */
function align(before: Operand, after: Operand, depth: number): Pair {
  const [a, b] = [before.type, after.type];
  if (sameType(a, b)) return { older: shown(before, depth), newer: shown(after, depth) };
  if (a.kind === "struct" && b.kind === "struct") return alignStructs(before, after, depth);
  if (a.kind === "array" && b.kind === "array") {
    const x = `x${depth}`;
    const pair = align({ sql: x, type: a.element }, { sql: x, type: b.element }, depth + 1);
    const over = (sql: string, inner: string): string => `transform(${sql}, ${x} -> ${inner})`;
    return { older: over(before.sql, pair.older), newer: over(after.sql, pair.newer) };
  }
  if (isWidening(a, b)) {
    return { older: `CAST(${before.sql} AS ${formatTypeSql(b)})`, newer: shown(after, depth) };
  }
  const text = ({ sql, type }: Operand): string => `CAST(${shown({ sql, type }, depth)} AS STRING)`;
  return { older: text(before), newer: text(after) };
}

function alignStructs(before: Operand, after: Operand, depth: number): Pair {
  const [a, b] = [before.type as StructType, after.type as StructType];
  const pairs = b.fields.map((field) => {
    const old = counterpart(field, a.fields);
    const sql = `${after.sql}.${quoteName(field.name)}`;
    const now = { sql, type: field.type };
    const key = quoteText(field.name);
    if (!old) return { key, older: nullOf(field.type), newer: shown(now, depth) };
    const then = { sql: `${before.sql}.${quoteName(old.name)}`, type: old.type };
    return { key, ...align(then, now, depth) };
  });
  const build = (side: "older" | "newer", { sql }: Operand): string => {
    const members = pairs.map((pair) => `${pair.key}, ${pair[side]}`).join(", ");
    return `CASE WHEN ${sql} IS NOT NULL THEN named_struct(${members}) END`;
  };
  return { older: build("older", before), newer: build("newer", after) };
}

/** The operand in a form that set operations take: maps as entries sorted by key. */
function shown({ sql, type }: Operand, depth: number): string {
  if (!holdsMap(type)) return sql;
  switch (type.kind) {
    case "map": {
      const entries = `array_sort(map_entries(${sql}))`;
      if (!holdsMap(type.value)) return entries;
      const x = `x${depth}`;
      const value = shown({ sql: `${x}.value`, type: type.value }, depth + 1);
      return `transform(${entries}, ${x} -> named_struct('key', ${x}.key, 'value', ${value}))`;
    }
    case "array": {
      const x = `x${depth}`;
      return `transform(${sql}, ${x} -> ${shown({ sql: x, type: type.element }, depth + 1)})`;
    }
    case "struct": {
      const members = type.fields.map((field) => {
        const value = { sql: `${sql}.${quoteName(field.name)}`, type: field.type };
        return `${quoteText(field.name)}, ${shown(value, depth)}`;
      });
      return `CASE WHEN ${sql} IS NOT NULL THEN named_struct(${members.join(", ")}) END`;
    }
    default:
      return sql;
  }
}

function nullOf(type: DataType): string {
  const plain = `CAST(NULL AS ${formatTypeSql(type)})`;
  return shown({ sql: plain, type }, 0);
}

function holdsMap(type: DataType): boolean {
  return holds(type, "map");
}

function holdsVariant(type: DataType): boolean {
  return holds(type, "variant");
}

function holds(type: DataType, kind: DataType["kind"]): boolean {
  if (type.kind === kind) return true;
  if (type.kind === "array") return holds(type.element, kind);
  if (type.kind === "map") return holds(type.key, kind) || holds(type.value, kind);
  return type.kind === "struct" && type.fields.some((field) => holds(field.type, kind));
}

function isAtomic(type: DataType): boolean {
  return type.kind !== "array" && type.kind !== "map" && type.kind !== "struct";
}

const WHOLE = ["byte", "short", "int", "long"];

/** Whether every value of one type is a value of the other: what Delta may widen to. */
function isWidening(from: DataType, to: DataType): boolean {
  if (from.kind === "date") return to.kind === "timestamp_ntz";
  if (from.kind === "float") return to.kind === "double";
  if (from.kind === "decimal" && to.kind === "decimal") {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  }
  const rank = WHOLE.indexOf(from.kind);
  if (rank < 0) return false;
  if (to.kind === "double") return rank < 3;
  if (to.kind === "decimal") return to.precision - to.scale >= [3, 5, 10, 19][rank]!;
  return WHOLE.indexOf(to.kind) > rank;
}
