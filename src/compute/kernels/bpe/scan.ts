// The patterns in use by hand: where the piece that begins at a place ends. Classes of code points:
// 0 other, 1 Ll, 2 Lu Lt, 3 Lm Lo, 4 M, 5 N, 6 white space, 7 CR LF. The text is UTF-8 and well formed.
import { CLASSES, PATTERN } from "./context";

let width: usize = 0;

/** The class of the character at a place; its length is left in `width`. */
@inline
function classAt(p: usize): u32 {
  const b = <u32>load<u8>(p);
  if (b < 0x80) {
    width = 1;
    return load<u8>(CLASSES + b);
  }
  let point: u32;
  if (b < 0xe0) {
    width = 2;
    point = ((b & 31) << 6) | (<u32>load<u8>(p, 1) & 63);
  } else if (b < 0xf0) {
    width = 3;
    point = ((b & 15) << 12) | ((<u32>load<u8>(p, 1) & 63) << 6) | (<u32>load<u8>(p, 2) & 63);
  } else {
    width = 4;
    point = ((b & 7) << 18) | ((<u32>load<u8>(p, 1) & 63) << 12) |
      ((<u32>load<u8>(p, 2) & 63) << 6) | (<u32>load<u8>(p, 3) & 63);
  }
  return load<u8>(CLASSES + point);
}

@inline
function isLetter(c: u32): bool { return c - 1 < 3; }
@inline
function isOther(c: u32): bool { return c == 0 || c == 4; }

/** Bytes of `'s 't 're 've 'm 'll 'd` at a place, 0 for none. */
function contraction(p: usize, end: usize, fold: bool): usize {
  if (p + 1 >= end || load<u8>(p) != 39) return 0;
  const mask: u32 = fold ? 32 : 0;
  const x = <u32>load<u8>(p, 1) | mask;
  if (x == 115 || x == 116 || x == 109 || x == 100) return 2;
  if (p + 2 >= end) return 0;
  // The long s is an s of another case.
  if (fold && load<u16>(p, 1) == 0xbfc5) return 3;
  const y = <u32>load<u8>(p, 2) | mask;
  return (x == 114 && y == 101) || (x == 118 && y == 101) || (x == 108 && y == 108) ? 3 : 0;
}

/** The end of a run of white space; `breaks`: a run reaches up to its last line break. */
function spaceEnd(p: usize, end: usize, breaks: bool): usize {
  let q = p, last = p, lineEnd: usize = 0;
  while (q < end) {
    const c = classAt(q);
    if (c < 6) break;
    last = q;
    q += width;
    if (c == 7) lineEnd = q;
  }
  if (breaks && lineEnd > 0) return lineEnd;
  return q < end && last > p ? last : q;
}

function gpt2End(p: usize, end: usize): usize {
  const short = contraction(p, end, false);
  if (short) return p + short;
  let q = p, c = classAt(p);
  if (load<u8>(p) == 32 && p + 1 < end) {
    const after = classAt(p + 1);
    if (after < 6) { c = after; q = p + 1; }
  }
  if (c >= 6) return spaceEnd(p, end, false);
  if (isLetter(c)) { while (q < end && isLetter(classAt(q))) q += width; }
  else if (c == 5) { while (q < end && classAt(q) == 5) q += width; }
  else { while (q < end && isOther(classAt(q))) q += width; }
  return q;
}

/** Numbers, other characters and white space, which cl100k, qwen and o200k share. */
function restEnd(p: usize, end: usize, c: u32): usize {
  let q = p;
  if (c == 5) {
    const most = PATTERN == 2 ? 1 : 3;
    for (let k = 0; k < most && q < end && classAt(q) == 5; k++) q += width;
    return q;
  }
  const startsWithSpace = load<u8>(p) == 32 && p + 1 < end && isOther(classAt(p + 1));
  if (!startsWithSpace && !isOther(c)) return spaceEnd(p, end, true);
  if (startsWithSpace) q++;
  while (q < end && isOther(classAt(q))) q += width;
  while (q < end) {
    const b = load<u8>(q);
    if (b != 10 && b != 13 && !(PATTERN == 3 && b == 47)) break;
    q++;
  }
  return q;
}

function cl100kEnd(p: usize, end: usize): usize {
  const short = contraction(p, end, true);
  if (short) return p + short;
  const c = classAt(p);
  let q = p + width;
  if (!isLetter(c)) {
    if (c == 5 || c == 7 || q >= end || !isLetter(classAt(q))) return restEnd(p, end, c);
    q += width;
  }
  while (q < end && isLetter(classAt(q))) q += width;
  return q;
}

/** `[Lu Lt Lm Lo M]* [Ll Lm Lo M]+` from a place on: its end, 0 for none. */
function wordEnd(p: usize, end: usize): usize {
  let q = p, lastShared: usize = 0;
  while (q < end) {
    const c = classAt(q);
    if (c < 2 || c > 4) break;
    q += width;
    if (c != 2) lastShared = q;
  }
  if (q >= end || classAt(q) != 1) return lastShared;
  while (q < end) {
    const c = classAt(q);
    if (c != 1 && c != 3 && c != 4) break;
    q += width;
  }
  return q;
}

/** `[Lu Lt Lm Lo M]+`, where no small letter follows: its end, 0 for none. */
function capitalsEnd(p: usize, end: usize): usize {
  let q = p;
  while (q < end) {
    const c = classAt(q);
    if (c < 2 || c > 4) break;
    q += width;
  }
  return q > p ? q : 0;
}

function o200kEnd(p: usize, end: usize): usize {
  const c = classAt(p), after = p + width;
  const mayLead = !isLetter(c) && c != 5 && c != 7 && after < end;
  let q: usize = mayLead ? wordEnd(after, end) : 0;
  if (!q && (isLetter(c) || c == 4)) q = wordEnd(p, end);
  if (!q && mayLead) q = capitalsEnd(after, end);
  if (!q && (isLetter(c) || c == 4)) q = capitalsEnd(p, end);
  return q ? q + contraction(q, end, true) : restEnd(p, end, c);
}

/** Where the piece that begins at `p` ends. */
@inline
export function pieceEnd(p: usize, end: usize): usize {
  if (PATTERN == 0) return gpt2End(p, end);
  return PATTERN == 3 ? o200kEnd(p, end) : cl100kEnd(p, end);
}
