/**
 * The log of changes since a collection's file was written. A change is acknowledged when its last
 * record is on the device; what a crash left behind it (a torn tail) was never acknowledged and is
 * cut off. Any other damage is DATA_LOSS. Little endian.
 *
 * | offset | bytes | header                              | record, from its start              |
 * |--------|-------|-------------------------------------|-------------------------------------|
 * | 0      | 8     | magic `SOVWAL\r\n`                  | 4 length of payload, 4 its checksum |
 * | 8      | 4     | version 1                           | checksum of bytes 0–7               |
 * | 12     | 4     | dims                                | payload from here, then end mark    |
 * | 16     | 8     | generation of the file it continues |                                     |
 * | 24     | 4     | zero                                |                                     |
 * | 28     | 4     | checksum of bytes 0–27              |                                     |
 *
 * Payload: 1 byte kind (1 upsert, 2 delete, 3 synced; +128: the change goes on in the next record),
 * 3 zero, 4 length of JSON, 4 number of vectors, the JSON (upsert: `[id, metadata]` pairs, delete:
 * ids, synced: `[SyncState]`), the vectors as float32.
 */
import { closeSync, fstatSync, fsync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import { errnoOf, writeFileAtomic } from "../../core/io/index.ts";
import type { SyncState } from "../types.ts";
import { isSyncState } from "./read-settings.ts";
import { damaged } from "./section-file.ts";

const MAGIC = Buffer.from("SOVWAL\r\n", "latin1");
const VERSION = 1;
const HEADER_BYTES = 32;
/** Size of a WAL without changes. */
export const EMPTY_WAL_BYTES = HEADER_BYTES;
const RECORD_HEADER_BYTES = 12;
const PAYLOAD_HEADER_BYTES = 12;
const END_MARK = 0x4b4f4b4f;
const END_BYTES = 4;
const MAX_PAYLOAD_BYTES = 1 << 28;
/** A change larger than this takes several records. */
const RECORD_TARGET_BYTES = 1 << 24;
const GOES_ON = 128;

/** A row as it is logged; `metadata` is JSON text. */
export interface LoggedRow {
  readonly id: string;
  readonly metadata: string;
}

/** One acknowledged change, or a piece of it. */
export type LoggedChange =
  | { readonly kind: "upsert"; readonly rows: readonly LoggedRow[]; readonly vectors: Float32Array }
  | { readonly kind: "delete"; readonly ids: readonly string[] }
  | { readonly kind: "synced"; readonly state: SyncState };

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
  await writeFileAtomic(path, header);
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
      const change = this.#decode(payload, at);
      pending.push(change);
      at += RECORD_HEADER_BYTES + payload.length + END_BYTES;
      if ((payload[0]! & GOES_ON) !== 0) continue;
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
    // The end mark is written last, so a last record without one was never acknowledged.
    if (mark === 0 && end === this.#size) return null;
    throw damaged(this.#path, at, "the checksum of a record is wrong");
  }

  #isZeroFrom(offset: number): boolean {
    for (let at = offset; at < this.#size; at += 1 << 20) {
      const piece = this.#bytes(at, Math.min(1 << 20, this.#size - at));
      if (piece.some((byte) => byte !== 0)) return false;
    }
    return true;
  }

  #decode(payload: Buffer, at: number): LoggedChange {
    const jsonLength = payload.readUInt32LE(4);
    const vectorCount = payload.readUInt32LE(8);
    const { dims } = this.#identity;
    const bytes = PAYLOAD_HEADER_BYTES + jsonLength + vectorCount * dims * 4;
    if (bytes !== payload.length) throw damaged(this.#path, at, "the parts of a record do not fit");
    const json = payload.toString("utf8", PAYLOAD_HEADER_BYTES, PAYLOAD_HEADER_BYTES + jsonLength);
    const kind = payload[0]! & ~GOES_ON;
    const list = parseList(json);
    if (kind === 2 && list?.every((id) => typeof id === "string")) {
      return { kind: "delete", ids: list as string[] };
    }
    if (kind === 3 && list?.length === 1 && isSyncState(list[0])) {
      return { kind: "synced", state: list[0] };
    }
    if (kind === 1 && list?.every(isPair) && (dims === 0 || list.length === vectorCount)) {
      const rows = (list as [string, string][]).map(([id, metadata]) => ({ id, metadata }));
      const raw = payload.subarray(PAYLOAD_HEADER_BYTES + jsonLength);
      return { kind: "upsert", rows, vectors: new Float32Array(new Uint8Array(raw).buffer) };
    }
    throw damaged(this.#path, at, "a record is no change");
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

function parseList(json: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === "string");
}

/** Appends changes. One writer at a time: see `lock.ts`. */
export class WalWriter {
  readonly #file: number;
  #offset: number;
  #failure: SovereignError | null = null;

  /** Cuts off the torn tail behind `endOffset`. */
  constructor(path: string, endOffset: number) {
    this.#file = openSync(path, "r+");
    this.#offset = endOffset;
    if (fstatSync(this.#file).size > endOffset) ftruncateSync(this.#file, endOffset);
  }

  get sizeBytes(): number {
    return this.#offset;
  }

  /** Resolves when the change is durable, all of it; rejects when none of it will ever be seen. */
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
      this.#failure = new SovereignError("TEMPORARILY_UNAVAILABLE", "the log cannot be written", {
        hint: "check space and permissions of the folder, then open the collection again",
        cause,
      });
      ftruncateSync(this.#file, this.#offset);
      throw this.#failure;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

function encodeChange(change: LoggedChange): Buffer[] {
  if (change.kind === "delete") {
    return [encodeRecord(2, Buffer.from(JSON.stringify(change.ids)), new Uint8Array(0), 0)];
  }
  if (change.kind === "synced") {
    return [encodeRecord(3, Buffer.from(JSON.stringify([change.state])), new Uint8Array(0), 0)];
  }
  const { rows, vectors } = change;
  const dims = rows.length === 0 ? 0 : vectors.length / rows.length;
  const records: Buffer[] = [];
  for (let start = 0; start < rows.length; ) {
    let end = start;
    for (let bytes = 0; end < rows.length && bytes < RECORD_TARGET_BYTES; end++) {
      bytes += rows[end]!.metadata.length + dims * 4;
    }
    const part = rows.slice(start, end).map(({ id, metadata }) => [id, metadata]);
    const floats = vectors.subarray(start * dims, end * dims);
    const raw = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
    const kind = end < rows.length ? 1 | GOES_ON : 1;
    records.push(encodeRecord(kind, Buffer.from(JSON.stringify(part)), raw, end - start));
    start = end;
  }
  return records;
}

function encodeRecord(kind: number, json: Buffer, vectors: Uint8Array, rows: number): Buffer {
  const length = PAYLOAD_HEADER_BYTES + json.length + vectors.length;
  if (length > MAX_PAYLOAD_BYTES) {
    throw new SovereignError("RESOURCE_EXHAUSTED", "a row's metadata is too large", {
      hint: "keep less than 200 MB with a row",
    });
  }
  const record = Buffer.alloc(RECORD_HEADER_BYTES + length + END_BYTES);
  const payload = record.subarray(RECORD_HEADER_BYTES, RECORD_HEADER_BYTES + length);
  payload[0] = kind;
  payload.writeUInt32LE(json.length, 4);
  payload.writeUInt32LE(vectors.length === 0 ? 0 : rows, 8);
  json.copy(payload, PAYLOAD_HEADER_BYTES);
  payload.set(vectors, PAYLOAD_HEADER_BYTES + json.length);
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32c(payload), 4);
  record.writeUInt32LE(crc32c(record.subarray(0, 8)), 8);
  record.writeUInt32LE(END_MARK, RECORD_HEADER_BYTES + length);
  return record;
}
