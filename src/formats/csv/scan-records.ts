/**
 * CSV bytes into records (RFC 4180, any delimiter, LF, CRLF or CR). A record that cannot be read is
 * given with the reason, never dropped; only blank lines are no records.
 *
 * A quote that is never closed, or closed by a quote with text behind it, spoils the line it was
 * opened on and no other: scanning goes on at the next line, as line-based readers (Spark) do. So
 * that this stays linear, a stretch that was read in quotes in vain is remembered: whoever reaches
 * a line's end inside it in quotes would end as the first one did.
 */
import { isUtf8 } from "node:buffer";

export interface CsvDialect {
  readonly delimiter: Buffer;
  /** Byte that makes a quote inside quotes plain, besides doubling it; null for none. */
  readonly escape: number | null;
}

export interface CsvRecord {
  /** Line of the file it starts on, from 1. */
  readonly line: number;
  /** Its bytes without the line's end. */
  readonly raw: Buffer;
  readonly fieldCount: number;
  /** Why it cannot be read, or null. */
  readonly problem: string | null;
  /** Whether `raw` is quoted as RFC 4180 wants it. */
  readonly isStandard: boolean;
}

/** Longest record; what is longer is given in pieces, all of them with a problem. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const MORE = -1;
const TOO_LONG = "the record is longer than 16 MiB";
const AFTER_QUOTE = "there is text behind a closing quote";
const NEVER_CLOSED = "a quote is never closed";

/** The scan of one record: what is read, what was found. */
interface Scan {
  readonly text: Buffer;
  readonly isLast: boolean;
  /** Where the record must have ended. */
  readonly stop: number;
  /** End of the record without its line's end. */
  end: number;
  fieldCount: number;
  problem: string | null;
  isStandard: boolean;
  /** Line ends up to the next record. */
  lineEnds: number;
}

export class CsvScanner {
  readonly #delimiter: Buffer;
  readonly #escape: number;
  #rest: Buffer = Buffer.alloc(0);
  /** Place of `#rest` in the file. */
  #offset = 0;
  #line = 1;
  /** The last record was a piece of a longer one. */
  #isCut = false;
  #doomedUntil = 0;
  #doomedFrom = 0;

  constructor(dialect: CsvDialect) {
    this.#delimiter = dialect.delimiter;
    this.#escape = dialect.escape ?? -1;
  }

  /** The records that end in `chunk`; with `isLast`, also the one the file ends in. */
  push(chunk: Buffer, isLast: boolean): CsvRecord[] {
    const text = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const records: CsvRecord[] = [];
    let start = 0;
    while (start < text.length) {
      const stop = Math.min(text.length, start + MAX_RECORD_BYTES);
      const scan: Scan = {
        text,
        isLast,
        stop,
        end: 0,
        fieldCount: 1,
        problem: null,
        isStandard: true,
        lineEnds: 0,
      };
      const next = this.#scan(scan, start);
      if (next === MORE) break;
      this.#take(scan, start, records);
      start = next;
    }
    this.#rest = text.subarray(start);
    this.#offset += start;
    return isUtf8(text.subarray(0, start)) ? records : records.map(checkUtf8);
  }

  #take(scan: Scan, start: number, records: CsvRecord[]): void {
    const { fieldCount, isStandard, lineEnds, text, end } = scan;
    const raw = text.subarray(start, end);
    const problem = this.#isCut ? TOO_LONG : scan.problem;
    this.#isCut = scan.problem === TOO_LONG;
    const isBlank = fieldCount === 1 && problem === null && raw.every((byte) => byte === SPACE);
    if (!isBlank) records.push({ line: this.#line, raw, fieldCount, problem, isStandard });
    this.#line += lineEnds;
  }

  /** Reads one record; the start of the next, or MORE when bytes are wanting. */
  #scan(scan: Scan, start: number): number {
    const { text, isLast, stop } = scan;
    const width = this.#delimiter.length;
    let at = start;
    for (;;) {
      if (text[at] === QUOTE) {
        const open = at;
        const linesBefore = scan.lineEnds;
        at = this.#skipQuoted(scan, open);
        if (at === MORE || (at + width > text.length && at < text.length && !isLast)) return MORE;
        if (scan.problem === null && !this.#isFieldEnd(text, at)) {
          // Over a line's end it is rather the first quote that lacks its partner.
          scan.problem = scan.lineEnds > linesBefore ? NEVER_CLOSED : AFTER_QUOTE;
          this.#doom(open, at);
        }
        if (scan.problem !== null) {
          scan.lineEnds = linesBefore;
          return this.#giveUpLine(scan, open);
        }
      }
      at = this.#skipPlain(scan, at);
      if (at >= stop) {
        if (stop < text.length) return cutAt(scan, stop);
        return isLast ? endAt(scan, at) : MORE;
      }
      if (text[at] === LF || text[at] === CR) return endAt(scan, at);
      scan.fieldCount++;
      at += width;
    }
  }

