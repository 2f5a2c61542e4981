/**
 * Reads `.npy` (NumPy's NEP 1, versions 1 to 3): magic `\x93NUMPY`, version, length of the header,
 * a Python dict, the values. Numbers are floats of 2, 4 and 8 bytes and integers of 1 to 8, in
 * either order of bytes, in C or Fortran order, of one or two dimensions; texts are `U`, `S` and
 * integers of one dimension. Foreign bytes: DATA_LOSS for what is damaged, NOT_IMPLEMENTED for
 * other arrays.
 */
import { SovereignError } from "../../core/errors.ts";
import { decodeHalf } from "./half.ts";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
const MAX_HEADER_BYTES = 65_536;

/** Rows of numbers, row-major; one row for an array of one dimension. Integers as float32. */
export interface NpyMatrix {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly values: Float32Array | Float64Array;
}

/** What the header of a file says. */
export interface NpyHeader {
  /** `f` floats, `i` and `u` integers, `U` UCS-4 and `S` bytes; NumPy's letters for the rest. */
  readonly kind: string;
  /** Bytes of a value. */
  readonly width: number;
  readonly isBigEndian: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly offset: number;
}

/** Decodes the numbers of a whole file; `source` names it in errors. */
export function readNpy(bytes: Uint8Array, source: string): NpyMatrix {
  const header = readNpyHeader(bytes, source);
  const { kind, width, shape } = header;
  if (!isNumber(header)) {
    throw notRead(source, header, "save numbers: `numpy.save(path, x.astype('float32'))`");
  }
  if (shape.length < 1 || shape.length > 2) {
    throw notRead(
      source,
      header,
      "save one row a vector: `numpy.save(path, x.reshape(len(x), -1))`",
    );
  }
  const [rowCount, columnCount] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  const body = bodyOf(bytes, source, header);
  if (rowCount > 0 && columnCount === 0) {
    throw damaged(source, 10, `its ${rowCount} rows hold no numbers`);
  }
  const values = decodeNumbers(body, kind, width);
  const isTurned = header.isFortran && shape.length === 2;
  return {
    rowCount,
    columnCount,
    values: isTurned ? turn(values, rowCount, columnCount) : values,
  };
}

/** Decodes the texts, or integers as texts, of an array of one dimension. */
export function readNpyTexts(bytes: Uint8Array, source: string): string[] {
  const header = readNpyHeader(bytes, source);
  const { kind, width, shape } = header;
  const isText = kind === "U" || kind === "S";
  if (shape.length !== 1 || !(isText || (isNumber(header) && kind !== "f"))) {
    throw notRead(source, header, "save texts or whole numbers: `numpy.save(path, x.astype(str))`");
  }
  const body = bodyOf(bytes, source, header);
  if (!isText) return Array.from<number | bigint, string>(readIntegers(body, kind, width), String);
  return Array.from({ length: shape[0]! }, (_, i) => {
    const value = body.subarray(i * width, (i + 1) * width);
    return kind === "S" ? trimZeros(value).toString("utf8") : decodeUcs4(value, source);
  });
}

/** Whether the values are numbers that are read. */
export function isNumber({ kind, width }: NpyHeader): boolean {
  return (kind === "f" ? [2, 4, 8] : "iu".includes(kind) ? [1, 2, 4, 8] : []).includes(width);
}

/** The header alone. */
export function readNpyHeader(bytes: Uint8Array, source: string): NpyHeader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 10 || !buffer.subarray(0, 6).equals(MAGIC)) {
    throw damaged(source, 0, "it does not start as a .npy file");
  }
  const isOld = buffer[6] === 1;
  const start = isOld ? 10 : 12;
  if (buffer.length < start) throw damaged(source, 8, "its header is cut off");
  const headerLength = isOld ? buffer.readUInt16LE(8) : buffer.readUInt32LE(8);
  if (headerLength > MAX_HEADER_BYTES || start + headerLength > buffer.length) {
    throw damaged(source, 8, "its header is cut off");
  }
  const text = buffer.toString("latin1", start, start + headerLength);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  const descr = /'descr'\s*:\s*(?:'([^']*)'|(\[))/.exec(text);
  if (descr === null || order === undefined || shape === undefined) {
    throw damaged(source, 10, "its header is odd");
  }
  const lengths = shape.split(",").filter((part) => part.trim() !== "");
  const numbers = lengths.map(Number);
  if (!numbers.every(Number.isSafeInteger)) throw damaged(source, 10, "its shape is odd");
  const [, sign, kind, size] = /^([<>|=]?)([A-Za-z])(\d*)/.exec(descr[1] ?? "") ?? [];
  return {
    // A list of fields is a record.
    kind: kind ?? "V",
    width: Number(size ?? 0) * (kind === "U" ? 4 : 1),
    isBigEndian: sign === ">",
    isFortran: order === "True",
    shape: numbers,
    offset: start + headerLength,
  };
}

