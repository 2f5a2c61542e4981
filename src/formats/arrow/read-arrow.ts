/**
 * Arrow files and streams (arrow.apache.org, "IPC Streaming Format", "IPC File Format", V4 and V5).
 * apache-arrow follows whatever a file says, for ever if it must (a block that is no record batch
 * starts its reading anew), so every message is looked at first: where it lies, and in
 * `check-batch.ts` what it holds. Then the library reads them as a stream.
 */
import type { Table } from "apache-arrow";
import { checkBatch } from "./check-batch.ts";
import { damagedArrow, FlatBytes, type FlatTable } from "./flat-table.ts";
import { type ArrowSchema, checkPairs, readArrowSchema } from "./read-schema.ts";

const MAGIC = Buffer.from("ARROW1", "latin1");
const FILE_START = 8;
/** Length of the footer, and the magic again. */
const FILE_END = 10;
const BLOCK_BYTES = 24;

const SCHEMA = 1;
const DICTIONARY = 2;
const BATCH = 3;

/** A message with its body. */
interface Frame {
  readonly start: number;
  readonly end: number;
  readonly kind: number;
  readonly version: number;
  readonly header: FlatTable;
  readonly body: Uint8Array;
}

/** A stream's messages, or those of a file in the order of a stream. */
interface ArrowStream {
  /** The message of the schema. */
  readonly schemaBytes: Uint8Array;
  readonly schema: FlatTable;
  readonly version: number;
  readonly frames: readonly Frame[];
}

