/** Rows a program hands over, checked and put into the form they are stored in. */
import { describeValue, requireThat } from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import { printJson } from "../../core/json/index.ts";
import { extendFields } from "../fields.ts";
import type { Rows } from "../store/rows.ts";
import type { CollectionSettings, FieldType, VectorRow } from "../types.ts";

const MAX_ID_BYTES = 4096;

/** Checked rows: `vectors` is (rows, dims), `fields` those of the collection with theirs. */
export interface CheckedRows {
  readonly ids: string[];
  readonly metadataTexts: string[];
  readonly vectors: Float32Array;
  readonly fields: Readonly<Record<string, FieldType>>;
}

const requireRows = requireThat(
  (value) => typeof value === "object" && value !== null && Symbol.iterator in value,
  "an array of rows",
);

/** Rows as a program gives them: objects with an id, and no metadata or an object of it. */
export function listRows(input: Iterable<VectorRow>): readonly VectorRow[] {
  requireRows(input, "what is written");
  const rows = Array.isArray(input) ? (input as readonly VectorRow[]) : [...input];
  // `for` instead of `forEach`, which passes holes by.
  for (let i = 0; i < rows.length; i++) {
    const row: unknown = rows[i];
    if (typeof row !== "object" || row === null) {
      throw refuse(
        `row ${i + 1} is ${describeValue(row)}, no object`,
        "give rows such as `{ id, vector, metadata }`",
      );
    }
    const { id, metadata = {} } = row as VectorRow;
    checkId(id, i);
    if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
      throw refuse(`row \`${id}\`: metadata is no object`, "give an object by field name");
    }
  }
  return rows;
}

/** Checks every row of `listRows` before any is taken; INVALID_PARAMETER_VALUE names the row. */
export function checkRows(rows: readonly VectorRow[], settings: CollectionSettings): CheckedRows {
  const { dims } = settings;
  const vectors = new Float32Array(rows.length * dims);
  const ids: string[] = [];
  const metadataTexts: string[] = [];
  let fields = settings.fields;
  rows.forEach((row, i) => {
    if (dims > 0 || hasVector(row)) {
      vectors.set(checkVector(row.vector, dims, `row \`${row.id}\``), i * dims);
    }
    const metadata = row.metadata ?? {};
    fields = extendFields(fields, metadata, row.id);
    ids.push(row.id);
    metadataTexts.push(printJson(metadata));
  });
  return { ids, metadataTexts, vectors, fields };
}

/** The rows without those that are in a collection just so. */
export function changedRows(checked: CheckedRows, rows: Rows): CheckedRows {
  const { ids, metadataTexts, vectors, fields } = checked;
  const { dims } = rows;
  // Of an id that comes twice the last row counts, so that none of them may be left out.
  if (new Set(ids).size < ids.length) return checked;
  const vectorOf = (i: number): Float32Array => vectors.subarray(i * dims, (i + 1) * dims);
  const changed = ids.flatMap((id, i) => {
    const row = rows.find(id);
    if (row < 0 || rows.metadataTexts[row] !== metadataTexts[i]) return [i];
    const known = rows.vector(row);
    return vectorOf(i).every((value, k) => value === known[k]) ? [] : [i];
  });
  if (changed.length === ids.length) return checked;
  const kept = new Float32Array(changed.length * dims);
  changed.forEach((from, to) => {
    kept.set(vectorOf(from), to * dims);
  });
  return {
    ids: changed.map((i) => ids[i]!),
    metadataTexts: changed.map((i) => metadataTexts[i]!),
    vectors: kept,
    fields,
  };
}

function checkId(id: unknown, index: number): void {
  if (typeof id !== "string" || id === "") {
    throw refuse(`row ${index + 1} has no id`, "give each row a text that names it");
  }
  const bytes = Buffer.from(id);
  if (bytes.length > MAX_ID_BYTES || bytes.toString() !== id) {
    throw refuse(
      `the id of row ${index + 1} is no text of at most ${MAX_ID_BYTES} bytes`,
      "give each row a short text in valid Unicode",
    );
  }
}

/** JSON and databases say null where there is none. */
export function hasVector({ vector }: { readonly vector?: unknown }): boolean {
  return vector !== undefined && vector !== null;
}

/** A vector as float32; INVALID_PARAMETER_VALUE for another length or numbers that are not finite. */
export function checkVector(
  vector: ArrayLike<number> | undefined,
  dims: number,
  what: string,
): Float32Array {
  if (hasVector({ vector })) requireNumbers(vector, `the vector of ${what}`);
  if (vector === undefined || vector === null || vector.length !== dims) {
    const has = hasVector({ vector }) ? `a vector of ${vector?.length} numbers` : "no vector";
    throw refuse(
      `${what} has ${has}, the collection has vectors of ${dims}`,
      dims === 0
        ? "leave the vector out: this collection has text alone"
        : `give a vector of ${dims} numbers, made by what made the others`,
    );
  }
  if (!ArrayBuffer.isView(vector)) checkNumbers(vector, what);
  // `from` would walk an iterator, which takes longer than a search.
  const floats = new Float32Array(vector);
  let at = 0;
  while (at < floats.length && Number.isFinite(floats[at])) at++;
  if (at === floats.length) return floats;
  throw refuse(
    `${what}: number ${at + 1} of its vector is ${String(vector[at])}, no finite float32`,
    "check what made the vector; very large numbers can be scaled down",
  );
}

const requireNumbers = requireThat(
  (value) =>
    typeof value === "object" &&
    Number.isInteger(Reflect.get(value ?? {}, "length")) &&
    !(value instanceof BigInt64Array || value instanceof BigUint64Array),
  "an array of numbers",
);

/** Typed arrays would take null for 0, and a text for the number in it. */
function checkNumbers(vector: ArrayLike<unknown>, what: string): void {
  for (let i = 0; i < vector.length; i++) {
    if (typeof vector[i] === "number") continue;
    throw refuse(
      `${what}: number ${i + 1} of its vector is ${describeValue(vector[i])}`,
      "give numbers alone",
    );
  }
}

function refuse(message: string, hint: string): SovereignError {
  return new SovereignError("INVALID_PARAMETER_VALUE", message, { hint });
}
