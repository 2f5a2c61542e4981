/**
 * Values in Parquet's PLAIN encoding: little-endian numbers, booleans as bits from the lowest on,
 * text behind its length. Decimals above 18 digits are 16 bytes, big-endian.
 */
import type { ByteSink } from "./byte-sink.ts";
import type { LeafShape } from "./shred.ts";

/** Writes the values of a column, of which none is null. */
export function writePlainValues(
  sink: ByteSink,
  shape: LeafShape,
  values: readonly unknown[],
): void {
  if (shape.kind === "boolean") writeBits(sink, values);
  else values.forEach(writerOf(sink, shape));
}

function writerOf(sink: ByteSink, shape: LeafShape): (value: unknown) => void {
  switch (shape.kind) {
    case "int32":
    case "date":
      return (value) => sink.int32(value as number);
    case "int64":
    case "timestamp":
      return (value) => sink.int64(BigInt(value as number | bigint));
    case "float32":
      return (value) => sink.float32(value as number);
    case "float64":
      return (value) => sink.float64(value as number);
    case "decimal":
      return decimalWriter(sink, shape.precision);
    default:
      return (value) => {
        const byteLength = Buffer.byteLength(value as string);
        sink.int32(byteLength);
        sink.text(value as string, byteLength);
      };
  }
}

function decimalWriter(sink: ByteSink, precision: number): (value: unknown) => void {
  if (precision <= 9) return (value) => sink.int32(Number(value));
  if (precision <= 18) return (value) => sink.int64(value as bigint);
  return (value) => {
    sink.int64BigEndian((value as bigint) >> 64n);
    sink.int64BigEndian(BigInt.asIntN(64, value as bigint));
  };
}

function writeBits(sink: ByteSink, values: readonly unknown[]): void {
  for (let start = 0; start < values.length; start += 8) {
    let bits = 0;
    values.slice(start, start + 8).forEach((value, i) => {
      if (value === true) bits |= 1 << i;
    });
    sink.byte(bits);
  }
}
