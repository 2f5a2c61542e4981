/**
 * Variants made from JSON text and from typed values, byte for byte as Spark 4.2's
 * `VariantBuilder` makes them: the smallest width of a whole number, plain fractions as decimals,
 * fields sorted by their UTF-16 names, the dictionary in the order of first use.
 */
import type { DataType } from "../../../schema/data-type.ts";
import {
  type MapValue,
  type StructValue,
  type Value,
  VariantValue,
} from "../../../schema/value.ts";
import { readVariant, type VariantNode } from "../../../schema/variant-read.ts";
import { runtimeError } from "../builder.ts";
import { JsonFailure, type JsonNode } from "./json-read.ts";

/** Spark allows more; beyond this the sizes of its header fields differ between versions. */
const MAX_BYTES = 16 * 1024 * 1024 - 1;

/** What is left to encode: parts of variants, or text and numbers not encoded yet. */
type Source =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "array"; readonly items: readonly Source[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, Source])[] };

/** The variant of a JSON value. A name twice in an object is a `JsonFailure`. */
export function variantOfJson(node: JsonNode): VariantValue {
  return build(jsonSource(node));
}

/** The variant of a part of another one, with a dictionary of its own. */
export function variantOfNode(node: VariantNode): VariantValue {
  return build(nodeSource(node));
}

/** The variant of a typed value: structs and maps become objects, NULL inside is `null`. */
export function variantOfValue(value: Value, type: DataType): VariantValue {
  return build(valueSource(value, type));
}

function nodeSource(node: VariantNode): Source {
  if (node.kind === "scalar") return { kind: "bytes", bytes: node.bytes };
  if (node.kind === "array") return { kind: "array", items: node.items.map(nodeSource) };
  const entries = node.entries.map(([name, item]) => [name, nodeSource(item)] as const);
  return { kind: "object", entries };
}

function jsonSource(node: JsonNode): Source {
  switch (node.kind) {
    case "array":
      return { kind: "array", items: node.items.map(jsonSource) };
    case "object":
      return {
        kind: "object",
        entries: node.entries.map(([name, item]) => [name, jsonSource(item)] as const),
      };
    case "null":
      return NULL;
    case "boolean":
      return leaf(node.value ? 1 : 2);
    case "string":
      return stringLeaf(node.text);
    default:
      return numberLeaf(node.text);
  }
}

function valueSource(value: Value, type: DataType): Source {
  if (value === null) return NULL;
  switch (type.kind) {
    case "boolean":
      return leaf(value ? 1 : 2);
    case "byte":
    case "short":
    case "int":
    case "long":
      return wholeLeaf(BigInt(value as number | bigint));
    case "float":
      return leaf(14, (view) => view.setFloat32(0, value as number, true), 4);
    case "double":
      return leaf(7, (view) => view.setFloat64(0, value as number, true), 8);
    case "decimal":
      return decimalLeaf(value as bigint, type.scale)!;
    case "date":
      return leaf(11, (view) => view.setInt32(0, value as number, true), 4);
    case "timestamp":
      return leaf(12, (view) => view.setBigInt64(0, value as bigint, true), 8);
    case "timestamp_ntz":
      return leaf(13, (view) => view.setBigInt64(0, value as bigint, true), 8);
    case "binary":
      return longLeaf(15, value as Uint8Array);
    case "string":
      return stringLeaf(value as string);
    case "variant":
      return nodeSource(readVariant(value as VariantValue));
    default:
      return nestedSource(value, type);
  }
}

function nestedSource(value: Value, type: DataType): Source {
  if (type.kind === "array") {
    const items = (value as readonly Value[]).map((item) => valueSource(item, type.element));
    return { kind: "array", items };
  }
  if (type.kind === "map") {
    const entries = (value as MapValue).entries.map(
      ([key, item]) => [String(key), valueSource(item, type.value)] as const,
    );
    return { kind: "object", entries };
  }
  if (type.kind !== "struct") throw new Error(`no variant of ${type.kind}`);
  const { values } = value as StructValue;
  const entries = type.fields.map(
    (field, i) => [field.name, valueSource(values[i]!, field.type)] as const,
  );
  return { kind: "object", entries };
}

// ---------------------------------------------------------------- scalars

const NULL: Source = { kind: "bytes", bytes: new Uint8Array(1) };

function leaf(kind: number, write?: (view: DataView) => void, size = 0): Source {
  const bytes = new Uint8Array(1 + size);
  bytes[0] = kind << 2;
  write?.(new DataView(bytes.buffer, 1));
  return { kind: "bytes", bytes };
}

function stringLeaf(text: string): Source {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > 63) return longLeaf(16, bytes);
  return { kind: "bytes", bytes: Buffer.concat([Buffer.of((bytes.length << 2) | 1), bytes]) };
}

function longLeaf(kind: number, bytes: Uint8Array): Source {
  const head = Buffer.alloc(5);
  head[0] = kind << 2;
  head.writeUInt32LE(bytes.length, 1);
  return { kind: "bytes", bytes: Buffer.concat([head, bytes]) };
}

