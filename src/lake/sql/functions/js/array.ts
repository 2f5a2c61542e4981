/**
 * Array functions over values (Spark 4.2 `collectionOperations.scala`). Elements are told apart by
 * Spark's order: NaN equals NaN, -0.0 equals 0.0, NULL equals NULL where a function says so.
 */
import type { DataType } from "../../../schema/data-type.ts";
import { MapValue, StructValue, type Value } from "../../../schema/value.ts";
import { runtimeError } from "../builder.ts";
import { compareValues } from "./compare.ts";

type Elements = readonly Value[];

/** Spark's `MAX_ROUNDED_ARRAY_LENGTH`. */
const MAX_ARRAY_LENGTH = 2147483632;
/** What one call may build here; beyond it a row would take the machine's memory. */
const MAX_BUILT_ELEMENTS = 50_000_000;

/** A text that is equal for equal values of one type, and only for those. */
export function identityOf(value: Value): string {
  if (value === null) return "n";
  switch (typeof value) {
    case "number":
      return `d${Object.is(value, -0) ? 0 : value}`;
    case "bigint":
      return `i${value}`;
    case "string":
      return `s${value.length}:${value}`;
    case "boolean":
      return `b${value}`;
  }
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")};`;
  if (value instanceof StructValue) return `{${value.values.map(identityOf).join(",")}}`;
  if (value instanceof MapValue) {
    return `<${value.entries.map(([k, v]) => `${identityOf(k)}=${identityOf(v)}`).join(",")}>`;
  }
  return Array.isArray(value) ? `[${value.map(identityOf).join(",")}]` : "?";
}

/** First of each element, NULL counted as one; -0.0 becomes 0.0. */
export function distinct(array: Elements): Value {
  const seen = new Set<string>();
  const kept: Value[] = [];
  for (const element of array) {
    const identity = identityOf(element);
    if (seen.has(identity)) continue;
    seen.add(identity);
    kept.push(withoutNegativeZero(element));
  }
  return kept;
}

function withoutNegativeZero(value: Value): Value {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (value instanceof StructValue) return new StructValue(value.values.map(withoutNegativeZero));
  return value;
}

/** Elements of either, without repeats. */
export function union(a: Elements, b: Elements): Value {
  return distinct([...a, ...b]);
}

/** Elements of both, without repeats, in the order of the first. */
export function intersect(a: Elements, b: Elements): Value {
  const wanted = new Set(b.map(identityOf));
  return (distinct(a) as Elements).filter((element) => wanted.has(identityOf(element)));
}

/** Elements of the first that the second lacks, without repeats. */
export function except(a: Elements, b: Elements): Value {
  const unwanted = new Set(b.map(identityOf));
  return (distinct(a) as Elements).filter((element) => !unwanted.has(identityOf(element)));
}

/** Whether they share a non-null element; NULL when only a NULL could decide. */
export function overlap(a: Elements, b: Elements): Value {
  const wanted = new Set(b.filter((element) => element !== null).map(identityOf));
  if (a.some((element) => element !== null && wanted.has(identityOf(element)))) return true;
  if (a.length === 0 || b.length === 0) return false;
  return a.includes(null) || b.includes(null) ? null : false;
}

/** Whether the value is in the array; NULL when it is not and a NULL element may be it. */
export function contains(array: Elements, value: Value, type: DataType): Value {
  if (array.some((e) => e !== null && compareValues(e, value, type) === 0)) return true;
  return array.includes(null) ? null : false;
}

/** Position of the first equal element from 1, or 0. */
export function position(array: Elements, value: Value, type: DataType): Value {
  return BigInt(array.findIndex((e) => e !== null && compareValues(e, value, type) === 0) + 1);
}

/** The array without the elements equal to the value; NULL elements stay. */
export function remove(array: Elements, value: Value, type: DataType): Value {
  return array.filter((e) => e === null || compareValues(e, value, type) !== 0);
}

