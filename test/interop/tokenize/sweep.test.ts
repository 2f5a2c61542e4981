/**
 * Every code point between two letters, through the normalizers and pre-tokenizers whose answer
 * depends on Unicode's tables: the same as `tokenizers` gives. Known to differ: `UnicodeScripts`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildNormalizer } from "../../../src/tokenize/normalize/normalizers.ts";
import { buildPreTokenizer } from "../../../src/tokenize/split/pre-tokenizers.ts";
import { alignText, originalRange } from "../../../src/tokenize/text/aligned-text.ts";
import { DEEPSEEK_PATTERNS } from "../../../src/tokenize/text/known-patterns.ts";
import { skipReason, startPeer, type TokenizerPeer } from "./peer.ts";

const BERT = {
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: false,
  lowercase: false,
};
const NORMALIZERS = {
  NFC: { type: "NFC" },
  NFD: { type: "NFD" },
  NFKC: { type: "NFKC" },
  NFKD: { type: "NFKD" },
  Lowercase: { type: "Lowercase" },
  Nmt: { type: "Nmt" },
  StripAccents: { type: "StripAccents" },
  "BertNormalizer with accents": { ...BERT, strip_accents: false },
  BertNormalizer: { ...BERT, strip_accents: true },
};
const DEEPSEEK = DEEPSEEK_PATTERNS.map((Regex) => ({
  type: "Split",
  pattern: { Regex },
  behavior: "Isolated",
  invert: false,
}));
const PRE_TOKENIZERS = {
  "three Splits of DeepSeek": { type: "Sequence", pretokenizers: DEEPSEEK },
  BertPreTokenizer: { type: "BertPreTokenizer" },
  Punctuation: { type: "Punctuation", behavior: "Isolated" },
  Digits: { type: "Digits", individual_digits: true },
  WhitespaceSplit: { type: "WhitespaceSplit" },
  Whitespace: { type: "Whitespace" },
  ByteLevel: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
};
const POINTS = Array.from({ length: 0x33500 }, (_, point) => point).filter(
  (point) => point < 0xd800 || point > 0xdfff,
);

describe.skipIf(skipReason() !== null)("every code point", () => {
  let peer: TokenizerPeer;
  beforeAll(() => {
    peer = startPeer();
  });
  afterAll(() => peer?.close());
  const textOf = (point: number) => `a${String.fromCodePoint(point)}b`;

  test.each(Object.entries(NORMALIZERS))("%s", async (_, spec) => {
    const theirs = await peer.ask<string[]>("normalize", { spec, points: POINTS });
    const normalize = buildNormalizer(spec)!;
    const wrong = POINTS.filter(
      (point, i) => normalize(alignText(textOf(point))).text !== theirs[i],
    );
    expect(wrong.map((point) => point.toString(16))).toEqual([]);
  });

  test("marks newer than the library's tables stand apart", async () => {
    const spec = { type: "NFC" };
    const marks = POINTS.filter((point) => /\p{M}/u.test(String.fromCodePoint(point)));
    const theirs = await peer.ask<string[]>("normalize", { spec, points: marks, after: "\u0e38" });
    const normalize = buildNormalizer(spec)!;
    const wrong = marks.filter((point, i) => {
      const text = `a${String.fromCodePoint(point)}\u0e38b`;
      return normalize(alignText(text)).text !== theirs[i];
    });
    expect(wrong.map((point) => point.toString(16))).toEqual([]);
  });

  test.each(Object.entries(PRE_TOKENIZERS))("%s", async (_, spec) => {
    const theirs = await peer.ask<number[][]>("split", { spec, points: POINTS });
    const split = buildPreTokenizer(spec)!;
    const wrong = POINTS.filter((point, i) => {
      const text = textOf(point);
      const ends = split(alignText(text)).flatMap((piece) => {
        const [from, to] = originalRange(piece, 0, piece.text.length);
        return [[...text.slice(0, from)].length, [...text.slice(0, to)].length];
      });
      return JSON.stringify(ends) !== JSON.stringify(theirs[i]);
    });
    expect(wrong.map((point) => point.toString(16))).toEqual([]);
  });
});
