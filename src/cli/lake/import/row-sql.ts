/**
 * The SQL an import is made of: the source's columns converted to the table's types, and beside
 * them why a row cannot be taken: a value that does not convert, and the table's own rules, NOT
 * NULL, CHECK, lengths, generated columns. What is not foreseen here the INSERT still refuses.
 */
import { SovereignError } from "../../../core/errors.ts";
import {
  type DataType,
  formatType,
  formatTypeSql,
  type StructField,
  type StructType,
} from "../../../lake/schema/data-type.ts";
import { quoteName, quoteText } from "../table-name.ts";
import { type TableRules, tableRules } from "./table-rules.ts";

/** Why a row cannot be taken; empty for a good one. */
export const REASON = "__sovereign_reason";
/** The row as it came, of formats without lines. */
export const ORIGINAL = "__sovereign_original";
/** The record's number, of formats with lines. */
export const ORDINAL = "__sovereign_ordinal";
const MISFIT = "__sovereign_misfit";

export interface ColumnMatch {
  readonly from: StructField;
  /** The table's column; for one the import adds, its new type. */
  readonly to: StructField;
}

export interface RowRequest {
  /** FROM item. */
  readonly from: string;
  readonly columns: readonly ColumnMatch[];
  readonly table: StructType;
  readonly properties: ReadonlyMap<string, string>;
  /** Expression of the record's number; null where records have none. */
  readonly ordinal: string | null;
}

export interface RowSql {
  /** Query of the columns to insert, of all rows. */
  readonly all: string;
  /** The same of the rows that can be inserted. */
  readonly good: string;
  /** Query with REASON and ORDINAL or ORIGINAL; null when no row can be bad. */
  readonly judged: string | null;
}

/** Builds both queries. */
export function buildRowSql(request: RowRequest): RowSql {
  const { columns, ordinal, from } = request;
  const values = columns.map((match) => convert(match));
  const names = columns.map(({ to }) => quoteName(to.name));
  const tests = columns.flatMap((match, i) => {
    const test = values[i]!.misfit;
    return test === null ? [] : [`CASE WHEN ${test} THEN ${misfitText(match)} END`];
  });
  const rules = tableRules(request.table, request.properties, new Set(columns.map(nameOf)));
  const typed = names.map((name, i) => `${values[i]!.value} AS ${name}`);
  const plain = `SELECT ${typed.join(", ")} FROM ${from}`;
  if (tests.length === 0 && rules.tests.length === 0)
    return { all: plain, good: plain, judged: null };
  const sources = columns.map((match) => quoteName(match.from.name));
  const first = [
    ...typed,
    `concat_ws('; ', ${["NULL", ...tests].join(", ")}) AS ${MISFIT}`,
    ordinal === null ? `struct(${sources.join(", ")}) AS ${ORIGINAL}` : `${ordinal} AS ${ORDINAL}`,
  ];
  const judged = judge(`SELECT ${first.join(", ")} FROM ${from}`, rules);
  const good = `SELECT ${names.join(", ")} FROM (${judged}) WHERE ${REASON} = ''`;
  return { all: plain, good, judged };
}

function nameOf({ to }: ColumnMatch): string {
  return to.name.toLowerCase();
}

function judge(rows: string, { defaults, generated, tests }: TableRules): string {
  const layer = (input: string, columns: readonly string[]): string =>
    columns.length === 0 ? input : `SELECT *, ${columns.join(", ")} FROM (${input})`;
  const cases = tests.map(
    ({ holds, reason }) =>
      `CASE WHEN ${MISFIT} = '' AND NOT (${holds}) THEN ${quoteText(reason)} END`,
  );
  const full = tests.length === 0 ? rows : layer(layer(rows, defaults), generated);
  const reason = [`nullif(${MISFIT}, '')`, ...cases].join(", ");
  return layer(full, [`concat_ws('; ', ${reason}) AS ${REASON}`]);
}

interface Conversion {
  readonly value: string;
  /** True for a value that does not convert; null when every one does. */
  readonly misfit: string | null;
}

function convert({ from, to }: ColumnMatch): Conversion {
  const column = quoteName(from.name);
  if (formatTypeSql(from.type) === formatTypeSql(to.type)) return { value: column, misfit: null };
  if (isNested(to.type)) {
    if (from.type.kind === "string") throw noNested(to);
    return { value: column, misfit: null };
  }
  const value = `try_cast(${column} AS ${formatTypeSql(to.type)})`;
  if (to.type.kind === "string" || to.type.kind === "binary") return { value, misfit: null };
  const isKept = isRounded(from.type, to.type)
    ? `coalesce(CAST(${value} AS ${formatTypeSql(from.type)}) = ${column}, false)`
    : `${value} IS NOT NULL`;
  return { value, misfit: `${column} IS NOT NULL AND NOT (${isKept})` };
}

function isNested(type: DataType): boolean {
  return ["struct", "array", "map", "variant"].includes(type.kind);
}

/** A cast that would drop a fraction. */
function isRounded(from: DataType, to: DataType): boolean {
  return (
    ["float", "double", "decimal"].includes(from.kind) &&
    ["byte", "short", "int", "long"].includes(to.kind)
  );
}

function noNested(to: StructField): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `the column \`${to.name}\` is ${formatType(to.type)}, and a field of CSV is one value`,
    { hint: "import JSON, NDJSON, Parquet or Arrow, or leave the column out of the file" },
  );
}

const SHOWN = 40;

/** `` `id`: `x4` is no int ``, as SQL. */
function misfitText({ from, to }: ColumnMatch): string {
  const column = quoteName(from.name);
  const value = `substring(CAST(${column} AS STRING), 1, ${SHOWN})`;
  const before = quoteText(`\`${from.name}\`: \``);
  return `concat(${before}, ${value}, ${quoteText(`\` is no ${formatType(to.type)}`)})`;
}
