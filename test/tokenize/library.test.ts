/** The library's promises on small tokenizers made here: places, pairs, fitting, streams, cuts. */
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import {
  encodingNamed,
  loadTokenizerJson,
  readTextChunks,
  type Tokenizer,
  TokenizerTrainer,
} from "../../src/tokenize/index.ts";
import { byteToken } from "../../src/tokenize/model/bpe.ts";

const TEXT = "the cat sat on the mat\nthe cat sat on the hat, the bat\n".repeat(3);

async function trainBytes(vocabularySize = 270): Promise<Tokenizer> {
  const trainer = await TokenizerTrainer.create({
    type: "bpe",
    vocabularySize,
    minFrequency: 2,
    specialTokens: ["<|end|>"],
  });
  trainer.feed(TEXT);
  return loadTokenizerJson(trainer.train());
}

async function trainPieces(): Promise<Tokenizer> {
  const trainer = await TokenizerTrainer.create({
    type: "wordpiece",
    vocabularySize: 40,
    minFrequency: 1,
    specialTokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
  });
  trainer.feed(TEXT);
  return loadTokenizerJson(trainer.train());
}

/** Text of all kinds, the same for the same seed. */
function randomText(seed: number, length: number): string {
  const rng = createRng(seed);
  const parts = [
    "the",
    " cat",
    " é",
    "😀",
    "\n",
    "  ",
    "\t",
    "ш",
    "漢字",
    "👩‍👧",
    "1234",
    "'s",
    "\ufeff",
    "\0",
  ];
  let text = "";
  for (let i = 0; i < length; i++) text += parts[rng.int(parts.length)];
  return text;
}

describe("byte-level BPE", async () => {
  const tokenizer = await trainBytes();

  test.each([-1, 1.5, Number.NaN, 2 ** 32])("%s is no id", (id) => {
    expect(() => tokenizer.decode([id])).toThrow("is no token id");
    expect(tokenizer.decode([9999])).toBe("");
  });

  test("gives back every text as it was", () => {
    for (let seed = 0; seed < 50; seed++) {
      const text = randomText(seed, 60);
      expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
    }
  });

  test("places cover the text without gaps, in three units that agree", () => {
    const text = randomText(7, 80);
    const encoding = tokenizer.encode(text);
    const bytes = Buffer.from(text);
    const points = [...text];
    encoding.offsets("bytes").forEach(([from, to], i) => {
      const [start, end] = encoding.offsets("codePoints")[i]!;
      expect(bytes.subarray(from, to).toString()).toBe(points.slice(start, end).join(""));
    });
    expect(encoding.ends.at(-1)).toBe(text.length);
  });

  test("one letter a megabyte long is no trouble", () => {
    const { ids } = tokenizer.encode("t".repeat(1_000_000));
    expect(ids.length).toBe(1_000_000);
  });

  test("special tokens in text are text unless asked for", () => {
    const text = "cat<|end|>";
    expect(tokenizer.encode(text).ids).not.toContain(0);
    expect(tokenizer.encode(text, { special: "parse" }).ids.at(-1)).toBe(0);
    expect(() => tokenizer.encode(text, { special: "error" })).toThrow(/special token/);
  });

  test("a stream gives characters when their last byte is there", () => {
    const text = "the 😀 漢é cat";
    const stream = tokenizer.decodeStream();
    const parts = tokenizer.encode(text).ids.map((id) => stream.push(id));
    expect(parts.join("") + stream.end()).toBe(text);
    expect(parts.join("")).not.toContain("\ufffd");
  });

  test("a stream of tokens of single bytes gives one character after another", () => {
    const tokens = ["\u2581", "a", ...Array.from({ length: 256 }, (_, byte) => byteToken(byte))];
    const ofBytes = loadTokenizerJson({
      model: {
        type: "BPE",
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: [],
        byte_fallback: true,
      },
      normalizer: { type: "Replace", pattern: { String: " " }, content: "\u2581" },
      decoder: {
        type: "Sequence",
        decoders: [
          { type: "Replace", pattern: { String: "\u2581" }, content: " " },
          { type: "ByteFallback" },
          { type: "Fuse" },
        ],
      },
    });
    const text = "a\u0a95\u0acd\u0ab7 \u{1f999}\u{1f999}\u00e9\ufffd\ufffd\ufffd\ufffd\u{1f999} a";
    const stream = ofBytes.decodeStream();
    const parts = ofBytes.encode(text).ids.map((id) => stream.push(id));
    expect(parts.filter((part) => part !== "").length).toBeGreaterThan(7);
    expect(parts.join("") + stream.end()).toBe(text);
  });

  test("cut at any size, a long text has the tokens of the whole", async () => {
    const text = `${TEXT}${randomText(3, 500)} the cat and 3 dogs ${TEXT}`;
    const whole = tokenizer.encode(text).ids;
    expect(tokenizer.parts.cutRule).toBe("keep");
    for (const size of [1, 7, 64, 300]) {
      const ids: number[] = [];
      const bytes = Readable.from(chop(Buffer.from(text), 13));
      for await (const chunk of readTextChunks(bytes, { rule: "keep", size })) {
        ids.push(...tokenizer.encode(chunk.text).ids);
      }
      expect(ids).toEqual(whole);
    }
  });
});

