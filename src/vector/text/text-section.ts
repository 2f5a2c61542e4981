/**
 * The text index of a collection's file, section `TEXT`: words and terms, the terms of every row,
 * postings with their scores. Little endian, each part at a multiple of 8.
 *
 * | part            | content                                                              |
 * |-----------------|----------------------------------------------------------------------|
 * | header          | uint32: version 1, fields, rows, terms, words, postings, 0, 0        |
 * | terms           | uint32 offsets (terms + 1), then UTF-8                               |
 * | words           | the same, then int32 term of each (−1 for stop words)                |
 * | field, for each | float64 mean length, uint32 rows with words, uint32 length of stream |
 * |                 | uint32 starts (rows + 1), uint32 lengths (rows), int32 stream,       |
 * |                 | uint32 rows of each term                                             |
 * | postings        | uint32 starts (terms + 1), int32 rows, float32 scores, float32 best  |
 */
import { isUtf8 } from "node:buffer";
import { STOPPED, TermStream } from "./forward-index.ts";
import type { FieldStatistics, Postings } from "./postings.ts";

export const TEXT_SECTION = "TEXT";
const VERSION = 1;
const HEADER_WORDS = 8;

/** Everything of a text index that is not told by the settings. */
export interface TextParts {
  readonly vocabulary: readonly string[];
  /** Words as they stand in texts, with their terms. */
  readonly words: readonly (readonly [string, number])[];
  readonly streams: readonly TermStream[];
  readonly statistics: readonly FieldStatistics[];
  readonly postings: Postings;
}

/** The bytes of the section. */
export function encodeTextParts(parts: TextParts): Uint8Array {
  const { vocabulary, words, streams, statistics, postings } = parts;
  const rowCount = streams[0]?.rowCount ?? 0;
  const postingCount = postings.rows.length;
  const sizes = [streams.length, rowCount, vocabulary.length, words.length, postingCount, 0, 0];
  const pieces: Uint8Array[] = [
    bytesOf(Uint32Array.of(VERSION, ...sizes)),
    ...encodeTexts(vocabulary),
    ...encodeTexts(words.map(([word]) => word)),
    bytesOf(Int32Array.from(words, ([, term]) => term)),
  ];
  streams.forEach((stream, f) => {
    const field = statistics[f]!;
    pieces.push(
      bytesOf(Float64Array.of(field.averageLength)),
      bytesOf(Uint32Array.of(field.rowCount, stream.length)),
      bytesOf(stream.starts.subarray(0, rowCount + 1)),
      bytesOf(stream.lengths.subarray(0, rowCount)),
      bytesOf(stream.terms.subarray(0, stream.length)),
      bytesOf(field.documentFrequencies),
    );
  });
  pieces.push(...[postings.starts, postings.rows, postings.scores, postings.best].map(bytesOf));
  const total = pieces.reduce((sum, piece) => sum + align(piece.length), 0);
  const section = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    section.set(piece, at);
    at += align(piece.length);
  }
  return section;
}

type Numbers = Uint32Array | Int32Array | Float32Array | Float64Array;

