/**
 * Rows between the REST API and a collection. An index has a primary key, a vector column and
 * others under names of its own; a collection has an id, a vector and metadata. The key is metadata
 * too, unless it is called `id`, which filters know already.
 */
import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import type { Collection } from "../collection.ts";
import { fieldValue } from "../fields.ts";
import type { Metadata, MetadataValue, VectorRow } from "../types.ts";
import { refuse } from "./message.ts";

/** What the API calls the parts of a collection. */
export interface IndexShape {
  readonly keyColumn: string;
  /** Null where there are no vectors. */
  readonly vectorColumn: string | null;
  /** Keys are whole numbers on the wire. */
  readonly isNumericKey: boolean;
  /** Every column, key first. */
  readonly columns: readonly string[];
}

const NUMERIC = /^(byte|short|int|integer|long|bigint|smallint|tinyint)$/i;

/** Names and types, from how the collection was made and what it holds. */
export function shapeOf({ settings }: Collection): IndexShape {
  const { names, source, synced, dims, fields } = settings;
  const keyColumn = names?.keyColumn ?? source?.keyColumn ?? "id";
  const vector = names?.vectorColumn ?? source?.vectorColumn ?? "vector";
  const vectorColumn = dims === 0 ? null : vector;
  const others = [
    ...Object.keys(names?.schema ?? {}),
    ...Object.keys(synced?.columns ?? {}),
    ...Object.keys(fields),
  ];
  return {
    keyColumn,
    vectorColumn,
    isNumericKey: NUMERIC.test(names?.schema[keyColumn] ?? kindOf(synced?.columns[keyColumn])),
    columns: [...new Set([keyColumn, ...(vectorColumn === null ? [] : [vectorColumn]), ...others])],
  };
}

/** `long` of the JSON text of a type. */
function kindOf(type: string | undefined): string {
  return /^\{"kind":"(\w+)"/.exec(type ?? "")?.[1] ?? "";
}

/** A row as the API takes it: an object by column name. */
export function toRow(value: unknown, shape: IndexShape): VectorRow {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw refuse("`inputs_json` must be a list of objects");
  }
  const cells = value as Readonly<Record<string, unknown>>;
  const id = toId(cells[shape.keyColumn], shape);
  const others = Object.entries(cells).filter(([name, cell]) => {
    const isApart = name === shape.vectorColumn || (name === shape.keyColumn && name === "id");
    return !isApart && cell !== null;
  });
  const row = { id, metadata: Object.fromEntries(others) as Metadata };
  if (shape.vectorColumn === null) return row;
  const vector = toVector(cells[shape.vectorColumn]);
  if (vector !== null) return { ...row, vector };
  throw refuse(`row \`${id}\`: \`${shape.vectorColumn}\` must be a list of numbers`);
}

/** A list of numbers, null for anything else; whole numbers may be longer than a double's. */
export function toVector(value: unknown): number[] | null {
  const isNumber = (item: unknown): boolean => typeof item === "number" || typeof item === "bigint";
  return Array.isArray(value) && value.every(isNumber) ? value.map(Number) : null;
}

/** A primary key as an id. */
export function toId(value: unknown, { keyColumn }: IndexShape): string {
  const isWhole = typeof value === "bigint" || Number.isInteger(value);
  if ((typeof value === "string" && value !== "") || isWhole) return String(value);
  throw refuse(`\`${keyColumn}\`, the primary key, must be a text or a whole number`);
}

/** The value of a column of a row; null where it has none. */
export function readColumn(
  { id, vector, metadata }: VectorRow,
  column: string,
  shape: IndexShape,
): MetadataValue {
  if (column === shape.keyColumn) return keyOf(id, shape);
  if (column === shape.vectorColumn) return Array.from(vector ?? []);
  return fieldValue(metadata, column) ?? null;
}

function keyOf(id: string, { isNumericKey }: IndexShape): MetadataValue {
  if (!isNumericKey || !/^-?\d+$/.test(id)) return id;
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : BigInt(id);
}

/** Of columns that a hint lists. */
const MOST_NAMES = 50;

/** INVALID_PARAMETER_VALUE for a column that the index does not have. */
export function checkColumns(columns: readonly string[], shape: IndexShape): void {
  const known = new Set(shape.columns);
  const odd = columns.find((column) => !known.has(column));
  // A short request must not ask for an answer without end.
  if (odd === undefined && columns.length <= 2 * known.size) return;
  if (odd === undefined) throw refuse("`columns` names the same columns again and again");
  const near = suggestName(odd, shape.columns);
  const more = shape.columns.length > MOST_NAMES ? " …" : "";
  const list = `columns: ${shape.columns.slice(0, MOST_NAMES).join(", ")}${more}`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `the index has no column \`${odd}\``, {
    hint: near === null ? list : `did you mean \`${near}\`? ${list}`,
  });
}
