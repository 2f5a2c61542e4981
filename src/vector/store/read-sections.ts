/** A file of sections (`section-file.ts`), read: header and table at once, sections when asked for. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import { METRICS } from "../types.ts";
import {
  align,
  damaged,
  ENTRY_BYTES,
  type FileFacts,
  HEADER_BYTES,
  lengthOf,
  MAGIC,
  MAX_DIMS,
  MAX_SECTIONS,
  MOST_BYTES,
  VERSION,
} from "./section-file.ts";

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
  /** Reads a section into the pieces of `target`, which must have its length. */
  readInto(name: string, target: readonly Uint8Array[]): void;
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
    this.readInto(name, [target]);
    return target;
  }

  readInto(name: string, target: readonly Uint8Array[]): void {
    const { offset, length, checksum } = this.#entry(name);
    if (lengthOf(target) !== length) {
      throw damaged(this.#path, offset, `its section ${name} has ${length} bytes`);
    }
    let at = offset;
    let crc = 0;
    for (const piece of target) {
      this.#fill(at, piece);
      crc = crc32c(piece, crc);
      at += piece.length;
    }
    if (crc !== checksum) {
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
    for (let at = 0; at < target.length; ) {
      const wanted = Math.min(MOST_BYTES, target.length - at);
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

function newer(path: string, version: number): SovereignError {
  return new SovereignError(
    "NOT_IMPLEMENTED",
    `\`${path}\` has version ${version} of the format, this program reads ${VERSION}`,
    { hint: "use the sovereign that wrote it" },
  );
}
