/**
 * Deletion vectors (PROTOCOL.md, "Deletion Vectors"): which rows of a data file are deleted, by
 * physical position. Inline (`i`), in a file below the table root (`u`) or anywhere (`p`).
 *
 * | file bytes | what                                                     |
 * |------------|----------------------------------------------------------|
 * | 1          | format version, 1                                        |
 * | 4          | at `offset`: size of the vector, big-endian              |
 * | size       | magic 1681511377, little-endian, and a roaring64 bitmap  |
 * | 4          | CRC-32 of those bytes, big-endian                        |
 */
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { SovereignError } from "../../core/errors.ts";
import { resolveLogPath } from "./log-path.ts";
import { decodeRoaring64, encodeRoaring64 } from "./roaring.ts";
import type { DeletionVectorDescriptor } from "./types.ts";
import { decodeZ85 } from "./z85.ts";

export const DELETION_VECTOR_MAGIC = 1681511377;
const FILE_VERSION = 1;
const UUID_LENGTH = 20;
const MAX_VECTOR_BYTES = 2 ** 30;

/**
 * Reads the deleted positions of a file when asked, ascending. A vector of more rows than the file
 * has, `recordCount` if that is known, is refused unread: a few bytes can announce billions.
 */
export function createDeletedRowsReader(
  tableRoot: string,
  vector: DeletionVectorDescriptor,
  recordCount: number | null,
): () => Promise<BigUint64Array> {
  return async () => {
    if (recordCount !== null && Number(vector.cardinality) > recordCount) {
      const problem = `${vector.cardinality} rows deleted of ${recordCount}`;
      throw malformed(describeVector(tableRoot, vector), 0, problem);
    }
    return readDeletionVector(tableRoot, vector);
  };
}

/** Deleted positions, ascending; DATA_LOSS when size, checksum, bitmap or cardinality are off. */
export async function readDeletionVector(
  tableRoot: string,
  vector: DeletionVectorDescriptor,
): Promise<BigUint64Array> {
  const source = describeVector(tableRoot, vector);
  const bytes =
    vector.storageType === "i"
      ? readInline(vector, source)
      : await readVectorFile(source, vector, source);
  const positions = decodeDeletionVector(bytes);
  if (positions.length !== Number(vector.cardinality)) {
    const problem = `${positions.length} positions instead of ${vector.cardinality}`;
    throw malformed(source, 0, problem);
  }
  return positions;
}

/** Magic number and bitmap to positions. */
export function decodeDeletionVector(bytes: Uint8Array): BigUint64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0, true) !== DELETION_VECTOR_MAGIC) {
    throw malformed("deletion vector", 0, "wrong magic number");
  }
  return decodeRoaring64(bytes, 4);
}

/** Positions, ascending and distinct, to magic number and bitmap. */
export function encodeDeletionVector(positions: BigUint64Array): Uint8Array {
  const bitmap = encodeRoaring64(positions);
  const bytes = new Uint8Array(4 + bitmap.length);
  new DataView(bytes.buffer).setUint32(0, DELETION_VECTOR_MAGIC, true);
  bytes.set(bitmap, 4);
  return bytes;
}

/** Local path of the file that holds a vector; null for an inline one. */
export function deletionVectorPath(
  tableRoot: string,
  vector: DeletionVectorDescriptor,
): string | null {
  if (vector.storageType === "i") return null;
  if (vector.storageType === "p") return resolveLogPath(tableRoot, vector.pathOrInlineDv);
  const text = vector.pathOrInlineDv;
  if (text.length < UUID_LENGTH) throw malformed(text, 0, "no room for a UUID");
  const prefix = text.slice(0, -UUID_LENGTH);
  const hex = Buffer.from(decodeUuid(tableRoot, text.slice(-UUID_LENGTH))).toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const folder = prefix === "" ? tableRoot : `${tableRoot}/${prefix}`;
  return `${folder}/deletion_vector_${uuid}.bin`;
}

/** Damage in the name of a vector is told with the log that names it. */
function decodeUuid(tableRoot: string, text: string): Uint8Array {
  try {
    return decodeZ85(text);
  } catch (cause) {
    throw new SovereignError(
      "DATA_LOSS",
      `\`${tableRoot}/_delta_log\` names a deletion vector by \`${text}\`, which is no UUID`,
      {
        hint: "restore the log from a backup, or read an earlier version of the table",
        details: { source: `${tableRoot}/_delta_log` },
        cause,
      },
    );
  }
}

function describeVector(tableRoot: string, vector: DeletionVectorDescriptor): string {
  if (!["u", "p", "i"].includes(vector.storageType)) {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `unknown deletion vector storage \`${vector.storageType}\``,
      { hint: "read the table with the engine that wrote it" },
    );
  }
  const size = vector.sizeInBytes;
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_VECTOR_BYTES) {
    throw malformed("deletion vector", 0, `impossible size ${size}`);
  }
  return deletionVectorPath(tableRoot, vector) ?? "inline deletion vector";
}

function readInline(vector: DeletionVectorDescriptor, source: string): Uint8Array {
  const bytes = decodeZ85(vector.pathOrInlineDv);
  if (vector.sizeInBytes > bytes.length || vector.sizeInBytes + 4 <= bytes.length) {
    throw malformed(source, 0, `${bytes.length} bytes, ${vector.sizeInBytes} announced`);
  }
  return bytes.subarray(0, vector.sizeInBytes);
}

async function readVectorFile(
  path: string,
  vector: DeletionVectorDescriptor,
  source: string,
): Promise<Uint8Array> {
  // NOTE: `offset` is optional in the protocol; kernel-rs starts after the version byte too.
  const offset = vector.offset ?? 1;
  if (!Number.isSafeInteger(offset) || offset < 1) throw malformed(source, 0, "bad offset");
  const bytes = await readRange(path, offset, vector.sizeInBytes + 8, source);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getInt32(0) !== vector.sizeInBytes) {
    throw malformed(source, offset, `size ${view.getInt32(0)}, log says ${vector.sizeInBytes}`);
  }
  const data = bytes.subarray(4, 4 + vector.sizeInBytes);
  if (crc32(data) !== view.getUint32(4 + vector.sizeInBytes)) {
    throw malformed(source, offset + 4, "checksum does not match");
  }
  return data;
}

async function readRange(
  path: string,
  offset: number,
  length: number,
  source: string,
): Promise<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw new SovereignError("DATA_LOSS", `cannot open the deletion vector \`${path}\``, {
      hint: "restore the file from a backup, or read an earlier version of the table",
      details: { path },
      cause,
    });
  }
  try {
    const { size } = await file.stat();
    if (offset + length > size) throw malformed(source, size, "file ends early");
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw malformed(source, offset + bytesRead, "file ends early");
    const version = new Uint8Array(1);
    await file.read(version, 0, 1, 0);
    if (version[0] !== FILE_VERSION) throw malformed(source, 0, `file version ${version[0]}`);
    return bytes;
  } finally {
    await file.close();
  }
}

function malformed(source: string, offset: number, problem: string): SovereignError {
  return new SovereignError(
    "DATA_LOSS",
    `damaged deletion vector \`${source}\` at offset ${offset}: ${problem}`,
    {
      hint: "restore the file from a backup, or read an earlier version of the table",
      details: { source, offset },
    },
  );
}