function wholeLeaf(value: bigint): Source {
  if (BigInt.asIntN(8, value) === value) return leaf(3, (v) => v.setInt8(0, Number(value)), 1);
  if (BigInt.asIntN(16, value) === value) {
    return leaf(4, (v) => v.setInt16(0, Number(value), true), 2);
  }
  if (BigInt.asIntN(32, value) === value) {
    return leaf(5, (v) => v.setInt32(0, Number(value), true), 4);
  }
  return leaf(6, (v) => v.setBigInt64(0, value, true), 8);
}

/** A decimal in the narrowest form that has room for its digits and its scale; null beyond 38. */
function decimalLeaf(unscaled: bigint, scale: number): Source | null {
  const digits = Math.max(scale, String(unscaled < 0n ? -unscaled : unscaled).length);
  if (digits > 38) return null;
  const [kind, size] = digits <= 9 ? [8, 4] : digits <= 18 ? [9, 8] : [10, 16];
  const bytes = new Uint8Array(2 + size);
  bytes[0] = kind << 2;
  bytes[1] = scale;
  for (let i = 0; i < size; i++) bytes[2 + i] = Number((unscaled >> BigInt(8 * i)) & 255n);
  return { kind: "bytes", bytes };
}

/** A JSON number: BIGINT, else a decimal unless it has an exponent, else a double. */
function numberLeaf(text: string): Source {
  if (/^-?[0-9]+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) === value) return wholeLeaf(value);
  }
  if (!/[eE]/.test(text)) {
    const [whole, fraction = ""] = text.split(".");
    const decimal = decimalLeaf(BigInt(whole! + fraction) || 0n, fraction.length);
    if (decimal) return decimal;
  }
  return leaf(7, (view) => view.setFloat64(0, Number(text), true), 8);
}

// ---------------------------------------------------------------- containers

function build(source: Source): VariantValue {
  const names = new Map<string, number>();
  const value = encode(source, names);
  const metadata = encodeNames([...names.keys()]);
  if (value.length > MAX_BYTES || metadata.length > MAX_BYTES) throw tooLarge();
  return new VariantValue(new Uint8Array(metadata), new Uint8Array(value));
}

function encode(source: Source, names: Map<string, number>): Uint8Array {
  if (source.kind === "bytes") return source.bytes;
  if (source.kind === "array") {
    const items = source.items.map((item) => encode(item, names));
    return container(3, items, { offsets: offsetsOf(items), ids: [] });
  }
  const fields = source.entries.map(([name, item]) => {
    const id = names.get(name) ?? names.size;
    names.set(name, id);
    return { name, id, bytes: encode(item, names) };
  });
  const items = fields.map((field) => field.bytes);
  const offsets = offsetsOf(items);
  const sorted = fields
    .map(({ name, id }, i) => ({ name, id, offset: offsets[i]! }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (sorted.some((field, i) => field.name === sorted[i + 1]?.name)) {
    throw new JsonFailure("a field twice in an object");
  }
  return container(2, items, {
    offsets: [...sorted.map((field) => field.offset), offsets.at(-1)!],
    ids: sorted.map((field) => field.id),
  });
}

function offsetsOf(items: readonly Uint8Array[]): number[] {
  const offsets = [0];
  for (const item of items) offsets.push(offsets.at(-1)! + item.length);
  return offsets;
}

function container(
  basic: 2 | 3,
  items: readonly Uint8Array[],
  { offsets, ids }: { offsets: readonly number[]; ids: readonly number[] },
): Uint8Array {
  const offsetSize = widthOf(offsets.reduce((a, b) => Math.max(a, b), 0));
  const idSize = widthOf(ids.reduce((a, b) => Math.max(a, b), 0));
  const isLarge = items.length > 255;
  const flags = basic === 3 ? 0 : (idSize - 1) << 2;
  const large = isLarge ? (basic === 3 ? 4 : 16) : 0;
  const header = Buffer.of((((large | flags | (offsetSize - 1)) << 2) | basic) & 255);
  const count = writeAll([items.length], isLarge ? 4 : 1);
  return Buffer.concat([
    header,
    count,
    writeAll(ids, idSize),
    writeAll(offsets, offsetSize),
    ...items,
  ]);
}

function encodeNames(names: readonly string[]): Uint8Array {
  const texts = names.map((name) => Buffer.from(name, "utf8"));
  const offsets = offsetsOf(texts);
  const size = widthOf(Math.max(offsets.at(-1)!, names.length));
  const header = Buffer.of(1 | ((size - 1) << 6));
  return Buffer.concat([header, writeAll([names.length], size), writeAll(offsets, size), ...texts]);
}

function widthOf(largest: number): number {
  if (largest > MAX_BYTES) throw tooLarge();
  return largest <= 255 ? 1 : largest <= 65_535 ? 2 : 3;
}

function writeAll(values: readonly number[], size: number): Buffer {
  const bytes = Buffer.alloc(values.length * size);
  for (const [i, value] of values.entries()) bytes.writeUIntLE(value, i * size, size);
  return bytes;
}

function tooLarge(): Error {
  return runtimeError("UNSUPPORTED_FEATURE", "0A000", "a variant of more than 16 MiB");
}