  /** To the next delimiter or line's end. */
  #skipPlain(scan: Scan, from: number): number {
    const { text, stop } = scan;
    const first = this.#delimiter[0]!;
    const isSingle = this.#delimiter.length === 1;
    let at = from;
    for (; at < stop; at++) {
      const byte = text[at]!;
      if (byte === first && (isSingle || this.#isDelimiter(text, at))) break;
      if (byte === LF || byte === CR) break;
      // A quote behind other text is text; the engine is given it the standard way.
      if (byte === QUOTE) scan.isStandard = false;
    }
    return at;
  }

  /** From an opening quote to behind the closing one; one that is never closed is a problem. */
  #skipQuoted(scan: Scan, open: number): number {
    const { text, stop, isLast } = scan;
    let at = open + 1;
    while (at < stop) {
      const byte = text[at]!;
      const next = text[at + 1];
      if (byte === this.#escape && (next === QUOTE || next === this.#escape)) {
        scan.isStandard = false;
        at += 2;
      } else if (byte === QUOTE) {
        if (next === undefined && !isLast) return MORE;
        if (next !== QUOTE) return at + 1;
        at += 2;
      } else {
        if (byte === LF || (byte === CR && next !== LF)) {
          const place = this.#offset + at;
          if (place >= this.#doomedFrom && place < this.#doomedUntil) break;
          scan.lineEnds++;
        }
        at++;
      }
    }
    if (at >= stop && stop === text.length && !isLast) return MORE;
    this.#doom(open, at);
    scan.problem = NEVER_CLOSED;
    return at;
  }

  #doom(open: number, end: number): void {
    this.#doomedFrom = this.#offset + open;
    this.#doomedUntil = Math.max(this.#doomedUntil, this.#offset + end);
  }

  /** The record ends, spoilt, with the line of the quote at fault. */
  #giveUpLine(scan: Scan, open: number): number {
    const { text, stop, isLast } = scan;
    let at = open;
    while (at < stop && text[at] !== LF && text[at] !== CR) at++;
    if (at < stop) return endAt(scan, at);
    if (stop < text.length) return cutAt(scan, stop);
    return isLast ? endAt(scan, at) : MORE;
  }

  #isFieldEnd(text: Buffer, at: number): boolean {
    return at >= text.length || text[at] === LF || text[at] === CR || this.#isDelimiter(text, at);
  }

  #isDelimiter(text: Buffer, at: number): boolean {
    const { length } = this.#delimiter;
    if (length === 1) return text[at] === this.#delimiter[0];
    return this.#delimiter.equals(text.subarray(at, at + length));
  }
}

/** The record ends at `at`; the start of the next one, behind the line's end. */
function endAt(scan: Scan, at: number): number {
  const { text, isLast } = scan;
  scan.end = at;
  if (at >= text.length) return text.length;
  if (text[at] === CR && at + 1 >= text.length && !isLast) return MORE;
  scan.lineEnds++;
  return text[at] === CR && text[at + 1] === LF ? at + 2 : at + 1;
}

function cutAt(scan: Scan, at: number): number {
  scan.problem = TOO_LONG;
  scan.end = at;
  return at;
}

function checkUtf8(record: CsvRecord): CsvRecord {
  if (isUtf8(record.raw)) return record;
  return { ...record, problem: record.problem ?? "it is not UTF-8 text" };
}
