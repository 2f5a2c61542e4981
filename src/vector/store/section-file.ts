/**
 * The container of a collection's file: a header, a table of sections, the sections. Every byte is
 * under a checksum (CRC-32C) or must be zero, so no change of a bit goes unseen. Little endian.
 *
 * | offset | bytes | header                                             |
 * |--------|-------|----------------------------------------------------|
 * | 0      | 8     | magic `SOVVEC\r\n`                                 |
 * | 8      | 4     | version of the format, 1                           |
 * | 12     | 4     | dims                                               |
 * | 16     | 4     | metric: 0 cosine, 1 dot, 2 l2                      |
 * | 20     | 4     | number of sections                                 |
 * | 24     | 8     | number of rows                                     |
 * | 32     | 8     | generation: a WAL belongs to the file of the same  |
 * | 40     | 8     | length of the file                                 |
 * | 48     | 12    | zero                                               |
 * | 60     | 4     | checksum of bytes 0–59 and of the table            |
 * | 64     | 24 n  | table: name (4 ASCII), checksum, offset, length    |
 *
 * Sections start at multiples of 64; what lies between is zero. `read-sections.ts` reads it.
 */
import { closeSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf, fsyncDirectory, fsyncFile, tempPathFor } from "../../core/io/index.ts";
import { METRICS, type Metric } from "../types.ts";

export const MAGIC = Buffer.from("SOVVEC\r\n", "latin1");
export const VERSION = 1;
export const HEADER_BYTES = 64;
export const ENTRY_BYTES = 24;
const ALIGNMENT = 64;
export const MAX_SECTIONS = 32;
/** Of one call: the system takes less than 2 GiB at a time. */
export const MOST_BYTES = 1 << 30;
/** Vectors longer than this are refused wherever they come from. */
export const MAX_DIMS = 65_536;

/** The facts of the header. */
export interface FileFacts {
  readonly dims: number;
  readonly metric: Metric;
  readonly rowCount: number;
  readonly generation: number;
}

/** A section as pieces of bytes in order. */
export interface Section {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

/** Writes a file that appears whole or not at all, and is durable on return. */
export async function writeSections(
  path: string,
  facts: FileFacts,
  sections: readonly Section[],
): Promise<void> {
  const table = Buffer.alloc(sections.length * ENTRY_BYTES);
  let offset = align(HEADER_BYTES + table.length);
  sections.forEach(({ name, pieces }, i) => {
    const length = lengthOf(pieces);
    const entry = table.subarray(i * ENTRY_BYTES);
    entry.write(name, 0, 4, "latin1");
    entry.writeUInt32LE(
      pieces.reduce((crc, piece) => crc32c(piece, crc), 0),
      4,
    );
    entry.writeBigUInt64LE(BigInt(offset), 8);
    entry.writeBigUInt64LE(BigInt(length), 16);
    offset = align(offset + length);
  });
  const header = encodeHeader(facts, sections.length, offset);
  header.writeUInt32LE(crc32c(table, crc32c(header.subarray(0, 60))), 60);
  const temp = tempPathFor(path);
  try {
    const file = openSync(temp, "wx");
    try {
      let at = writeAll(file, [header, table]);
      for (const { pieces } of sections) {
        writeAll(file, [Buffer.alloc(align(at) - at), ...pieces]);
        at = align(at) + lengthOf(pieces);
      }
      writeAll(file, [Buffer.alloc(align(at) - at)]);
    } finally {
      closeSync(file);
    }
    await fsyncFile(temp);
    renameSync(temp, path);
  } catch (error) {
    try {
      unlinkSync(temp);
    } catch (missing) {
      if (errnoOf(missing) !== "ENOENT") throw missing;
    }
    throw explainWrite(error, path);
  }
  await fsyncDirectory(dirname(path));
}

function encodeHeader(facts: FileFacts, sectionCount: number, length: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(facts.dims, 12);
  header.writeUInt32LE(METRICS.indexOf(facts.metric), 16);
  header.writeUInt32LE(sectionCount, 20);
  header.writeBigUInt64LE(BigInt(facts.rowCount), 24);
  header.writeBigUInt64LE(BigInt(facts.generation), 32);
  header.writeBigUInt64LE(BigInt(length), 40);
  return header;
}

function writeAll(file: number, pieces: readonly Uint8Array[]): number {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      at += writeSync(file, piece, at, Math.min(MOST_BYTES, piece.length - at));
    }
  }
  return lengthOf(pieces);
}

/** Bytes of all pieces. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** The next multiple of 64. */
export function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

/** RESOURCE_EXHAUSTED for a failure that means that the disk is full; any other as it is. */
export function explainWrite(error: unknown, path: string): unknown {
  if (!["ENOSPC", "EDQUOT", "EFBIG"].includes(errnoOf(error))) return error;
  return new SovereignError("RESOURCE_EXHAUSTED", `no space is left for \`${path}\``, {
    hint: "free some space, then try again: what was acknowledged is there",
    details: { path },
    cause: error,
  });
}

/** DATA_LOSS about a file, with the offset of what is wrong. */
export function damaged(path: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${path}\` is damaged at offset ${offset}: ${problem}`, {
    hint: "restore the file from a copy, or make the collection again from its source",
    details: { path, offset },
  });
}
