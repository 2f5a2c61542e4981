/**
 * Rows a program hands over: plain objects, or an Arrow table. Objects take the table's types;
 * a value that does not fit its column exactly is refused, never rounded or guessed.
 */
import type { Table } from "apache-arrow";
import { SovereignError } from "../core/errors.ts";
import { tableToRows } from "../formats/parquet/index.ts";
import type { ArrowTable } from "./arrow-table.ts";
import type { ResultColumn } from "./engine/index.ts";
import { arrowType, inferType } from "./input-types.ts";
import { describeInput, toValue } from "./input-value.ts";
import type { StructType } from "./schema/data-type.ts";
import type { Value } from "./schema/value.ts";

/**
 * A row: an object whose keys are columns. Letter case is ignored; a column that is left out takes
 * its default, or NULL. (`object`, because TypeScript's interfaces are no `Record`.)
 */
export type InputRow = object;

/**
 * Rows to write: objects (an array, any iterable, or a stream), or an Arrow table. Values are
 * boolean; number or bigint for whole numbers, number for doubles; string, number or bigint for
 * decimals, as long as no digit is lost; `Date` or ISO text for dates and timestamps; `Uint8Array`;
 * arrays, objects and maps inside. A value that does not fit is INVALID_PARAMETER_VALUE.
 */
export type InputRows = Iterable<InputRow> | AsyncIterable<InputRow> | ArrowTable;

/** Rows with the columns they were read into. */
export interface InputTable {
  columns: ResultColumn[];
  rows: Value[][];
}

/**
 * Reads rows into typed values: columns of `schema` take its types. Others are refused, or, with
 * `infers`, take the types their values or Arrow fields tell.
 */
export function readInput(
  input: readonly InputRow[] | ArrowTable,
  schema: StructType,
  infers: boolean,
): InputTable {
  const fields = new Map(schema.fields.map((field) => [field.name.toLowerCase(), field]));
  const objects = (isArrow(input) ? arrowObjects(input as Table) : input).map(byLowerName);
  const typed = isArrow(input)
    ? input.schema.fields.map((field) => ({ name: field.name, infer: () => arrowType(field) }))
    : namesOf(input).map((name) => ({ name, infer: () => inferType(samples(name), name) }));
  const samples = (name: string): unknown[] =>
    objects.map((row) => row.get(name.toLowerCase())).filter((value) => value != null);
  const columns = typed.map(({ name, infer }): ResultColumn => {
    const field = fields.get(name.toLowerCase());
    if (field) return { name: field.name, type: field.type, nullable: true };
    if (!infers) throw unknown(name, schema);
    return { name, type: infer(), nullable: true };
  });
  const keys = typed.map(({ name }) => name.toLowerCase());
  const rows = objects.map((row) =>
    columns.map((column, c) => toValue(row.get(keys[c]!), column.type, column.name)),
  );
  return { columns, rows };
}

function byLowerName(row: InputRow): Map<string, unknown> {
  return new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Every name once, as it is written first. */
function namesOf(rows: readonly InputRow[]): string[] {
  const names = new Map<string, string>();
  for (const row of rows) {
    for (const name of Object.keys(row)) {
      if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  return [...names.values()];
}

/** The rows in parts of at most `size`; an Arrow table is one part. */
export async function* rowParts(
  rows: InputRows,
  size: number,
): AsyncGenerator<readonly InputRow[] | ArrowTable> {
  if (isArrow(rows)) return yield rows;
  if (!isIterable(rows)) throw notRows(rows);
  let part: InputRow[] = [];
  for await (const row of rows) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) throw notRows(row);
    part.push(row);
    if (part.length >= size) {
      yield part;
      part = [];
    }
  }
  if (part.length > 0) yield part;
}

function isArrow(rows: unknown): rows is ArrowTable {
  return typeof rows === "object" && rows !== null && "numRows" in rows && "getChild" in rows;
}

function isIterable(rows: unknown): rows is Iterable<InputRow> | AsyncIterable<InputRow> {
  if (typeof rows !== "object" || rows === null) return false;
  return Symbol.iterator in rows || Symbol.asyncIterator in rows;
}

function notRows(input: unknown): SovereignError {
  return new SovereignError(
    "INVALID_PARAMETER_VALUE",
    `these are no rows: ${describeInput(input)}`,
    {
      hint: "pass an array or a stream of objects by column name, or an Arrow table",
    },
  );
}

function unknown(name: string, schema: StructType): SovereignError {
  const names = schema.fields.map((field) => `\`${field.name}\``).join(", ");
  return new SovereignError("INVALID_PARAMETER_VALUE", `the table has no column \`${name}\``, {
    hint: `its columns are ${names}; pass mergeSchema: true to add one`,
    details: { error_class: "DELTA_SCHEMA_MISMATCH" },
  });
}

/** `Type.Dictionary` of apache-arrow, repeated so that this file imports no code from it. */
const DICTIONARY = -1;

function arrowObjects(table: Table): Record<string, unknown>[] {
  // apache-arrow gives the chunks of an empty table no type.
  if (table.numRows === 0) return [];
  const { fields } = table.schema;
  const plain = fields.filter((field) => (field.typeId as number) !== DICTIONARY);
  const encoded = fields.filter((field) => (field.typeId as number) === DICTIONARY);
  const rows = tableToRows(table.select(plain.map((field) => field.name)));
  const columns = encoded.map((field) => table.getChild(field.name)!);
  return Array.from({ length: table.numRows }, (_, r) => {
    const row: Record<string, unknown> = {};
    for (const field of plain) row[field.name] = rows[r]?.[field.name] ?? null;
    encoded.forEach((field, c) => {
      row[field.name] = columns[c]!.get(r);
    });
    return row;
  });
}
