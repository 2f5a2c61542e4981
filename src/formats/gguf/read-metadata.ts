/**
 * The metadata of a GGUF file (versions 2 and 3, little-endian), without its tensors:
 *
 *     "GGUF" | u32 version | u64 tensors | u64 pairs | pairs: key, u32 type, value | tensor infos | data
 *     string: u64 length, bytes      array: u32 type, u64 count, values
 *
 * Every length is checked against what the file can hold before anything is allocated.
 */
import { SovereignError } from "../../core/errors.ts";

export type GgufValue =
  | number
  | bigint
  | boolean
  | string
  | readonly GgufValue[]
  | Uint8Array
  | Float32Array
  | Int32Array;

export interface GgufMetadata {
  readonly version: number;
  readonly tensorCount: number;
  readonly values: ReadonlyMap<string, GgufValue>;
}

/** Thrown when the bytes given end too early, so that the caller can come with more. */
export class NeedsMoreBytes extends Error {}

const TYPES = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "f32",
  "bool",
  "string",
  "array",
  "u64",
  "i64",
  "f64",
] as const;
type TypeName = (typeof TYPES)[number];
/** The least number of bytes a value of each type takes. */
const SIZES: Readonly<Record<TypeName, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  bool: 1,
  string: 8,
  array: 12,
  u64: 8,
  i64: 8,
  f64: 8,
};
const MAX_DEPTH = 4;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads the pairs at the beginning of a file of `fileSize` bytes. */
export function readGgufMetadata(bytes: Uint8Array, fileSize: number): GgufMetadata {
  return new Reader(bytes, fileSize).read();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileSize: number;
  #at = 0;

  constructor(bytes: Uint8Array, fileSize: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileSize = fileSize;
  }

  read(): GgufMetadata {
    const magic = decoder.decode(this.#bytes.subarray(this.#take(4), this.#at));
    if (magic !== "GGUF") throw damaged(0, "the file does not begin with `GGUF`");
    const version = this.#u32();
    if (version !== 2 && version !== 3) {
      const isSwapped = version >= 0x01000000;
      throw new SovereignError(
        "NOT_IMPLEMENTED",
        isSwapped ? "a big-endian GGUF file is not read" : `GGUF version ${version} is not read`,
        { hint: "convert it with llama.cpp to version 3, little-endian" },
      );
    }
    const tensorCount = this.#count(8);
    const pairs = this.#count(12);
    const values = new Map<string, GgufValue>();
    for (let i = 0; i < pairs; i++) {
      const key = this.#string();
      values.set(key, this.#value(this.#type(), 0));
    }
    return { version, tensorCount, values };
  }

  #value(type: TypeName, depth: number): GgufValue {
    if (type === "array") return this.#array(depth + 1);
    if (type === "string") return this.#string();
    const at = this.#take(SIZES[type]);
    const view = this.#view;
    switch (type) {
      case "u8":
        return view.getUint8(at);
      case "i8":
        return view.getInt8(at);
      case "u16":
        return view.getUint16(at, true);
      case "i16":
        return view.getInt16(at, true);
      case "u32":
        return view.getUint32(at, true);
      case "i32":
        return view.getInt32(at, true);
      case "f32":
        return view.getFloat32(at, true);
      case "f64":
        return view.getFloat64(at, true);
      case "bool":
        return view.getUint8(at) !== 0;
      case "u64":
        return view.getBigUint64(at, true);
      case "i64":
        return view.getBigInt64(at, true);
    }
  }

  #array(depth: number): GgufValue {
    if (depth > MAX_DEPTH) throw damaged(this.#at, "arrays nest too deep");
    const type = this.#type();
    const count = this.#count(SIZES[type]);
    if (type === "u8") return Uint8Array.from(this.#bytes.subarray(this.#take(count), this.#at));
    if (type === "f32" || type === "i32") {
      const from = this.#take(count * 4);
      const copy = Uint8Array.from(this.#bytes.subarray(from, this.#at));
      return type === "f32" ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
    }
    this.#require(count * SIZES[type]);
    return Array.from({ length: count }, () => this.#value(type, depth));
  }

  #string(): string {
    const length = this.#count(1);
    const from = this.#take(length);
    return decoder.decode(this.#bytes.subarray(from, this.#at));
  }

  #type(): TypeName {
    const number = this.#u32();
    const type = TYPES[number];
    if (type === undefined) throw damaged(this.#at - 4, `a value has type ${number}`);
    return type;
  }

  #u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A count of things of at least `size` bytes each, which the rest of the file must have room for. */
  #count(size: number): number {
    const at = this.#take(8);
    const count = this.#view.getBigUint64(at, true);
    if (count > BigInt(Math.floor((this.#fileSize - this.#at) / size))) {
      throw damaged(at, `a count of ${count} is more than the file has room for`);
    }
    return Number(count);
  }

  #take(size: number): number {
    this.#require(size);
    this.#at += size;
    return this.#at - size;
  }

  #require(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    if (this.#bytes.length < this.#fileSize) throw new NeedsMoreBytes();
    throw damaged(this.#at, "the file ends here");
  }
}

function damaged(offset: number, what: string): SovereignError {
  return new SovereignError("DATA_LOSS", `the GGUF file is damaged at byte ${offset}: ${what}`, {
    hint: "the file is cut off or of another kind; get it again from where it was made",
    details: { offset },
  });
}
