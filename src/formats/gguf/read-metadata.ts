/**
 * The metadata of a GGUF file (versions 2 and 3, little-endian), without its tensors:
 *
 *     "GGUF" | u32 version | u64 tensors | u64 pairs | pairs: key, u32 type, value | tensor infos | data
 *     string: u64 length, bytes      array: u32 type, u64 count, values
 *
 * Every length is checked against what the file can hold before anything is allocated.
 */
import { SovereignError } from "../../core/errors.ts";

export type GgufValue = number | bigint | boolean | string | GgufTexts | GgufNumbers;

/** A list of numbers; flags are 0 and 1. */
export type GgufNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

/** A list of strings, which stay bytes of the file until somebody asks. */
export class GgufTexts {
  readonly bytes: Uint8Array;
  /** Where each begins in `bytes`, and how many bytes it has. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;

  /** @internal */
  constructor(bytes: Uint8Array, starts: Uint32Array, lengths: Uint32Array) {
    this.bytes = bytes;
    this.starts = starts;
    this.lengths = lengths;
  }

  get length(): number {
    return this.starts.length;
  }

  /** The bytes of one, a view. */
  bytesAt(index: number): Uint8Array {
    const start = this.starts[index]!;
    return this.bytes.subarray(start, start + this.lengths[index]!);
  }
}

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
/** Far more than any file has; each takes more memory than bytes. */
const MOST_PAIRS = 65_536;
const LISTS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  bool: Uint8Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f64: Float64Array,
} as const;
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
    if (pairs > MOST_PAIRS) throw damaged(16, `${pairs} pairs are more than any file has`);
    const values = new Map<string, GgufValue>();
    for (let i = 0; i < pairs; i++) {
      const key = this.#string();
      values.set(key, this.#value(this.#type()));
    }
    return { version, tensorCount, values };
  }

  #value(type: TypeName): GgufValue {
    if (type === "array") return this.#array();
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

  #array(): GgufValue {
    const start = this.#at;
    const type = this.#type();
    // llama.cpp has no lists of lists either.
    if (type === "array") throw damaged(start, "a list of lists");
    const count = this.#count(SIZES[type]);
    if (type === "string") return this.#texts(count);
    const from = this.#take(count * SIZES[type]);
    return new LISTS[type](this.#bytes.slice(from, this.#at).buffer);
  }

  #texts(count: number): GgufTexts {
    this.#require(count * SIZES.string);
    const starts = new Uint32Array(count);
    const lengths = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      lengths[i] = this.#length();
      starts[i] = this.#take(lengths[i]!);
    }
    return new GgufTexts(this.#bytes, starts, lengths);
  }

  /** The length of a string, without a big integer for each of a million. */
  #length(): number {
    const at = this.#take(8);
    const length = this.#view.getUint32(at, true);
    if (this.#view.getUint32(at + 4, true) === 0 && length <= this.#fileSize - this.#at) {
      return length;
    }
    this.#at = at;
    return this.#count(1);
  }

  #string(): string {
    const length = this.#length();
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
