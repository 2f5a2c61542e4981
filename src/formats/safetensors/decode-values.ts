/** Values of safetensors types as float32 and int32, from little-endian bytes. */
import { decodeHalf } from "../npy/half.ts";
import type { TensorType } from "./read-header.ts";

type Decoder = (view: DataView, at: number) => number;

const DECODERS: Partial<Record<TensorType, Decoder>> = {
  BOOL: (view, at) => view.getUint8(at),
  U8: (view, at) => view.getUint8(at),
  I8: (view, at) => view.getInt8(at),
  U16: (view, at) => view.getUint16(at, true),
  I16: (view, at) => view.getInt16(at, true),
  U32: (view, at) => view.getUint32(at, true),
  I32: (view, at) => view.getInt32(at, true),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  F16: (view, at) => decodeHalf(view.getUint16(at, true)),
  F32: (view, at) => view.getFloat32(at, true),
  F64: (view, at) => view.getFloat64(at, true),
};

/** The bytes of a BF16 are the upper half of a float32's. */
const word = new Uint32Array(1);
const asFloat = new Float32Array(word.buffer);
DECODERS.BF16 = (view, at) => {
  word[0] = view.getUint16(at, true) << 16;
  return asFloat[0]!;
};

/** Whether `decodeValues` knows the type. */
export function isNumeric(type: TensorType): boolean {
  return DECODERS[type] !== undefined;
}

/** Decodes `target.length` values; numbers an int32 cannot hold come out wrong and are told. */
export function decodeValues(
  type: TensorType,
  bytes: Uint8Array,
  target: Float32Array | Int32Array,
): boolean {
  const decode = DECODERS[type]!;
  const width = bytes.length / target.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWhole = target instanceof Int32Array;
  for (let i = 0; i < target.length; i++) {
    const value = decode(view, i * width);
    target[i] = value;
    if (isWhole && target[i] !== value) return false;
  }
  return true;
}
