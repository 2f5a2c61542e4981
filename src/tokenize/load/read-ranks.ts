/** tiktoken's rank files: a line for each token, its bytes in base64, a space and its rank. */
import { TokenList } from "../model/vocabulary.ts";
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
export function readRanks(file: Uint8Array): TokenList {
  let lineCount = 1;
  for (const byte of file) if (byte === LINE_END) lineCount++;
  const list = new TokenList(Math.ceil(file.length * 0.75), lineCount);
  for (let at = 0, line = 1; at < file.length; line++) {
    if (file[at] === LINE_END) {
      at++;
      continue;
    }
    const from = list.end;
    const [behind, end] = readBase64(file, at, list.bytes, from);
    const [next, rank] = end > from ? readRank(file, behind) : [-1, 0];
    if (next < 0) throw malformed(`line ${line} of the rank file is no \`base64 rank\``);
    at = next;
    list.push(end, rank);
  }
  if (list.count === 0) throw malformed("the rank file is empty");
  return list;
}

/** Decodes a text of base64 where it stands; the place behind its bytes, or -1 for another text. */
export function decodeBase64(bytes: Uint8Array, from: number, to: number): number {
  bytes[to] = 0;
  const [behind, end] = readBase64(bytes, from, bytes, from);
  return behind === to ? end : -1;
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