/** Reads a whole file or stream; `source` names it in errors. DATA_LOSS for anything else. */
export async function readArrow(bytes: Uint8Array, source: string): Promise<Table> {
  const reader = new ArrowReader(bytes, source);
  const stream = isFile(bytes) ? reader.openFile() : reader.openStream();
  reader.check(stream);
  const messages = stream.frames.map(({ start, end }) => bytes.subarray(start, end));
  const { tableFromIPC } = await import("apache-arrow");
  try {
    return tableFromIPC([stream.schemaBytes, ...messages]);
  } catch (cause) {
    throw damagedArrow(source, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function isFile(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

class ArrowReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #source: string;

  constructor(bytes: Uint8Array, source: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#source = source;
  }

  openStream(): ArrowStream {
    const first = this.#frameAt(0, this.#bytes.length);
    if (first?.kind !== SCHEMA) this.#fail(0, "it has no schema");
    const { start, end, header: schema, version } = first!;
    const frames: Frame[] = [];
    for (let at = end; ; ) {
      const frame = this.#frameAt(at, this.#bytes.length);
      if (frame === null) break;
      frames.push(frame);
      at = frame.end;
    }
    return { schemaBytes: this.#bytes.subarray(start, end), schema, version, frames };
  }

  /** Schema and messages as the footer has them: apache-arrow writes no schema before it. */
  openFile(): ArrowStream {
    const footerEnd = this.#bytes.length - FILE_END;
    if (footerEnd < FILE_START) this.#fail(0, "it is cut off");
    const tail = this.#bytes.subarray(footerEnd + 4);
    const footerStart = footerEnd - this.#view.getInt32(footerEnd, true);
    if (!MAGIC.equals(tail) || footerStart < FILE_START || footerStart > footerEnd) {
      this.#fail(footerEnd, "its end is none of an Arrow file");
    }
    const part = this.#bytes.subarray(footerStart, footerEnd);
    const footer = new FlatBytes(part, footerStart, this.#source).root();
    const schema = footer.table(1);
    if (schema === null) this.#fail(footerStart, "it has no schema");
    const frames = [2, 3].flatMap((member) => this.#blocks(footer, member, footerStart));
    // pyarrow's footer says V5 whatever its messages are.
    const version = frames[0]?.version ?? this.#readVersion(footer);
    const schemaBytes = schemaMessage(part, schema!.at, version);
    return { schemaBytes, schema: schema!, version, frames };
  }

  /** Messages of a kind, which has the number of the footer's list of them. */
  #blocks(footer: FlatTable, kind: number, end: number): Frame[] {
    const { count, at } = footer.vector(kind, BLOCK_BYTES);
    let before = FILE_START;
    return Array.from({ length: count }, (_, i) => {
      const start = footer.countAt(at(i));
      const frame = start < before ? null : this.#frameAt(start, end);
      if (frame?.kind !== kind) this.#fail(start, "a block is none of its kind");
      before = frame!.end;
      return frame!;
    });
  }

  /** Checks that the bodies of messages hold what they say. */
  check({ schema, version, frames }: ArrowStream): void {
    checkPairs(schema, 2);
    const known = readArrowSchema(schema);
    for (const frame of frames) this.#checkFrame(frame, known, version);
  }

  #checkFrame(frame: Frame, { fields, dictionaries }: ArrowSchema, version: number): void {
    const { kind, header, body, start } = frame;
    // A column of truth values has eight rows a byte, and one of nulls as many.
    const content = { bytes: body, version, mostRows: 8 * this.#bytes.length };
    if (kind === BATCH) {
      checkBatch(header, fields, content);
      return;
    }
    const values = kind === DICTIONARY ? dictionaries.get(header.count(0)) : undefined;
    const batch = header.table(1);
    if (values === undefined || batch === null) this.#fail(start, "a message is out of place");
    checkBatch(batch!, [values!], content);
  }

  /** The message at `at`; null at the end of a stream. */
  #frameAt(at: number, end: number): Frame | null {
    if (at + 4 > end) return null;
    let metadataStart = at + 4;
    let length = this.#view.getInt32(at, true);
    // Since 0.15 a mark stands before the length.
    if (length === -1 && at + 8 <= end) {
      length = this.#view.getInt32(at + 4, true);
      metadataStart = at + 8;
    }
    if (length === 0) return null;
    const bodyStart = metadataStart + length;
    if (length < 0 || bodyStart > end) this.#fail(at, "a message is cut off");
    const metadata = this.#bytes.subarray(metadataStart, bodyStart);
    const message = new FlatBytes(metadata, metadataStart, this.#source).root();
    const version = this.#readVersion(message);
    checkPairs(message, 4);
    const bodyEnd = bodyStart + message.count(3);
    if (bodyEnd > end) this.#fail(at, "a message is cut off");
    const header = message.table(2);
    if (header === null) this.#fail(at, "a message is empty");
    return {
      ...{ start: at, end: bodyEnd, kind: message.int8(1, 0), version, header: header! },
      body: this.#bytes.subarray(bodyStart, bodyEnd),
    };
  }

  /** Of a message or a footer: V4 or V5. */
  #readVersion(table: FlatTable): number {
    const version = table.int16(0, 0);
    return version === 3 || version === 4
      ? version
      : table.bytes.fail(0, `version ${version + 1} of the format is not read`);
  }

  #fail(offset: number, problem: string): never {
    throw damagedArrow(this.#source, problem, { offset });
  }
}

/**
 * The schema of a footer as a message of its own: a table `Message` (version, kind, header, length
 * of the body) that points into the bytes of the footer behind it.
 */
function schemaMessage(footer: Uint8Array, schemaAt: number, version: number): Uint8Array {
  const head = Buffer.alloc(48);
  const metadata = head.subarray(8);
  head.writeInt32LE(-1, 0);
  head.writeInt32LE(metadata.length + footer.length, 4);
  const table = 16;
  metadata.writeUInt32LE(table, 0);
  const members = [12, 24, 4, 6, 8, 16];
  members.forEach((value, i) => {
    metadata.writeUInt16LE(value, 4 + 2 * i);
  });
  metadata.writeInt32LE(table - 4, table);
  metadata.writeInt16LE(version, table + 4);
  metadata.writeUInt8(SCHEMA, table + 6);
  metadata.writeUInt32LE(metadata.length + schemaAt - (table + 8), table + 8);
  return Buffer.concat([head, footer]);
}
