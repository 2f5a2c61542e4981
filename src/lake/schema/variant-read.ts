/**
 * The binary encoding of variants (Parquet, "Variant Binary Encoding") as a tree. A scalar keeps
 * its bytes, so that a part of a variant is written again as it was. Sizes and offsets are checked
 * against the bytes there are; malformed bytes are DATA_LOSS.
 * Read `variant-text.ts` next.
 */
import { SovereignError } from "../../core/errors.ts";
import {
  BINARY,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimalType,
  FLOAT,
  LONG,
  STRING,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VOID,
} from "./data-type.ts";
import type { Value, VariantValue } from "./value.ts";

/** The type of a scalar is Spark's: every whole number a BIGINT, `null` VOID. */
export interface VariantScalar {
  readonly kind: "scalar";
  readonly type: DataType;
  readonly value: Value;
  /** Header and payload, as the encoding has them. */
  readonly bytes: Uint8Array;
  /** A UUID, whose value is its text. */
  readonly isUuid?: boolean;
}

export type VariantNode =
  | VariantScalar
  | { readonly kind: "array"; readonly items: readonly VariantNode[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, VariantNode])[] };

const MAX_DEPTH = 1100;

/** The tree of a variant, fields of objects in the order of the encoding. */
export function readVariant({ metadata, value }: VariantValue): VariantNode {
  return new Reader(value, readNames(metadata)).read(0, 0);
}

function malformed(what: string, offset: number): SovereignError {
  return new SovereignError("DATA_LOSS", `a variant is malformed: ${what} at byte ${offset}`, {
    hint: "write the value again from its source",
    details: { offset },
  });
}

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw malformed("it ends too early", at);
  let result = 0;
  for (let i = size - 1; i >= 0; i--) result = result * 256 + bytes[at + i]!;
  return result;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function text(bytes: Uint8Array, from: number, to: number): string {
  if (to < from || to > bytes.length) throw malformed("a text ends outside", from);
  try {
    return utf8.decode(bytes.subarray(from, to));
  } catch {
    throw malformed("a text is not UTF-8", from);
  }
}

/** The dictionary of field names. */
function readNames(metadata: Uint8Array): string[] {
  const header = unsigned(metadata, 0, 1);
  if ((header & 15) !== 1) throw malformed("its metadata has an unknown version", 0);
  const size = (header >> 6) + 1;
  const count = unsigned(metadata, 1, size);
  const start = 1 + size * (count + 2);
  if (start > metadata.length) throw malformed("its dictionary ends too early", 1);
  const offset = (i: number): number => start + unsigned(metadata, 1 + size * (i + 1), size);
  return Array.from({ length: count }, (_, i) => text(metadata, offset(i), offset(i + 1)));
}

