/**
 * A record batch or dictionary batch of an Arrow message against its body: each array has the bytes
 * that its length asks for, offsets rise and stay within what they point into. After that nothing
 * that is read or allocated is larger than the body says.
 */
import type { FlatTable, FlatVector } from "./flat-table.ts";
import type { ArrowField } from "./read-schema.ts";

/** A message's body. */
export interface BatchBody {
  readonly bytes: Uint8Array;
  /** Version of the format, 3 for V4. */
  readonly version: number;
  /** How long an array may be that takes no bytes. */
  readonly mostRows: number;
}

/** Checks the table `RecordBatch`; DATA_LOSS when it does not hold these fields. */
export function checkBatch(batch: FlatTable, fields: readonly ArrowField[], body: BatchBody): void {
  if (batch.table(3) !== null) batch.bytes.fail(0, "it is compressed");
  const rowCount = batch.count(0);
  if (fields.length === 0 && rowCount > body.mostRows) {
    batch.bytes.fail(0, `it cannot have ${rowCount} rows`);
  }
  const checker = new BatchChecker(batch, body);
  for (const field of fields) {
    if (checker.check(field) !== rowCount) batch.bytes.fail(0, "its columns differ in length");
  }
}

class BatchChecker {
  readonly #batch: FlatTable;
  readonly #body: BatchBody;
  readonly #view: DataView;
  readonly #nodes: FlatVector;
  readonly #buffers: FlatVector;
  readonly #variadicCounts: FlatVector;
  #node = 0;
  #buffer = 0;
  #variadic = 0;
  /** Buffers may lie in any order, but not in each other. */
  #bytesLeft: number;

  constructor(batch: FlatTable, body: BatchBody) {
    const { bytes } = body;
    this.#batch = batch;
    this.#body = body;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#bytesLeft = bytes.byteLength;
    this.#nodes = batch.vector(1, 16);
    this.#buffers = batch.vector(2, 16);
    this.#variadicCounts = batch.vector(4, 8);
  }

  /** Goes on with the nodes and buffers of a field; returns its length. */
  check(field: ArrowField): number {
    const { layout, children } = field;
    const length = this.#takeNode(layout.kind === "union" && this.#body.version > 3, field);
    const need = (bits: number): number => this.#takeBuffer(Math.ceil((length * bits) / 8)).at;
    switch (layout.kind) {
      case "null":
        this.#checkWidthless(length);
        break;
      case "fixed":
        if (layout.bits === 0) this.#checkWidthless(length);
        need(layout.bits);
        break;
      case "bytes": {
        const offsets = this.#takeOffsets(length, layout.offsetBytes);
        this.#checkOffsets(offsets, length, { ...layout, most: this.#takeBuffer(0).length });
        break;
      }
      case "list": {
        const offsets = this.#takeOffsets(length, layout.offsetBytes);
        this.#checkOffsets(offsets, length, { ...layout, most: this.check(children[0]!) });
        break;
      }
      case "view":
        need(128);
        for (let left = this.#takeVariadicCount(); left > 0; left--) this.#takeBuffer(0);
        break;
      case "fixed-list":
        if (layout.size === 0) this.#checkWidthless(length);
        this.#checkChildren(children, length * layout.size);
        break;
      case "struct":
        if (children.length === 0) this.#checkWidthless(length);
        this.#checkChildren(children, length);
        break;
      case "union":
        need(8);
        if (layout.isDense) need(32);
        this.#checkChildren(children, layout.isDense ? 0 : length);
        break;
    }
    return length;
  }

  #checkChildren(children: readonly ArrowField[], least: number): void {
    for (const child of children) {
      if (this.check(child) < least) this.#fail("a part of a column is too short");
    }
  }

  #checkWidthless(length: number): void {
    if (length > this.#body.mostRows) this.#fail(`it cannot have ${length} values`);
  }

  /** Length of the next array; its bits of nulls come first in the buffers. */
  #takeNode(hasNoBits: boolean, { layout }: ArrowField): number {
    if (this.#node >= this.#nodes.count) this.#fail("it has fewer columns than its schema");
    const at = this.#nodes.at(this.#node++);
    const length = this.#batch.countAt(at);
    const nullCount = this.#batch.countAt(at + 8);
    if (nullCount > length) this.#fail("it has more nulls than values");
    if (layout.kind === "null" || hasNoBits) return length;
    this.#takeBuffer(nullCount === 0 ? 0 : Math.ceil(length / 8));
    return length;
  }

  /** Takes the next buffer, which must have so many bytes at least. */
  #takeBuffer(leastBytes: number): { at: number; length: number } {
    if (this.#buffer >= this.#buffers.count) this.#fail("it has fewer buffers than its schema");
    const entry = this.#buffers.at(this.#buffer++);
    const at = this.#batch.countAt(entry);
    const length = this.#batch.countAt(entry + 8);
    if (length === 0 && leastBytes === 0) return { at: 0, length };
    this.#bytesLeft -= length;
    const isThere = at + length <= this.#body.bytes.byteLength && this.#bytesLeft >= 0;
    if (!isThere || length < leastBytes) this.#fail("a buffer is too short or not there");
    return { at, length };
  }

  /** An array without values may have no offsets at all. */
  #takeOffsets(length: number, offsetBytes: number): number {
    return this.#takeBuffer(length === 0 ? 0 : (length + 1) * offsetBytes).at;
  }

  #takeVariadicCount(): number {
    if (this.#variadic >= this.#variadicCounts.count) return 0;
    return this.#batch.countAt(this.#variadicCounts.at(this.#variadic++));
  }

  #checkOffsets(
    at: number,
    length: number,
    { offsetBytes, most }: { offsetBytes: 4 | 8; most: number },
  ): void {
    const view = this.#view;
    let before = 0;
    for (let i = 0; i <= length && length > 0; i++) {
      const low = view.getUint32(at + i * offsetBytes, true);
      const high = offsetBytes === 8 ? view.getUint32(at + i * 8 + 4, true) : 0;
      const offset = high * 2 ** 32 + low;
      if (offset < before || offset > most) this.#fail("offsets of a column point elsewhere");
      before = offset;
    }
  }

  #fail(problem: string): never {
    return this.#batch.bytes.fail(0, problem);
  }
}
