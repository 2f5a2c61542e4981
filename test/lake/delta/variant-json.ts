/** Parquet variant bytes to JSON text: as much of the encoding as the recorded tables hold. */
import type { VariantValue } from "../../../src/lake/schema/value.ts";

export function variantToJson({ metadata, value }: VariantValue): string {
  return decode(value, 0, readNames(metadata));
}

function readLittleEndian(bytes: Uint8Array, at: number, size: number): number {
  let result = 0;
  for (let i = size - 1; i >= 0; i--) result = result * 256 + bytes[at + i]!;
  return result;
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString("utf8");
}

function readNames(metadata: Uint8Array): string[] {
  const size = (metadata[0]! >> 6) + 1;
  const count = readLittleEndian(metadata, 1, size);
  const start = 1 + size * (count + 2);
  const offset = (i: number) => readLittleEndian(metadata, 1 + size * (i + 1), size);
  return Array.from({ length: count }, (_, i) =>
    text(metadata, start + offset(i), start + offset(i + 1)),
  );
}

function decode(bytes: Uint8Array, at: number, names: readonly string[]): string {
  const header = bytes[at]!;
  const rest = header >> 2;
  switch (header & 3) {
    case 0:
      return decodePrimitive(bytes, at + 1, rest);
    case 1:
      return JSON.stringify(text(bytes, at + 1, at + 1 + rest));
    case 2: {
      const { count, idsAt, offset } = readContainer(bytes, at, rest, true);
      const idSize = ((rest >> 2) & 3) + 1;
      const members = Array.from({ length: count }, (_, i) => {
        const name = names[readLittleEndian(bytes, idsAt + i * idSize, idSize)];
        return `${JSON.stringify(name)}:${decode(bytes, offset(i), names)}`;
      });
      return `{${members.join(",")}}`;
    }
    default: {
      const { count, offset } = readContainer(bytes, at, rest, false);
      return `[${Array.from({ length: count }, (_, i) => decode(bytes, offset(i), names))}]`;
    }
  }
}

function readContainer(bytes: Uint8Array, at: number, rest: number, isObject: boolean) {
  const offsetSize = (rest & 3) + 1;
  const countSize = (isObject ? (rest >> 4) & 1 : (rest >> 2) & 1) === 1 ? 4 : 1;
  const idSize = isObject ? ((rest >> 2) & 3) + 1 : 0;
  const count = readLittleEndian(bytes, at + 1, countSize);
  const idsAt = at + 1 + countSize;
  const offsetsAt = idsAt + count * idSize;
  const dataAt = offsetsAt + (count + 1) * offsetSize;
  const offset = (i: number) =>
    dataAt + readLittleEndian(bytes, offsetsAt + i * offsetSize, offsetSize);
  return { count, idsAt, offset };
}

function decodePrimitive(bytes: Uint8Array, at: number, kind: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (kind) {
    case 0:
      return "null";
    case 1:
      return "true";
    case 2:
      return "false";
    case 3:
      return String(view.getInt8(at));
    case 4:
      return String(view.getInt16(at, true));
    case 5:
      return String(view.getInt32(at, true));
    case 6:
      return String(view.getBigInt64(at, true));
    case 7:
      return String(view.getFloat64(at, true));
    case 8:
      return String(view.getInt32(at + 1, true) / 10 ** bytes[at]!);
    case 16:
      return JSON.stringify(text(bytes, at + 4, at + 4 + view.getUint32(at, true)));
    default:
      throw new Error(`variant primitive ${kind} is not in the recorded tables`);
  }
}
