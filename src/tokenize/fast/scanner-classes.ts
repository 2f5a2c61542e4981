/**
 * The class of every code point, as the scanner of `compute/kernels/bpe` wants it: 0 other, 1 Ll,
 * 2 Lu Lt, 3 Lm Lo, 4 M, 5 N, 6 white space, 7 CR and LF. DeepSeek's: 1 letters and marks, 4 P S,
 * and 8 more for the CJK that it cuts off first.
 */
import type { ScannerName } from "../text/known-patterns.ts";
import { newRanges } from "../text/new-characters.ts";

const CODE_POINTS = 0x110000;
/** Beyond these, up to the variation selectors, nothing is assigned. */
const RANGES = [
  [0, 0x33500],
  [0xe0000, 0xe0200],
] as const;
/** The classes 1 to 7 by the number of the group, in one search. */
const CLASSES =
  /(\p{Ll}+)|([\p{Lu}\p{Lt}]+)|([\p{Lm}\p{Lo}]+)|(\p{M}+)|(\p{N}+)|((?!\r|\n)\p{White_Space})|([\r\n])/gu;
const DEEPSEEK =
  /([\p{L}\p{M}]+)|($^)|($^)|([\p{P}\p{S}]+)|(\p{N}+)|((?!\r|\n)\p{White_Space})|([\r\n])/gu;
const DEEPSEEK_CJK = [
  [0x3040, 0x30ff],
  [0x4e00, 0x9fa5],
] as const;

/** A byte for each code point. */
export function classifyCodePoints(scanner: ScannerName): Uint8Array {
  const isDeepseek = scanner === "deepseek";
  const classes = new Uint8Array(CODE_POINTS);
  for (const [from, to] of RANGES) {
    classifyRange(classes, isDeepseek ? DEEPSEEK : CLASSES, from, to);
  }
  for (const [first, last] of newRanges("letters")) classes.fill(0, first, last + 1);
  for (const [first, last] of isDeepseek ? DEEPSEEK_CJK : []) {
    for (let point = first; point <= last; point++) classes[point]! |= 8;
  }
  return classes;
}

function classifyRange(classes: Uint8Array, kinds: RegExp, from: number, to: number): void {
  for (let start = from; start < to; start += 0x1000) {
    // Surrogates are no characters.
    const end = start === 0xd000 ? 0xd800 : Math.min(to, start + 0x1000);
    const points = Array.from({ length: end - start }, (_, i) => start + i);
    const width = start > 0xffff ? 2 : 1;
    for (const match of String.fromCodePoint(...points).matchAll(kinds)) {
      const first = start + match.index / width;
      const value = match.findIndex((group, i) => i > 0 && group !== undefined);
      classes.fill(value, first, first + match[0].length / width);
    }
  }
}
