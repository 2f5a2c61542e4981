/**
 * Reads `.npy` (NumPy's NEP 1, versions 1 to 3): magic `\x93NUMPY`, version, length of the header,
 * a Python dict, the values. Taken: little-endian floats of 2, 4 and 8 bytes in C order, one or two
 * dimensions. Foreign bytes: DATA_LOSS for what is damaged, NOT_IMPLEMENTED for other arrays.
 */
import { SovereignError } from "../../core/errors.ts";
import { decodeHalf } from "./half.ts";

const MAGIC = Buffer.from("\x93NUMPY", "latin1");
const MAX_HEADER_BYTES = 65_536;

/** Rows of numbers, row-major; one row for an array of one dimension. */
export interface NpyMatrix {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly values: Float32Array | Float64Array;
}

/** Decodes a whole file; `source` names it in errors. */
export function readNpy(bytes: Uint8Array, source: string): NpyMatrix {
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
  const header = buffer.toString("latin1", start, start + headerLength);
  const { type, shape } = readHeader(header, source);
  const body = buffer.subarray(start + headerLength);
  const [rowCount, columnCount] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  const count = rowCount * columnCount;
  if (body.length !== count * type) {
    throw damaged(source, start, `it should hold ${count} numbers of ${type} bytes`);
  }
  return { rowCount, columnCount, values: decode(body, type) };
}

interface Header {
  /** Bytes of a float. */
  readonly type: 2 | 4 | 8;
  readonly shape: readonly number[];
}

function readHeader(text: string, source: string): Header {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    throw damaged(source, 10, "its header is odd");
  }
  const type = /^[<=]f([248])$/.exec(descr)?.[1];
  const lengths = shape.split(",").filter((part) => part.trim() !== "");
  const numbers = lengths.map(Number);
  if (type === undefined || order === "True" || numbers.length < 1 || numbers.length > 2) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `\`${source}\` holds an array of ${descr}, shape (${shape}), which is not read`,
      { hint: "save it with `numpy.save(path, numpy.ascontiguousarray(x, dtype='float32'))`" },
    );
  }
  if (!numbers.every(Number.isSafeInteger)) throw damaged(source, 10, "its shape is odd");
  return { type: Number(type) as Header["type"], shape: numbers };
}

function decode(body: Buffer, type: Header["type"]): Float32Array | Float64Array {
  // The values need not start at a multiple of their size.
  const { buffer } = new Uint8Array(body);
  if (type === 4) return new Float32Array(buffer);
  if (type === 8) return new Float64Array(buffer);
  return Float32Array.from(new Uint16Array(buffer), decodeHalf);
}

function damaged(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${source}\` is damaged at ${offset}: ${problem}`, {
    hint: "write it again with numpy.save",
    details: { source, offset },
  });
}
