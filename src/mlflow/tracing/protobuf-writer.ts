/** Protobuf's wire format, written field by field: the counterpart of `protobuf-reader.ts`. */

/** A message under construction. */
export interface MessageWriter {
  bytes(field: number, value: Uint8Array): void;
  text(field: number, value: string): void;
  varint(field: number, value: bigint | number): void;
  fixed64(field: number, value: bigint): void;
  double(field: number, value: number): void;
  /** A message inside this one. */
  message(field: number, fill: (inner: MessageWriter) => void): void;
}

/** The bytes of the message that `fill` writes. */
export function writeMessage(fill: (writer: MessageWriter) => void): Buffer {
  const parts: Buffer[] = [];
  const eight = (field: number, put: (bytes: Buffer) => void) => {
    const bytes = Buffer.alloc(8);
    put(bytes);
    parts.push(varint(field * 8 + 1), bytes);
  };
  const writer: MessageWriter = {
    bytes: (field, value) => {
      parts.push(varint(field * 8 + 2), varint(value.length), Buffer.from(value));
    },
    text: (field, value) => writer.bytes(field, Buffer.from(value, "utf8")),
    varint: (field, value) => {
      parts.push(varint(field * 8), varint(value));
    },
    fixed64: (field, value) => eight(field, (bytes) => bytes.writeBigUInt64LE(value)),
    double: (field, value) => eight(field, (bytes) => bytes.writeDoubleLE(value)),
    message: (field, inner) => writer.bytes(field, writeMessage(inner)),
  };
  fill(writer);
  return Buffer.concat(parts);
}

/** Negative numbers take ten bytes, as two's complement of 64 bits. */
function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
