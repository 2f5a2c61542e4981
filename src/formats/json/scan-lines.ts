/** NDJSON bytes into lines. Blank lines are no records; a line too long comes in pieces. */

/** The engine's limit for one object. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

export interface JsonLine {
  /** From 1. */
  readonly line: number;
  /** Without the line's end. */
  readonly raw: Buffer;
  readonly isTooLong: boolean;
}

export class JsonLineScanner {
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;
  #isCut = false;

  /** The lines that end in `chunk`; with `isLast`, also the one the file ends in. */
  push(chunk: Buffer, isLast: boolean): JsonLine[] {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: JsonLine[] = [];
    let start = 0;
    while (start < text.length) {
      const found = text.indexOf(LF, start);
      const end = found < 0 ? text.length : found;
      const isCut = end - start > MAX_LINE_BYTES;
      if (found < 0 && !isLast && !isCut) break;
      const stop = isCut ? start + MAX_LINE_BYTES : end;
      this.#take(text.subarray(start, stop), isCut, lines);
      start = isCut ? stop : stop + 1;
    }
    this.#rest = text.subarray(Math.min(start, text.length));
    return lines;
  }

  #take(bytes: Buffer, isCut: boolean, lines: JsonLine[]): void {
    const raw = bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
    const isTooLong = isCut || this.#isCut;
    if (isTooLong || !isBlank(raw)) lines.push({ line: this.#line, raw, isTooLong });
    this.#isCut = isCut;
    if (!isCut) this.#line++;
  }
}

function isBlank(raw: Buffer): boolean {
  return raw.every((byte) => byte === 0x20 || byte === 0x09 || byte === CR);
}
