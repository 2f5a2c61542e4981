// The patterns in use by hand: where the piece that begins at a place ends. Classes of code points:
// 0 other, 1 Ll, 2 Lu Lt, 3 Lm Lo, 4 M, 5 N, 6 white space, 7 CR LF. For deepseek 1 is L M, 4 is P S,
// and 8 more is CJK, which it cuts off first.
// The text is UTF-8 and well formed; up to 16 bytes behind it may be read.
import { CLASSES, PATTERN } from "./context";

/** The class of the character at a place, and its length in bytes above: `class | length << 4`. */
@inline
function charAt(p: usize): u32 {
  const b = <u32>load<u8>(p);
  return b < 0x80 ? <u32>load<u8>(CLASSES + b) | 16 : wideCharAt(p, b);
}

function wideCharAt(p: usize, b: u32): u32 {
  let point: u32, width: u32;
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
  return <u32>load<u8>(CLASSES + point) | (width << 4);
}

@inline
function classOf(char: u32): u32 { return char & 15; }
@inline
function widthOf(char: u32): usize { return <usize>(char >>> 4); }
@inline
function isLetter(c: u32): bool { return c - 1 < 3; }
@inline
function isOther(c: u32): bool { return c == 0 || c == 4; }

/** How many of the 16 bytes at a place, from the first on, are `first` to `first + count - 1`. */
@inline
function runOf(bytes: v128, first: i32, count: i32): usize {
  const others = i8x16.ge_u(i8x16.sub(bytes, i8x16.splat(<i8>first)), i8x16.splat(<i8>count));
  return <usize>ctz(i8x16.bitmask(others) | 0x10000);
}

@inline
function asciiLetters(p: usize): usize {
  return runOf(v128.or(v128.load(p), i8x16.splat(32)), 97, 26);
}

/** The end of a run of letters. */
function lettersEnd(p: usize, end: usize): usize {
  let q = p;
  for (;;) {
    const run = asciiLetters(q);
    q += run;
    if (q >= end) return end;
    if (run == 16) continue;
    let b = load<u8>(q);
    if (b < 0x80) return q;
    do {
      const char = wideCharAt(q, b);
      if (!isLetter(classOf(char))) return q;
      q += widthOf(char);
      if (q >= end) return end;
      b = load<u8>(q);
    } while (b >= 0x80);
  }
  return q;
}

/** The end of a run of characters that are neither letters, numbers nor white space. */
@inline
function othersEnd(p: usize, end: usize): usize {
  let q = p;
  while (q < end) {
    const char = charAt(q);
    if (!isOther(classOf(char))) break;
    q += widthOf(char);
  }
  return q;
}

/** The end of a run of one class, of `most` characters at most. */
@inline
function classEnd(p: usize, end: usize, wanted: u32, most: u32): usize {
  let q = p;
  for (let k: u32 = 0; k < most && q < end; k++) {
    const char = charAt(q);
    if (classOf(char) != wanted) break;
    q += widthOf(char);
  }
  return q;
}

@inline
function breaksEnd(p: usize, end: usize, slashes: bool): usize {
  let q = p;
  while (q < end) {
    const b = load<u8>(q);
    if (b != 10 && b != 13 && !(slashes && b == 47)) break;
    q++;
  }
  return q;
}

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
  let q = p, last = p, lineEnd: usize = 0, stop: u32 = 0;
  for (;;) {
    const run = runOf(v128.load(q), 32, 1);
    if (run > 0) {
      q = min(q + run, end);
      last = q - 1;
      if (run == 16 && q < end) continue;
    }
    if (q >= end) break;
    const char = charAt(q);
    stop = classOf(char);
    if (stop - 6 > 1) break;
    last = q;
    q += widthOf(char);
    if (stop == 7) lineEnd = q;
    if (q >= end) break;
  }
  if (breaks && lineEnd > 0) return lineEnd;
  // For deepseek numbers and CJK have been cut off: the text ends there.
  if (q >= end || (PATTERN == 4 && stop > 4)) return q;
  return last > p ? last : q;
}

function gpt2End(p: usize, end: usize): usize {
  const b = load<u8>(p);
  if (b == 39) {
    const short = contraction(p, end, false);
    if (short) return p + short;
  }
  let q = p, c = classOf(charAt(p));
  if (b == 32 && p + 1 < end) {
    const after = classOf(charAt(p + 1));
    if (after < 6) { c = after; q = p + 1; }
  }
  if (isLetter(c)) return lettersEnd(q, end);
  if (c >= 6) return spaceEnd(p, end, false);
  return c == 5 ? classEnd(q, end, 5, u32.MAX_VALUE) : othersEnd(q, end);
}