function chop(bytes: Buffer, size: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

describe("pairs, truncation and padding", async () => {
  const tokenizer = await trainPieces();

  test("a pair has two types and three special tokens", () => {
    const encoding = tokenizer.encode("the cat", { pair: "the hat" });
    const tokens = encoding.ids.map((id) => tokenizer.tokenOf(id));
    expect(tokens.filter((token) => token?.startsWith("["))).toEqual(["[CLS]", "[SEP]", "[SEP]"]);
    expect(encoding.typeIds.at(-1)).toBe(1);
    expect(encoding.specialTokensMask.filter((mask) => mask === 1)).toHaveLength(3);
  });

  test("truncation leaves room for special tokens and keeps the rest in windows", () => {
    const truncation = { maxLength: 6, stride: 1 };
    const encoding = tokenizer.encode("the cat sat on the mat the hat", { truncation });
    expect(encoding.length).toBe(6);
    const windows = [encoding, ...encoding.overflowing];
    expect(windows.every(({ length }) => length <= 6)).toBe(true);
    for (const [i, next] of windows.slice(1).entries()) {
      expect(next.ids[1]).toBe(windows[i]!.ids.at(-2));
    }
  });

  test("the overflow of a pair has every window of one text with every one of the other", () => {
    const truncation = { maxLength: 7 };
    const encoding = tokenizer.encode("the cat sat", { pair: "the hat sat", truncation });
    const texts = [encoding, ...encoding.overflowing].map(({ ids, sequenceIds }) =>
      [0, 1].map((which) => ids.filter((_, i) => sequenceIds[i] === which).join()),
    );
    const [firsts, seconds] = [0, 1].map((which) => new Set(texts.map((pair) => pair[which])));
    expect(texts.length).toBe(firsts!.size * seconds!.size);
    expect(firsts!.size).toBeGreaterThan(1);
    expect(encoding.overflowing.every(({ length }) => length <= 7)).toBe(true);
  });

  test("padding fills a batch to the longest, or to a multiple", () => {
    const batch = tokenizer.encodeBatch(["the cat sat", "the"], { padding: { multipleOf: 8 } });
    expect(batch.map(({ length }) => length)).toEqual([8, 8]);
    expect(batch[1]!.attentionMask).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    const left = tokenizer.encode("the", { padding: { length: 5, direction: "left" } });
    expect(left.attentionMask).toEqual([0, 0, 1, 1, 1]);
  });
});

describe("the kernel", () => {
  const patterns = ["r50k_base", "cl100k_base", "o200k_base", "qwen"] as const;
  test.each(patterns)("gives the ids of the definition: %s", async (name) => {
    const trainer = await TokenizerTrainer.create({
      type: "bpe",
      vocabularySize: 400,
      minFrequency: 2,
      specialTokens: ["<|end|>"],
      pattern: encodingNamed(name).pattern,
    });
    trainer.feed(TEXT + randomText(1, 400));
    const tokenizer = loadTokenizerJson(trainer.train());
    expect(await tokenizer.accelerate()).toBe(true);
    for (let seed = 0; seed < 100; seed++) {
      const text = randomText(seed, 10 + seed * 3) + randomCharacters(seed, 200);
      const expected = tokenizer.encode(text, { special: "parse" }).ids;
      expect([...tokenizer.encodeIds(text, "parse")]).toEqual(expected);
    }
    const long = "the cat ".repeat(100_000) + "a".repeat(400_000);
    expect(tokenizer.encodeIds(long).length).toBe(tokenizer.encode(long).length);
  });

  test("does not take what it does not know", async () => {
    expect(await (await trainPieces()).accelerate()).toBe(false);
  });
});

/** Characters of all kinds and planes. */
function randomCharacters(seed: number, count: number): string {
  const rng = createRng(seed);
  let text = "";
  for (let i = 0; i < count; i++) {
    const bound = [0x80, 0x300, 0x3000, 0x11000, 0x20000][rng.int(5)]!;
    text += String.fromCodePoint(rng.int(bound));
    if (rng.next() < 0.1) text += ["'s", "'LL", "'\u017f", " ", "\r\n", "/"][rng.int(6)];
  }
  return text.replace(/\p{Surrogate}/gu, "x");
}

test("training is the same every time", async () => {
  const ids = async () => (await trainBytes(300)).encode("the cat sat on the hat").ids;
  expect(await ids()).toEqual(await ids());
});
