/**
 * The log of changes since a collection's file was written. A change is acknowledged when its last
 * record is on the device; what a crash left behind it (a torn tail) was never acknowledged and is
 * cut off. Any other damage is DATA_LOSS. Little endian; then come records (`wal-record.ts`).
 *
 * | offset | bytes | header                              |
 * |--------|-------|-------------------------------------|
 * | 0      | 8     | magic `SOVWAL\r\n`                  |
 * | 8      | 4     | version 1                           |
 * | 12     | 4     | dims                                |
 * | 16     | 8     | generation of the file it continues |
 * | 24     | 4     | zero                                |
 * | 28     | 4     | checksum of bytes 0–27              |
 */
import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf, writeFileAtomic } from "../../core/io/index.ts";
import { damaged, explainWrite } from "./section-file.ts";
import {
  decodePayload,
  END_BYTES,
  END_MARK,
  encodeChange,
  goesOn,
  type LoggedChange,
  MAX_PAYLOAD_BYTES,
  PAYLOAD_HEADER_BYTES,
  RECORD_HEADER_BYTES,
} from "./wal-record.ts";

const MAGIC = Buffer.from("SOVWAL\r\n", "latin1");
const VERSION = 1;
const HEADER_BYTES = 32;
/** Size of a WAL without changes. */
export const EMPTY_WAL_BYTES = HEADER_BYTES;

/** What a WAL must belong to. */
export interface WalIdentity {
  readonly generation: number;
  readonly dims: number;
}

/** Makes an empty WAL in place of whatever is there. */
export async function createWal(path: string, { generation, dims }: WalIdentity): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(dims, 12);
  header.writeBigUInt64LE(BigInt(generation), 16);
  header.writeUInt32LE(crc32c(header.subarray(0, 28)), 28);
  await writeFileAtomic(path, header).catch((error: unknown) => {
    throw explainWrite(error, path);
  });
}

/** What `readWal` found. */
export interface WalReading {
  /** `older`: the file holds its changes already; `newer`: the file was replaced meanwhile. */
  readonly state: "current" | "older" | "newer" | "missing";
  /** Where the last acknowledged change ends; what follows is a torn tail. */
  readonly endOffset: number;
}

/** Gives every acknowledged change to `apply`, oldest first. */
export function readWal(
  path: string,
  identity: WalIdentity,
  apply: (change: LoggedChange) => void,
): WalReading {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { state: "missing", endOffset: 0 };
    throw error;
  }
  try {
    return new WalReader(path, file, identity).readAll(apply);
  } finally {
    closeSync(file);
  }
}

class WalReader {
  readonly #path: string;
  readonly #file: number;
  readonly #size: number;
  readonly #identity: WalIdentity;

  constructor(path: string, file: number, identity: WalIdentity) {
    this.#path = path;
    this.#file = file;
    this.#size = fstatSync(file).size;
    this.#identity = identity;
  }

