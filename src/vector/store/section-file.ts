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
 * Sections start at multiples of 64; what lies between is zero.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf, fsyncDirectory, fsyncFile, tempPathFor } from "../../core/io/index.ts";
import { METRICS, type Metric } from "../types.ts";

const MAGIC = Buffer.from("SOVVEC\r\n", "latin1");
const VERSION = 1;
const HEADER_BYTES = 64;
const ENTRY_BYTES = 24;
const ALIGNMENT = 64;
const MAX_SECTIONS = 32;
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
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
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
        at = align(at) + pieces.reduce((sum, piece) => sum + piece.length, 0);
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
    throw error;
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
  let total = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at, piece.length - at);
    total += piece.length;
  }
  return total;
}

function align(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

interface Entry {
  readonly name: string;
  readonly checksum: number;
  readonly offset: number;
  readonly length: number;
}

/** An open file: facts at once, sections when asked for. */
export interface SectionFile {
  readonly facts: FileFacts;
  readonly sizeBytes: number;
  has(name: string): boolean;
  /** Bytes of a section, checked; DATA_LOSS when it is missing or damaged. */
  read(name: string): Uint8Array;
  /** Reads a section into `target`, which must have its length. */
  readInto(name: string, target: Uint8Array): void;
  lengthOf(name: string): number;
  close(): void;
}

/** Opens and checks header and table. DATA_LOSS with the offset for anything but such a file. */
export function openSections(path: string): SectionFile {
  const file = openSync(path, "r");
  try {
    return new OpenFile(path, file);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

class OpenFile implements SectionFile {
  readonly facts: FileFacts;
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #file: number;
  readonly #entries = new Map<string, Entry>();

  constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
    this.sizeBytes = fstatSync(file).size;
    if (this.sizeBytes < HEADER_BYTES) throw damaged(path, 0, "it is too short for a header");
    const header = this.#bytes(0, HEADER_BYTES);
    if (!header.subarray(0, 8).equals(MAGIC)) throw damaged(path, 0, "it is no collection");
    const version = header.readUInt32LE(8);
    const count = header.readUInt32LE(20);
    if (count > MAX_SECTIONS || HEADER_BYTES + count * ENTRY_BYTES > this.sizeBytes) {
      throw damaged(path, 20, `it cannot have ${count} sections`);
    }
    const table = this.#bytes(HEADER_BYTES, count * ENTRY_BYTES);
    if (crc32c(table, crc32c(header.subarray(0, 60))) !== header.readUInt32LE(60)) {
      throw damaged(path, 60, "the checksum of the header is wrong");
    }
    if (version !== VERSION) throw newer(path, version);
    const metric = METRICS[header.readUInt32LE(16)];
    const dims = header.readUInt32LE(12);
    if (metric === undefined || dims > MAX_DIMS) throw damaged(path, 12, "its header is odd");
    const length = safeInteger(header, 40, path);
    if (length !== this.sizeBytes) {
      throw damaged(path, 40, `it has ${this.sizeBytes} bytes and should have ${length}`);
    }
    this.facts = {
      dims,
      metric,
      rowCount: safeInteger(header, 24, path),
      generation: safeInteger(header, 32, path),
    };
    this.#readTable(table);
  }

  #readTable(table: Buffer): void {
    let end = HEADER_BYTES + table.length;
    for (let at = 0; at < table.length; at += ENTRY_BYTES) {
      const entry = {
        name: table.toString("latin1", at, at + 4),
        checksum: table.readUInt32LE(at + 4),
        offset: safeInteger(table, at + 8, this.#path),
        length: safeInteger(table, at + 16, this.#path),
      };
      if (entry.offset !== align(end) || entry.offset + entry.length > this.sizeBytes) {
        throw damaged(this.#path, HEADER_BYTES + at, "a section lies outside of the file");
      }
      this.#checkZero(end, entry.offset);
      end = entry.offset + entry.length;
      this.#entries.set(entry.name, entry);
    }
    if (align(end) !== this.sizeBytes) {
      throw damaged(this.#path, end, "something follows the last section");
    }
    this.#checkZero(end, this.sizeBytes);
  }

  #checkZero(from: number, to: number): void {
    const at = this.#bytes(from, to - from).findIndex((byte) => byte !== 0);
    if (at >= 0) throw damaged(this.#path, from + at, "there are bytes between its sections");
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  lengthOf(name: string): number {
    return this.#entry(name).length;
  }

  read(name: string): Uint8Array {
    const target = new Uint8Array(this.lengthOf(name));
    this.readInto(name, target);
    return target;
  }

  readInto(name: string, target: Uint8Array): void {
    const { offset, length, checksum } = this.#entry(name);
    if (target.length !== length) {
      throw damaged(this.#path, offset, `its section ${name} has ${length} bytes`);
    }
    this.#fill(offset, target);
    if (crc32c(target) !== checksum) {
      throw damaged(this.#path, offset, `the checksum of section ${name.trim()} is wrong`);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw damaged(this.#path, HEADER_BYTES, `it has no section ${name}`);
    return entry;
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.#fill(offset, bytes);
    return bytes;
  }

  #fill(offset: number, target: Uint8Array): void {
    const most = 1 << 30;
    for (let at = 0; at < target.length; ) {
      const wanted = Math.min(most, target.length - at);
      const count = readSync(this.#file, target, at, wanted, offset + at);
      if (count === 0) throw damaged(this.#path, offset + at, "it ends early");
      at += count;
    }
  }
}

function safeInteger(bytes: Buffer, at: number, path: string): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(path, at, "a length is too great");
  return Number(value);
}

/** DATA_LOSS about a file, with the offset of what is wrong. */
export function damaged(path: string, offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `\`${path}\` is damaged at offset ${offset}: ${problem}`, {
    hint: "restore the file from a copy, or make the collection again from its source",
    details: { path, offset },
  });
}

function newer(path: string, version: number): SovereignError {
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `\`${path}\` has version ${version} of the format, this program reads ${VERSION}`,
    { hint: "use the sovereign that wrote it" },
  );
}