function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function align(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function encodeTexts(texts: readonly string[]): Uint8Array[] {
  const encoded = texts.map((text) => Buffer.from(text));
  const offsets = new Uint32Array(texts.length + 1);
  encoded.forEach((bytes, i) => {
    offsets[i + 1] = offsets[i]! + bytes.length;
  });
  return [bytesOf(offsets), Buffer.concat(encoded)];
}

/** What a section holds, over its own bytes; null when it is no index of so many rows. */
export function decodeTextParts(
  section: Uint8Array,
  expected: { readonly rowCount: number; readonly fieldCount: number },
): TextParts | null {
  try {
    const parts = new Reader(section).readParts();
    const isOurs =
      parts.streams.length === expected.fieldCount &&
      parts.streams.every(({ rowCount }) => rowCount === expected.rowCount);
    return isOurs ? parts : null;
  } catch (error) {
    if (error instanceof Misfit) return null;
    throw error;
  }
}

/** Bytes that are no text index. */
class Misfit extends Error {}

class Reader {
  readonly #buffer: ArrayBuffer;
  readonly #end: number;
  #at: number;

  constructor(section: Uint8Array) {
    // Views want their numbers aligned.
    const bytes = section.byteOffset % 8 === 0 ? section : section.slice();
    this.#buffer = bytes.buffer as ArrayBuffer;
    this.#at = bytes.byteOffset;
    this.#end = bytes.byteOffset + bytes.byteLength;
  }

  readParts(): TextParts {
    const [version, fieldCount, rowCount, termCount, wordCount, postingCount] = this.#uints(
      HEADER_WORDS,
    ) as unknown as [number, number, number, number, number, number];
    if (version !== VERSION || fieldCount > 4096) throw new Misfit();
    const vocabulary = this.#texts(termCount);
    const texts = this.#texts(wordCount);
    const terms = this.#ints(wordCount);
    check(terms, (term) => term >= STOPPED && term < termCount);
    const words = texts.map((word, i): [string, number] => [word, terms[i]!]);
    const fields = Array.from({ length: fieldCount }, () => this.#field(rowCount, termCount));
    const postings = {
      starts: this.#starts(termCount + 1, postingCount),
      rows: this.#ints(postingCount),
      scores: this.#floats(postingCount),
      best: this.#floats(termCount),
    };
    check(postings.rows, (row) => row >= 0 && row < rowCount);
    if (this.#at !== this.#end) throw new Misfit();
    const [streams, statistics] = [fields.map(([s]) => s), fields.map(([, s]) => s)];
    return { vocabulary, words, streams, statistics, postings };
  }

  #field(rows: number, termCount: number): [TermStream, FieldStatistics] {
    const averageLength = new Float64Array(this.#buffer, this.#take(8), 1)[0]!;
    const [rowCount, length] = this.#uints(2) as unknown as [number, number];
    const starts = this.#starts(rows + 1, length);
    const lengths = new Uint32Array(rows + 1);
    lengths.set(this.#uints(rows));
    const terms = this.#ints(length);
    check(terms, (term) => term >= STOPPED && term < termCount);
    const documentFrequencies = this.#uints(termCount);
    const stream = TermStream.of({ terms, starts, lengths, rowCount: rows });
    return [stream, { rowCount, averageLength, documentFrequencies }];
  }

  #starts(count: number, total: number): Uint32Array<ArrayBuffer> {
    const starts = this.#uints(count);
    if (starts[0] !== 0 || starts[count - 1] !== total) throw new Misfit();
    for (let i = 1; i < count; i++) if (starts[i]! < starts[i - 1]!) throw new Misfit();
    return starts;
  }

  #texts(count: number): string[] {
    const offsets = this.#uints(count + 1);
    const size = offsets[count]!;
    const at = this.#take(size);
    const body = Buffer.from(this.#buffer, at, size);
    if (offsets[0] !== 0 || !isUtf8(body)) throw new Misfit();
    return Array.from({ length: count }, (_, i) => {
      const [from, to] = [offsets[i]!, offsets[i + 1]!];
      if (to < from || to > size) throw new Misfit();
      return body.toString("utf8", from, to);
    });
  }

  #uints(count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#buffer, this.#take(count * 4), count);
  }

  #ints(count: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.#take(count * 4), count);
  }

  #floats(count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#buffer, this.#take(count * 4), count);
  }

  /** Offset of the next part of so many bytes. */
  #take(size: number): number {
    const at = this.#at;
    if (at + align(size) > this.#end) throw new Misfit();
    this.#at += align(size);
    return at;
  }
}

function check(numbers: Int32Array, isSound: (value: number) => boolean): void {
  for (let i = 0; i < numbers.length; i++) if (!isSound(numbers[i]!)) throw new Misfit();
}