/** The values' bytes, as little-endian ones, at an address of their own. */
function bodyOf(bytes: Uint8Array, source: string, header: NpyHeader): Buffer<ArrayBuffer> {
  const { kind, width, shape, offset } = header;
  const count = shape.reduce((product, length) => product * length, 1);
  const body = bytes.subarray(offset);
  if (body.length !== count * width || (width === 0 && count > 0 && kind !== "U")) {
    throw damaged(source, offset, `it should hold ${count} values of ${width} bytes`);
  }
  // They need not start at a multiple of their size.
  const copy = Buffer.from(new Uint8Array(body).buffer);
  const step = kind === "U" ? 4 : kind === "S" ? 1 : width;
  if (!header.isBigEndian || step === 1) return copy;
  return step === 2 ? copy.swap16() : step === 4 ? copy.swap32() : copy.swap64();
}

function decodeNumbers(
  body: Buffer<ArrayBuffer>,
  kind: string,
  width: number,
): NpyMatrix["values"] {
  const { buffer, byteOffset, byteLength } = body;
  if (kind === "f" && width === 8) return new Float64Array(buffer, byteOffset, byteLength / 8);
  if (kind === "f" && width === 4) return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (kind !== "f") {
    const integers = readIntegers(body, kind, width);
    const isBig = integers instanceof BigInt64Array || integers instanceof BigUint64Array;
    return isBig ? Float32Array.from(integers, Number) : new Float32Array(integers);
  }
  return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), decodeHalf);
}

function readIntegers(body: Buffer<ArrayBuffer>, kind: string, width: number) {
  const { buffer, byteOffset, byteLength } = body;
  const isSigned = kind === "i";
  const count = byteLength / width;
  switch (width) {
    case 1:
      return new (isSigned ? Int8Array : Uint8Array)(buffer, byteOffset, count);
    case 2:
      return new (isSigned ? Int16Array : Uint16Array)(buffer, byteOffset, count);
    case 4:
      return new (isSigned ? Int32Array : Uint32Array)(buffer, byteOffset, count);
    default:
      return new (isSigned ? BigInt64Array : BigUint64Array)(buffer, byteOffset, count);
  }
}

/** Columns one after another as rows one after another. */
function turn(values: NpyMatrix["values"], rowCount: number, columnCount: number) {
  const turned = values.slice();
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < columnCount; column++) {
      turned[row * columnCount + column] = values[column * rowCount + row]!;
    }
  }
  return turned;
}

function trimZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Four bytes a code point, filled up with zeros. */
function decodeUcs4(bytes: Buffer, source: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const point = bytes.readUInt32LE(at);
    if (point > 0x10ffff) throw damaged(source, at, "a text holds what is no character");
    text += String.fromCodePoint(point);
  }
  return text.replace(/\0+$/, "");
}

const KINDS: Readonly<Record<string, string>> = {
  b: "booleans",
  c: "complex numbers",
  O: "Python objects",
  U: "texts",
  S: "texts",
  M: "times",
  m: "time spans",
  V: "records, or of a type that NumPy does not know",
};

function notRead(source: string, { kind, width, shape }: NpyHeader, hint: string): SovereignError {
  const what = KINDS[kind] ?? `${kind}${width}`;
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `\`${source}\` holds an array of ${what}, shape (${shape.join(", ")}), which is not read so`,
    { hint },
  );
}

/** Bytes that are no such file. */
export function damaged(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${source}\` is damaged at ${offset}: ${problem}`, {
    hint: "write it again with NumPy",
    details: { source, offset },
  });
}