class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly names: readonly string[];
  count = 0;

  constructor(bytes: Uint8Array, names: readonly string[]) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.names = names;
  }

  read(at: number, depth: number): VariantNode {
    const header = unsigned(this.bytes, at, 1);
    // Every value has a byte of its own: more values than bytes means that some overlap.
    if (++this.count > this.bytes.length) throw malformed("its values overlap", at);
    if (depth > MAX_DEPTH) throw malformed("it is nested too deep", at);
    const rest = header >> 2;
    switch (header & 3) {
      case 0:
        return this.primitive(at, rest);
      case 1:
        return this.scalar(at, 1 + rest, STRING, text(this.bytes, at + 1, at + 1 + rest));
      case 2: {
        const { count, idsAt, idSize, offset } = this.container(at, rest, true);
        const entries = Array.from({ length: count }, (_, i) => {
          const name = this.names[unsigned(this.bytes, idsAt + i * idSize, idSize)];
          if (name === undefined) throw malformed("a field has no name", idsAt + i * idSize);
          return [name, this.read(offset(i), depth + 1)] as const;
        });
        return { kind: "object", entries };
      }
      default: {
        const { count, offset } = this.container(at, rest, false);
        const items = Array.from({ length: count }, (_, i) => this.read(offset(i), depth + 1));
        return { kind: "array", items };
      }
    }
  }

  container(at: number, rest: number, isObject: boolean) {
    const offsetSize = (rest & 3) + 1;
    const countSize = (isObject ? (rest >> 4) & 1 : (rest >> 2) & 1) === 1 ? 4 : 1;
    const idSize = isObject ? ((rest >> 2) & 3) + 1 : 0;
    const count = unsigned(this.bytes, at + 1, countSize);
    const idsAt = at + 1 + countSize;
    const offsetsAt = idsAt + count * idSize;
    const dataAt = offsetsAt + (count + 1) * offsetSize;
    if (dataAt > this.bytes.length) throw malformed("a container ends too early", at);
    const offset = (i: number): number =>
      dataAt + unsigned(this.bytes, offsetsAt + i * offsetSize, offsetSize);
    return { count, idsAt, idSize, offset };
  }

  scalar(at: number, length: number, type: DataType, value: Value): VariantScalar {
    return { kind: "scalar", type, value, bytes: this.bytes.slice(at, at + length) };
  }

  primitive(at: number, kind: number): VariantScalar {
    const fixed = FIXED[kind];
    if (fixed) {
      if (at + 1 + fixed.size > this.bytes.length) throw malformed("it ends too early", at);
      return this.scalar(at, 1 + fixed.size, fixed.type, fixed.read(this.view, at + 1));
    }
    if (kind >= 8 && kind <= 10) return this.decimal(at, 4 * 2 ** (kind - 8));
    if (kind === 15 || kind === 16) {
      const end = at + 5 + unsigned(this.bytes, at + 1, 4);
      if (end > this.bytes.length) throw malformed("it ends too early", at);
      if (kind === 16) return this.scalar(at, end - at, STRING, text(this.bytes, at + 5, end));
      return this.scalar(at, end - at, BINARY, this.bytes.slice(at + 5, end));
    }
    if (kind === 20) return this.uuid(at);
    throw new SovereignError("NOT_IMPLEMENTED", `a variant holds a value of the type ${kind}`, {
      hint: "read it with the engine that wrote it: Spark 4.2 does not know it either",
    });
  }

  /** Trailing zeros do not count, as in Spark. */
  decimal(at: number, size: number): VariantScalar {
    const digits = size === 4 ? 9 : size === 8 ? 18 : 38;
    let scale = unsigned(this.bytes, at + 1, 1);
    if (at + 2 + size > this.bytes.length) throw malformed("it ends too early", at);
    let unscaled = 0n;
    for (let i = size - 1; i >= 0; i--)
      unscaled = (unscaled << 8n) | BigInt(this.bytes[at + 2 + i]!);
    unscaled = BigInt.asIntN(size * 8, unscaled);
    if (scale > digits || digitCount(unscaled) > digits)
      throw malformed("a decimal is too long", at);
    while (scale > 0 && unscaled % 10n === 0n) {
      unscaled /= 10n;
      scale--;
    }
    const type = decimalType(Math.max(digitCount(unscaled), scale), scale);
    return this.scalar(at, 2 + size, type, unscaled);
  }

  uuid(at: number): VariantScalar {
    if (at + 17 > this.bytes.length) throw malformed("it ends too early", at);
    const hex = Buffer.from(this.bytes.subarray(at + 1, at + 17)).toString("hex");
    const parts = [
      [0, 8],
      [8, 12],
      [12, 16],
      [16, 20],
      [20, 32],
    ].map(([a, b]) => hex.slice(a, b));
    return { ...this.scalar(at, 17, STRING, parts.join("-")), isUuid: true };
  }
}

function digitCount(unscaled: bigint): number {
  return String(unscaled < 0n ? -unscaled : unscaled).length;
}

interface Fixed {
  size: number;
  type: DataType;
  read(view: DataView, at: number): Value;
}

/** Primitives of fixed size by their number in the encoding. */
const FIXED: Readonly<Record<number, Fixed>> = {
  0: { size: 0, type: VOID, read: () => null },
  1: { size: 0, type: BOOLEAN, read: () => true },
  2: { size: 0, type: BOOLEAN, read: () => false },
  3: { size: 1, type: LONG, read: (view, at) => BigInt(view.getInt8(at)) },
  4: { size: 2, type: LONG, read: (view, at) => BigInt(view.getInt16(at, true)) },
  5: { size: 4, type: LONG, read: (view, at) => BigInt(view.getInt32(at, true)) },
  6: { size: 8, type: LONG, read: (view, at) => view.getBigInt64(at, true) },
  7: { size: 8, type: DOUBLE, read: (view, at) => view.getFloat64(at, true) },
  11: { size: 4, type: DATE, read: (view, at) => view.getInt32(at, true) },
  12: { size: 8, type: TIMESTAMP, read: (view, at) => view.getBigInt64(at, true) },
  13: { size: 8, type: TIMESTAMP_NTZ, read: (view, at) => view.getBigInt64(at, true) },
  14: { size: 4, type: FLOAT, read: (view, at) => view.getFloat32(at, true) },
};
