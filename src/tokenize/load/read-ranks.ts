/**
 * tiktoken's rank files: a line for each token, its bytes in base64, a space and its rank. Tokens stay
 * bytes; as texts, in GPT-2's alphabet, they are made when they are asked for.
 */
import type { TokenBytes } from "../model/token-model.ts";
import { bytesToCharacters } from "../text/byte-characters.ts";
import { malformed } from "./fields.ts";

const LINE_END = 10;
const RETURN = 13;
const SPACE = 32;
const PAD = 61;
const MAX_DIGITS = 9;
/** The value of each base64 digit; 64: none. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const value = digits.indexOf(String.fromCharCode(code));
  return value < 0 ? 64 : value;
});

/** The tokens of a file, in its order. */
export function readRanks(file: Uint8Array): TokenBytes {
  let lineCount = 1;
  for (const byte of file) if (byte === LINE_END) lineCount++;
  const bytes = new Uint8Array(Math.ceil(file.length * 0.75));
  const lengths = new Uint32Array(lineCount);
  const ids = new Uint32Array(lineCount);
  const known = new ByteSet(lineCount);
  let count = 0;
  let end = 0;
  for (let at = 0, line = 1; at < file.length; line++) {
    if (file[at] === LINE_END) {
      at++;
      continue;
    }
    const from = end;
    [at, end] = readBase64(file, at, bytes, end);
    const [next, rank] = end > from ? readRank(file, at) : [-1, 0];
    if (next < 0) throw malformed(`line ${line} of the rank file is no \`base64 rank\``);
    if (!known.add(bytes, from, end)) {
      throw malformed(`line ${line} of the rank file gives a token twice`);
    }
    at = next;
    lengths[count] = end - from;
    ids[count++] = rank;
  }
  if (count === 0) throw malformed("the rank file is empty");
  return {
    bytes: bytes.slice(0, end),
    lengths: lengths.subarray(0, count),
    ids: ids.subarray(0, count),
  };
}

/** Places behind the digits in the file and behind their bytes. */
function readBase64(file: Uint8Array, from: number, bytes: Uint8Array, to: number) {
  let at = from;
  let end = to;
  let held = 0;
  let bits = 0;
  for (let value = DIGITS[file[at]!]!; value < 64; value = DIGITS[file[++at]!] ?? 64) {
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[end++] = held >> bits;
  }
  for (let pads = 0; pads < 2 && file[at] === PAD; pads++) at++;
  return [at, end] as const;
}

/** The place behind a space, a number and the end of the line, or -1; and the number. */
function readRank(file: Uint8Array, from: number): readonly [number, number] {
  if (file[from] !== SPACE) return [-1, 0];
  let at = from + 1;
  let rank = 0;
  for (; at < file.length && file[at]! >= 48 && file[at]! <= 57; at++) {
    rank = rank * 10 + file[at]! - 48;
  }
  const digitCount = at - from - 1;
  if (digitCount === 0 || digitCount > MAX_DIGITS) return [-1, 0];
  if (file[at] === RETURN) at++;
  if (at < file.length && file[at] !== LINE_END) return [-1, 0];
  return [at + 1, rank];
}

/** The tokens as texts in GPT-2's alphabet. */
export function byteTexts({ bytes, lengths, ids }: TokenBytes): Map<string, number> {
  const texts = new Map<string, number>();
  let at = 0;
  for (let i = 0; i < ids.length; i++) {
    texts.set(bytesToCharacters(bytes.subarray(at, at + lengths[i]!)), ids[i]!);
    at += lengths[i]!;
  }
  return texts;
}

/** Which runs of one array of bytes have been seen: a hash table of places. */
class ByteSet {
  readonly #mask: number;
  /** Where a run begins, plus one; 0 marks a free slot. */
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(count: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, count * 2)));
    this.#mask = size - 1;
    this.#starts = new Uint32Array(size);
    this.#lengths = new Uint32Array(size);
  }

  /** False when the run is there already. */
  add(bytes: Uint8Array, from: number, to: number): boolean {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    for (; this.#starts[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#isSame(slot, bytes, from, to)) return false;
    }
    this.#starts[slot] = from + 1;
    this.#lengths[slot] = to - from;
    return true;
  }

  #isSame(slot: number, bytes: Uint8Array, from: number, to: number): boolean {
    if (this.#lengths[slot] !== to - from) return false;
    const start = this.#starts[slot]! - 1;
    for (let i = from; i < to; i++) if (bytes[start + i - from] !== bytes[i]) return false;
    return true;
  }
}
