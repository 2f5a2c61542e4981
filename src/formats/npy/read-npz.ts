/**
 * Reads `.npz` (`numpy.savez`, `numpy.savez_compressed`): a ZIP archive (PKWARE APPNOTE 6.3) of
 * `.npy` files, stored or deflated. Its directory at the end says what is where; an array is
 * unpacked when it is asked for. Archives beyond 4 GiB (ZIP64 places) are refused.
 */
import { inflateRawSync } from "node:zlib";
import { SovereignError } from "../../core/errors.ts";
import { damaged } from "./read-npy.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MOST_COMMENT = 65_535;
/** Deflate makes no more of a byte. */
const MOST_RATIO = 1032;
const ZIP64 = 0xffffffff;

/** The `.npy` files of an archive by name (without the ending), in the order of its directory. */
export function readNpz(bytes: Uint8Array, source: string): Map<string, () => Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(buffer, source);
  const count = buffer.readUInt16LE(end + 10);
  let at = buffer.readUInt32LE(end + 16);
  const arrays = new Map<string, () => Uint8Array>();
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > buffer.length || buffer.readUInt32LE(at) !== ENTRY) {
      throw damaged(source, at, "its directory is odd");
    }
    const entry = {
      method: buffer.readUInt16LE(at + 10),
      packedBytes: buffer.readUInt32LE(at + 20),
      bytes: buffer.readUInt32LE(at + 24),
      offset: buffer.readUInt32LE(at + 42),
    };
    const nameEnd = at + ENTRY_BYTES + buffer.readUInt16LE(at + 28);
    const name = buffer.toString("utf8", at + ENTRY_BYTES, nameEnd);
    if (name.endsWith(".npy")) arrays.set(name.slice(0, -4), () => unpack(buffer, source, entry));
    at = nameEnd + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
  }
  return arrays;
}

/** The end of the directory; a comment may follow it. */
function findEnd(buffer: Buffer, source: string): number {
  const least = Math.max(0, buffer.length - END_BYTES - MOST_COMMENT);
  for (let at = buffer.length - END_BYTES; at >= least; at--) {
    if (buffer.readUInt32LE(at) === END) return at;
  }
  throw damaged(source, buffer.length, "it does not end as a .npz file, which is a ZIP archive");
}

interface Entry {
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

function unpack(buffer: Buffer, source: string, entry: Entry): Uint8Array {
  const { method, packedBytes, offset } = entry;
  if ([packedBytes, entry.bytes, offset].includes(ZIP64)) {
    throw new SovereignError("NOT_IMPLEMENTED", `\`${source}\` is larger than 4 GiB`, {
      hint: "save its arrays one by one with `numpy.save`, as .npy",
    });
  }
  if (offset + LOCAL_BYTES > buffer.length || buffer.readUInt32LE(offset) !== LOCAL) {
    throw damaged(source, offset, "an array is not where the directory says");
  }
  const start =
    offset + LOCAL_BYTES + buffer.readUInt16LE(offset + 26) + buffer.readUInt16LE(offset + 28);
  const packed = buffer.subarray(start, start + packedBytes);
  const isWhole = packed.length === packedBytes && entry.bytes <= packedBytes * MOST_RATIO + 64;
  if (!isWhole) throw damaged(source, start, "an array is cut off");
  if (method === 0) return packed;
  if (method !== 8) {
    throw new SovereignError("NOT_IMPLEMENTED", `\`${source}\` is packed by method ${method}`, {
      hint: "save it with `numpy.savez`",
    });
  }
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) });
  } catch (cause) {
    if (cause instanceof Error) throw damaged(source, start, cause.message);
    throw cause;
  }
}