/** Largest (`sign` 1) or smallest (-1) element that is not NULL, or NULL. */
export function extreme(array: Elements, type: DataType, sign: 1 | -1): Value {
  let best: Value = null;
  for (const element of array) {
    if (element === null) continue;
    if (best === null || sign * compareValues(element, best, type) > 0) best = element;
  }
  return best;
}

/** `sort_array`: ascending puts NULL first, descending last. */
export function sorted(array: Elements, ascending: boolean, type: DataType): Value {
  const sign = ascending ? 1 : -1;
  return [...array].sort((a, b) => sign * compareValues(a, b, type));
}

/** `array_sort` without a comparator: ascending, NULL last. */
export function sortedNullsLast(array: Elements, type: DataType): Value {
  const values = array.filter((element) => element !== null);
  values.sort((a, b) => compareValues(a, b, type));
  return [...values, ...new Array<Value>(array.length - values.length).fill(null)];
}

/** Strings one after another with a separator; NULL elements are left out or replaced. */
export function join(array: Elements, separator: string, replacement: string | null): Value {
  const texts = array.map((element) => element ?? replacement);
  return texts.filter((text) => text !== null).join(separator);
}

/** `length` elements from `start`, counted from 1 or, when negative, from the end. */
export function slice(array: Elements, start: number, length: number): Value {
  if (start === 0) {
    throw runtimeError("INVALID_PARAMETER_VALUE.START", "22023", "`start` of slice counts from 1");
  }
  if (length < 0) {
    throw runtimeError("INVALID_PARAMETER_VALUE.LENGTH", "22023", "`length` of slice is negative");
  }
  const from = start > 0 ? start - 1 : array.length + start;
  return from < 0 || from >= array.length ? [] : array.slice(from, from + length);
}

/** The value `count` times. */
export function repeat(value: Value, count: number): Value {
  if (count > MAX_ARRAY_LENGTH) throw tooLong("array_repeat", count);
  if (count > MAX_BUILT_ELEMENTS) throw tooLarge("array_repeat", count);
  return new Array<Value>(Math.max(0, count)).fill(value);
}

/** All elements of an array of arrays; NULL when one of them is NULL. */
export function flatten(array: Elements): Value {
  return array.includes(null) ? null : array.flatMap((inner) => inner as Elements);
}

/** `array_insert`: at a position from 1, or from the end when negative; gaps become NULL. */
export function insert(array: Elements, at: number, value: Value): Value {
  if (at === 0) {
    throw runtimeError("INVALID_INDEX_OF_ZERO", "22003", "positions of an array count from 1");
  }
  const length = Math.max(array.length + 1, Math.abs(at));
  if (length > MAX_ARRAY_LENGTH) throw tooLong("array_insert", length);
  if (length > MAX_BUILT_ELEMENTS) throw tooLarge("array_insert", length);
  const nulls = (count: number): Value[] => new Array<Value>(Math.max(0, count)).fill(null);
  if (at > 0) {
    const head = array.slice(0, at - 1);
    return [...head, ...nulls(at - 1 - head.length), value, ...array.slice(at - 1)];
  }
  const cut = array.length + at + 1;
  if (cut < 0) return [value, ...nulls(-cut), ...array];
  return [...array.slice(0, cut), value, ...array.slice(cut)];
}

/** Structs of the elements at the same place; shorter arrays are filled with NULL. */
export function zip(all: readonly Elements[]): Value {
  const length = Math.max(0, ...all.map((array) => array.length));
  return Array.from({ length }, (_, i) => new StructValue(all.map((array) => array[i] ?? null)));
}

function tooLong(name: string, count: number): Error {
  return runtimeError(
    "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
    "54000",
    `${name} would make ${count} elements, more than an array can hold`,
  );
}

function tooLarge(name: string, count: number): Error {
  return runtimeError(
    "UNSUPPORTED_FEATURE",
    "0A000",
    `${name} would make ${count} elements in one row, more than is supported yet`,
  );
}
