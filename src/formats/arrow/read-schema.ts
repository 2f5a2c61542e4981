/**
 * The fields of an Arrow schema as far as they say how many bytes a column has
 * (arrow.apache.org, format/Schema.fbs, 1.5). Types that have no layout here are refused.
 */
import type { FlatTable } from "./flat-table.ts";

/** How the values of a field lie in buffers. */
export type Layout =
  | { readonly kind: "null" | "struct" | "view" }
  | { readonly kind: "fixed"; readonly bits: number }
  | { readonly kind: "bytes" | "list"; readonly offsetBytes: 4 | 8 }
  | { readonly kind: "fixed-list"; readonly size: number }
  | { readonly kind: "union"; readonly isDense: boolean };

/** A column, or a part of one. */
export interface ArrowField {
  readonly layout: Layout;
  readonly children: readonly ArrowField[];
}

/** What a schema says. */
export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  /** What the dictionary of each number holds. */
  readonly dictionaries: ReadonlyMap<number, ArrowField>;
}

const MOST_DEPTH = 64;

/** Reads the table `Schema`; DATA_LOSS for one that is none. */
export function readArrowSchema(schema: FlatTable): ArrowSchema {
  if (schema.int16(0, 0) !== 0) schema.bytes.fail(0, "its numbers are big-endian");
  const dictionaries = new Map<number, ArrowField>();
  const fields = schema.tables(1).map((field) => readField(field, dictionaries, 0));
  return { fields, dictionaries };
}

/** Names and values of somebody's own: only looked at. */
export function checkPairs(table: FlatTable, member: number): void {
  for (const pair of table.tables(member)) {
    pair.vector(0, 1);
    pair.vector(1, 1);
  }
}

function readField(
  field: FlatTable,
  dictionaries: Map<number, ArrowField>,
  depth: number,
): ArrowField {
  if (depth > MOST_DEPTH) field.bytes.fail(0, "its fields are nested too deep");
  field.vector(0, 1);
  checkPairs(field, 6);
  const children = field.tables(5).map((child) => readField(child, dictionaries, depth + 1));
  const values = { layout: readLayout(field), children };
  const wanted = { list: 1, "fixed-list": 1 }[values.layout.kind as string];
  if (wanted !== undefined && children.length !== wanted) {
    field.bytes.fail(0, "a list has no field of its values");
  }
  if (field.int8(2, 0) === 17 && children[0]?.children.length !== 2) {
    field.bytes.fail(0, "a map has no keys and values");
  }
  const dictionary = field.table(4);
  if (dictionary === null) return values;
  const id = dictionary.count(0);
  if (!dictionaries.has(id)) dictionaries.set(id, values);
  const bits = dictionary.table(1)?.int32(0, 0) ?? 32;
  return { layout: { kind: "fixed", bits: oneOf(field, bits, [8, 16, 32, 64]) }, children: [] };
}

/** By the number of the type in its union; defaults are those of the format. */
function readLayout(field: FlatTable): Layout {
  const type = field.table(3);
  const int16 = (member: number, missing: number): number =>
    type?.int16(member, missing) ?? missing;
  const int32 = (member: number, missing: number): number =>
    type?.int32(member, missing) ?? missing;
  const fixed = (bits: number | undefined): Layout => ({
    kind: "fixed",
    bits: bits ?? field.bytes.fail(0, "it has values of an unknown kind"),
  });
  const kind = field.int8(2, 0);
  switch (kind) {
    case 1:
      return { kind: "null" };
    case 2: // Int
      return fixed(oneOf(field, int32(0, 0), [8, 16, 32, 64]));
    case 3: // FloatingPoint
      return fixed([16, 32, 64][int16(0, 0)]);
    case 4: // Binary
    case 5: // Utf8
      return { kind: "bytes", offsetBytes: 4 };
    case 6: // Bool
      return fixed(1);
    case 7: // Decimal
      return fixed(oneOf(field, int32(2, 128), [128, 256]));
    case 8: // Date
      return fixed([32, 64][int16(0, 1)]);
    case 9: // Time
      return fixed(oneOf(field, int32(1, 32), [32, 64]));
    case 10: // Timestamp
      type?.vector(1, 1);
      return fixed(64);
    case 11: // Interval
      return fixed([32, 64, 128][int16(0, 0)]);
    case 12: // List
    case 17: // Map
      return { kind: "list", offsetBytes: 4 };
    case 13:
      return { kind: "struct" };
    case 14: // Union
      type?.vector(1, 4);
      return { kind: "union", isDense: int16(0, 0) === 1 };
    case 15: // FixedSizeBinary
      return fixed(8 * notNegative(field, int32(0, 0)));
    case 16:
      return { kind: "fixed-list", size: notNegative(field, int32(0, 0)) };
    case 18: // Duration
      return fixed(64);
    case 19: // LargeBinary
    case 20: // LargeUtf8
      return { kind: "bytes", offsetBytes: 8 };
    case 21: // LargeList
      return { kind: "list", offsetBytes: 8 };
    case 23: // BinaryView
    case 24: // Utf8View
      return { kind: "view" };
    default:
      return field.bytes.fail(0, `values of type ${kind} are not read`);
  }
}

function oneOf(field: FlatTable, value: number, known: readonly number[]): number {
  return known.includes(value) ? value : field.bytes.fail(0, `values cannot have ${value} bits`);
}

function notNegative(field: FlatTable, value: number): number {
  return value >= 0 ? value : field.bytes.fail(0, "a width is negative");
}