/** Numbers, other characters and white space, which cl100k, qwen and o200k share. */
function restEnd(p: usize, end: usize, c: u32): usize {
  if (c == 5) return classEnd(p, end, 5, PATTERN == 2 ? 1 : 3);
  const isSpaced = load<u8>(p) == 32 && p + 1 < end && isOther(classOf(charAt(p + 1)));
  if (!isSpaced && !isOther(c)) return spaceEnd(p, end, true);
  return breaksEnd(othersEnd(isSpaced ? p + 1 : p, end), end, PATTERN == 3);
}

@inline
function cl100kEnd(p: usize, end: usize): usize {
  if (load<u8>(p) == 39) {
    const short = contraction(p, end, true);
    if (short) return p + short;
  }
  const char = charAt(p), c = classOf(char);
  const q = p + widthOf(char);
  if (isLetter(c)) return lettersEnd(q, end);
  const leads = c != 5 && c != 7 && q < end && isLetter(classOf(charAt(q)));
  return leads ? lettersEnd(q, end) : restEnd(p, end, c);
}

/** `[Lu Lt Lm Lo M]* [Ll Lm Lo M]+` from a place on: its end, 0 for none. */
function wordEnd(p: usize, end: usize): usize {
  // Capitals, then small letters, of ASCII alone.
  const bytes = v128.load(p);
  const capitals = runOf(bytes, 65, 26);
  const small = runOf(v128.load(p + capitals), 97, 26);
  const after = p + capitals + small;
  if (capitals < 16 && small < 16 && after < end && load<u8>(after) < 0x80) {
    return small > 0 ? after : 0;
  }
  let q = p, lastShared: usize = 0, char: u32 = 0;
  while (q < end) {
    char = charAt(q);
    const c = classOf(char);
    if (c < 2 || c > 4) break;
    q += widthOf(char);
    if (c != 2) lastShared = q;
  }
  if (q >= end || classOf(char) != 1) return lastShared;
  while (q < end) {
    char = charAt(q);
    const c = classOf(char);
    if (c != 1 && c != 3 && c != 4) break;
    q += widthOf(char);
  }
  return q;
}

/** `[Lu Lt Lm Lo M]+`, where no small letter follows: its end, 0 for none. */
function capitalsEnd(p: usize, end: usize): usize {
  let q = p;
  while (q < end) {
    const char = charAt(q), c = classOf(char);
    if (c < 2 || c > 4) break;
    q += widthOf(char);
  }
  return q > p ? q : 0;
}

function o200kEnd(p: usize, end: usize): usize {
  const char = charAt(p), c = classOf(char), after = p + widthOf(char);
  const mayBegin = isLetter(c) || c == 4;
  const mayLead = !isLetter(c) && c != 5 && c != 7 && after < end;
  let q: usize = mayLead ? wordEnd(after, end) : 0;
  if (!q && mayBegin) q = wordEnd(p, end);
  if (!q && mayLead) q = capitalsEnd(after, end);
  if (!q && mayBegin) q = capitalsEnd(p, end);
  return q ? q + contraction(q, end, true) : restEnd(p, end, c);
}

/** What is in no alternative of deepseek's words, up to where one of them matches. */
function strayEnd(p: usize, end: usize, side: u32): usize {
  let q = p;
  for (;;) {
    q += widthOf(charAt(q));
    if (q >= end) return end;
    const char = charAt(q);
    if (classOf(char) != side) return q;
    const after = q + widthOf(char);
    if (after < end && classOf(charAt(after)) == (side | 1)) return q;
  }
  return q;
}

function deepseekEnd(p: usize, end: usize): usize {
  const char = charAt(p), q = p + widthOf(char);
  const side = classOf(char) & 8, c = classOf(char) & 7;
  if (c == 5) return classEnd(p, end, 5, 3);
  if (c == 1) return classEnd(q, end, side | 1, u32.MAX_VALUE);
  const b = load<u8>(p);
  if (c == 4 && b < 0x80) {
    let to = q, run: usize = 16;
    for (; run == 16 && to < end; to += run) run = asciiLetters(to);
    if (to > q) return min(to, end);
  }
  const after: u32 = q < end ? classOf(charAt(q)) : 0;
  if ((c == 0 || c == 6) && after == (side | 1)) return classEnd(q, end, after, u32.MAX_VALUE);
  if (c == 4 || (b == 32 && after == 4)) {
    const to = classEnd(q, end, side | 4, u32.MAX_VALUE);
    return side == 0 ? breaksEnd(to, end, false) : to;
  }
  return c >= 6 ? spaceEnd(p, end, true) : strayEnd(p, end, side);
}

/** Where the piece that begins at `p` ends. */
@inline
export function pieceEnd(p: usize, end: usize): usize {
  if (PATTERN == 0) return gpt2End(p, end);
  if (PATTERN == 3) return o200kEnd(p, end);
  return PATTERN == 4 ? deepseekEnd(p, end) : cl100kEnd(p, end);
}
