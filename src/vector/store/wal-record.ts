/**
 * A change of a collection as records of its log (`wal.ts`), and back. Little endian.
 *
 * | offset | bytes | record                                                                    |
 * |--------|-------|---------------------------------------------------------------------------|
 * | 0      | 4     | length of the payload                                                     |
 * | 4      | 4     | checksum of the payload                                                   |
 * | 8      | 4     | checksum of bytes 0–7                                                     |
 * | 12     | n     | payload, then the end mark (4)                                            |
 *
 * Payload: 1 byte kind (1 upsert, 2 delete, 3 synced; +128: the change goes on in the next record),
 * 3 zero, 4 length of JSON, 4 number of vectors, the JSON (upsert: `[id, metadata]` pairs, delete:
 * ids, synced: `[SyncState]`), the vectors as float32.
 */
import { crc32c } from "../../core/crc32c.ts";
import { SovereignError } from "../../core/errors.ts";
import type { SyncState } from "../types.ts";
import { isSyncState } from "./read-settings.ts";

export const RECORD_HEADER_BYTES = 12;
export const PAYLOAD_HEADER_BYTES = 12;
export const END_MARK = 0x4b4f4b4f;
export const END_BYTES = 4;
export const MAX_PAYLOAD_BYTES = 1 << 28;
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

/** Whether the change of this payload goes on in the next record. */
export function goesOn(payload: Uint8Array): boolean {
  return (payload[0]! & GOES_ON) !== 0;
}

/** The change, or the piece of one, of a payload; null when it is none. */
export function decodePayload(payload: Buffer, dims: number): LoggedChange | null {
  const jsonLength = payload.readUInt32LE(4);
  const vectorCount = payload.readUInt32LE(8);
  const bytes = PAYLOAD_HEADER_BYTES + jsonLength + vectorCount * dims * 4;
  if (bytes !== payload.length) return null;
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
  return null;
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

const NO_VECTORS = new Uint8Array(0);

/** The records of a change, which are written one behind the other. */
export function encodeChange(change: LoggedChange): Buffer[] {
  switch (change.kind) {
    case "synced":
      return [encodeRecord(3, [change.state], NO_VECTORS, 0)];
    case "delete": {
      const { ids } = change;
      return splitInParts(ids.map((id) => id.length)).map(({ start, end, more }) =>
        encodeRecord(2 | more, ids.slice(start, end), NO_VECTORS, 0),
      );
    }
    case "upsert": {
      const { rows, vectors } = change;
      const dims = rows.length === 0 ? 0 : vectors.length / rows.length;
      const sizes = rows.map(({ id, metadata }) => id.length + metadata.length + dims * 4);
      return splitInParts(sizes).map(({ start, end, more }) => {
        const part = rows.slice(start, end).map(({ id, metadata }) => [id, metadata]);
        const floats = vectors.subarray(start * dims, end * dims);
        const raw = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
        return encodeRecord(1 | more, part, raw, end - start);
      });
    }
  }
}

/** Half-open ranges of items of about a record together; `more` where another range follows. */
function splitInParts(sizes: readonly number[]): { start: number; end: number; more: number }[] {
  const parts: { start: number; end: number; more: number }[] = [];
  for (let start = 0; start < sizes.length; ) {
    let end = start;
    for (let size = 0; end < sizes.length && size < RECORD_TARGET_BYTES; end++) size += sizes[end]!;
    parts.push({ start, end, more: end < sizes.length ? GOES_ON : 0 });
    start = end;
  }
  return parts;
}

function encodeRecord(kind: number, list: unknown, vectors: Uint8Array, rows: number): Buffer {
  const json = Buffer.from(JSON.stringify(list));
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