  readAll(apply: (change: LoggedChange) => void): WalReading {
    const generation = this.#readHeader();
    if (generation < this.#identity.generation) return { state: "older", endOffset: 0 };
    if (generation > this.#identity.generation) return { state: "newer", endOffset: 0 };
    let endOffset = HEADER_BYTES;
    let pending: LoggedChange[] = [];
    for (let at = HEADER_BYTES; ; ) {
      const payload = this.#readRecord(at);
      if (payload === null) return { state: "current", endOffset };
      const change = decodePayload(payload, this.#identity.dims);
      if (change === null) throw damaged(this.#path, at, "a record is no change");
      pending.push(change);
      at += RECORD_HEADER_BYTES + payload.length + END_BYTES;
      if (goesOn(payload)) continue;
      for (const part of pending) apply(part);
      pending = [];
      endOffset = at;
    }
  }

  /** The file is made whole by a rename, so its header is never torn. */
  #readHeader(): number {
    if (this.#size < HEADER_BYTES) throw damaged(this.#path, 0, "it is too short for a header");
    const header = this.#bytes(0, HEADER_BYTES);
    const isOurs = header.subarray(0, 8).equals(MAGIC) && header.readUInt32LE(8) === VERSION;
    if (!isOurs || crc32c(header.subarray(0, 28)) !== header.readUInt32LE(28)) {
      throw damaged(this.#path, 0, "its header is no header of a log");
    }
    if (header.readUInt32LE(12) !== this.#identity.dims) {
      throw damaged(this.#path, 12, "it belongs to a collection of other dimensions");
    }
    return Number(header.readBigUInt64LE(16));
  }

  /** The payload at `at`, or null at the end: also before a tail that was never finished. */
  #readRecord(at: number): Buffer | null {
    const left = this.#size - at;
    if (left < RECORD_HEADER_BYTES) return null;
    const header = this.#bytes(at, RECORD_HEADER_BYTES);
    if (crc32c(header.subarray(0, 8)) !== header.readUInt32LE(8)) {
      // Some file systems lengthen a file before its bytes arrive: zeros to the end are a tail.
      if (this.#isZeroFrom(at)) return null;
      throw damaged(this.#path, at, "the checksum of a record's header is wrong");
    }
    const length = header.readUInt32LE(0);
    if (length < PAYLOAD_HEADER_BYTES || length > MAX_PAYLOAD_BYTES) {
      throw damaged(this.#path, at, `a record cannot have ${length} bytes`);
    }
    const end = at + RECORD_HEADER_BYTES + length + END_BYTES;
    if (end > this.#size) return null;
    const body = this.#bytes(at + RECORD_HEADER_BYTES, length + END_BYTES);
    const mark = body.readUInt32LE(length);
    const payload = body.subarray(0, length);
    if (mark === END_MARK && crc32c(payload) === header.readUInt32LE(4)) return payload;
    // The end mark is written last: without one, and nothing behind, it was never acknowledged.
    if (mark === 0 && this.#isZeroFrom(end - END_BYTES)) return null;
    throw damaged(this.#path, at, "the checksum of a record is wrong");
  }

  #isZeroFrom(offset: number): boolean {
    for (let at = offset; at < this.#size; at += 1 << 20) {
      const piece = this.#bytes(at, Math.min(1 << 20, this.#size - at));
      if (piece.some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; ) {
      const count = readSync(this.#file, bytes, at, length - at, offset + at);
      if (count === 0) throw damaged(this.#path, offset + at, "it ends early");
      at += count;
    }
    return bytes;
  }
}

/** Appends changes. One writer at a time: see `lock.ts`. */
export class WalWriter {
  readonly #path: string;
  readonly #file: number;
  #offset: number;
  #failure: SovereignError | null = null;

  /** Cuts off the torn tail behind `endOffset`. */
  constructor(path: string, endOffset: number) {
    this.#path = path;
    this.#file = openSync(path, "r+");
    this.#offset = endOffset;
    if (fstatSync(this.#file).size > endOffset) ftruncateSync(this.#file, endOffset);
  }

  get sizeBytes(): number {
    return this.#offset;
  }

  /**
   * Resolves when the change is durable, all of it. When it rejects none of it is seen again, or,
   * where the device could not even take it back, all of it or none.
   */
  async append(change: LoggedChange): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const records = encodeChange(change);
    try {
      let at = this.#offset;
      for (const record of records) {
        for (let done = 0; done < record.length; ) {
          done += writeSync(this.#file, record, done, record.length - done, at + done);
        }
        at += record.length;
      }
      await new Promise<void>((resolve, reject) => {
        fsync(this.#file, (error) => (error === null ? resolve() : reject(error)));
      });
      this.#offset = at;
    } catch (cause) {
      // After a failed flush nothing is known about the device: no further change is taken.
      const failure = this.refuse(cause);
      try {
        ftruncateSync(this.#file, this.#offset);
      } catch {
        // What is left there without its last record is a torn tail.
      }
      throw failure;
    }
  }

  /** Takes no change from now on; returns what every one is refused with. */
  refuse(cause: unknown): SovereignError {
    const known = explainWrite(cause, this.#path);
    this.#failure =
      known instanceof SovereignError
        ? known
        : new SovereignError("TEMPORARILY_UNAVAILABLE", "the log cannot be written", {
            hint: "check space and permissions of the folder, then open the collection again",
            cause,
          });
    return this.#failure;
  }

  close(): void {
    closeSync(this.#file);
  }
}
