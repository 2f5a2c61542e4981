/**
 * Tables of a FlatBuffers message (flatbuffers.dev, "Internals"), read from foreign bytes: every
 * position is checked, and together what is read may not be much more than there are bytes, so that
 * tables which share or hold each other end too. Only what Arrow's messages need.
 */
import { SovereignError } from "../../core/errors.ts";

/** Tables, vectors and texts may be shared, but not so often that reading them takes long. */
const MOST_SHARING = 4;
const SPARE_BYTES = 4096;

/** DATA_LOSS about an Arrow file or stream. */
export function damagedArrow(
  source: string,
  problem: string,
  { offset, cause }: { offset?: number; cause?: unknown } = {},
): SovereignError {
  const where = offset === undefined ? "" : ` (offset ${offset})`;
  return new SovereignError(
    "DATA_LOSS",
    `\`${source}\` is no readable Arrow file: ${problem}${where}`,
    { hint: "write it again, without compression, or as Parquet", details: { offset }, cause },
  );
}

/** The bytes of one message, and how much of them may still be read. */
export class FlatBytes {
  readonly view: DataView;
  readonly #source: string;
  /** Of the message in its file. */
  readonly #start: number;
  #left: number;

  constructor(bytes: Uint8Array, start: number, source: string) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#start = start;
    this.#source = source;
    this.#left = bytes.byteLength * MOST_SHARING + SPARE_BYTES;
  }

  /** The outermost table. */
  root(): FlatTable {
    this.read(0, 4);
    return new FlatTable(this, this.view.getUint32(0, true));
  }

  /** Checks that these bytes are there, and counts them. */
  read(at: number, length: number): void {
    this.#left -= length;
    if (at < 0 || at + length > this.view.byteLength)
      this.fail(at, "it refers to what is not there");
    if (this.#left < 0) this.fail(at, "it refers to its bytes again and again");
  }

  fail(at: number, problem: string): never {
    throw damagedArrow(this.#source, problem, { offset: this.#start + Math.max(0, at) });
  }
}

/** A list of items of one size; `at` gives positions. */
export interface FlatVector {
  readonly count: number;
  at(index: number): number;
}

const NO_ITEMS: FlatVector = { count: 0, at: () => 0 };

/** A table; its members go by their number in the schema. Missing ones have a default. */
export class FlatTable {
  readonly bytes: FlatBytes;
  /** Where it lies in them. */
  readonly at: number;
  readonly #members: number;
  /** End of what the table says of where its members are. */
  readonly #membersEnd: number;

  constructor(bytes: FlatBytes, at: number) {
    bytes.read(at, 4);
    this.bytes = bytes;
    this.at = at;
    this.#members = at - bytes.view.getInt32(at, true);
    bytes.read(this.#members, 4);
    this.#membersEnd = this.#members + bytes.view.getInt16(this.#members, true);
  }

  int8(member: number, missing: number): number {
    const at = this.#find(member, 1);
    return at === 0 ? missing : this.bytes.view.getInt8(at);
  }

  int16(member: number, missing: number): number {
    const at = this.#find(member, 2);
    return at === 0 ? missing : this.bytes.view.getInt16(at, true);
  }

  int32(member: number, missing: number): number {
    const at = this.#find(member, 4);
    return at === 0 ? missing : this.bytes.view.getInt32(at, true);
  }

  /** A number of 8 bytes from 0 on; 0 when it is missing. */
  count(member: number): number {
    const at = this.#find(member, 8);
    return at === 0 ? 0 : this.countAt(at);
  }

  /** The same at a position, as vectors have them. */
  countAt(at: number): number {
    const value = this.bytes.view.getBigInt64(at, true);
    if (value < 0n || value > Number.MAX_SAFE_INTEGER) this.bytes.fail(at, "a number is odd");
    return Number(value);
  }

  table(member: number): FlatTable | null {
    const at = this.#find(member, 4);
    return at === 0 ? null : this.#tableAt(at);
  }

  tables(member: number): FlatTable[] {
    const { count, at } = this.vector(member, 4);
    return Array.from({ length: count }, (_, i) => this.#tableAt(at(i)));
  }

  /** Items of `itemBytes` each; a text is one of single bytes. */
  vector(member: number, itemBytes: number): FlatVector {
    const found = this.#find(member, 4);
    if (found === 0) return NO_ITEMS;
    const start = found + this.bytes.view.getUint32(found, true);
    this.bytes.read(start, 4);
    const count = this.bytes.view.getUint32(start, true);
    this.bytes.read(start + 4, count * itemBytes);
    return { count, at: (index) => start + 4 + index * itemBytes };
  }

  #tableAt(at: number): FlatTable {
    return new FlatTable(this.bytes, at + this.bytes.view.getUint32(at, true));
  }

  /** Position of a member, or 0. */
  #find(member: number, length: number): number {
    const slot = this.#members + 4 + 2 * member;
    if (slot + 2 > this.#membersEnd) return 0;
    this.bytes.read(slot, 2);
    const offset = this.bytes.view.getInt16(slot, true);
    if (offset === 0) return 0;
    this.bytes.read(this.at + offset, length);
    return this.at + offset;
  }
}
