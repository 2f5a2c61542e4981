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
type Classes = readonly (readonly [number, RegExp])[];
const SPACES: Classes = [
  [5, /\p{N}+/gu],
  [6, /\p{White_Space}+/gu],
  [7, /[\r\n]+/gu],
];
const CLASSES: Classes = [
  [1, /\p{Ll}+/gu],
  [2, /[\p{Lu}\p{Lt}]+/gu],
  [3, /[\p{Lm}\p{Lo}]+/gu],
  [4, /\p{M}+/gu],
  ...SPACES,
];
const DEEPSEEK: Classes = [[1, /[\p{L}\p{M}]+/gu], [4, /[\p{P}\p{S}]+/gu], ...SPACES];
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

function classifyRange(classes: Uint8Array, kinds: Classes, from: number, to: number): void {
  for (let start = from; start < to; start += 0x1000) {
    const end = Math.min(to, start + 0x1000);
    const isSurrogate = start >= 0xd000 && start < 0xe000;
    const points = Array.from({ length: end - start }, (_, i) => start + i);
    const known = isSurrogate ? points.filter((point) => point < 0xd800) : points;
    const text = String.fromCodePoint(...known);
    const width = start > 0xffff ? 2 : 1;
    for (const [value, expression] of kinds) {
      for (const { 0: run, index } of text.matchAll(expression)) {
        const first = start + index / width;
        classes.fill(value, first, first + run.length / width);
      }
    }
  }
}
