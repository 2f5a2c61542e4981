/** Broken and hostile files: a clear error or a tokenizer that works, never a crash or a hang. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SovereignError } from "../../src/core/errors.ts";
import { createRng } from "../../src/core/rng.ts";
import { loadTokenizerJson, openTokenizer, TokenizerTrainer } from "../../src/tokenize/index.ts";
import { alignText } from "../../src/tokenize/text/aligned-text.ts";
import { bytesToCharacters, characterOfByte } from "../../src/tokenize/text/byte-characters.ts";
import { sentencePiece } from "./sentence-piece-file.ts";

let folder = "";
let files: Record<string, Buffer> = {};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-hostile-"));
  const text = "the cat sat on the mat\nthe cat sat on the hat\n";
  const made = async (type: "bpe" | "wordpiece") => {
    const trainer = await TokenizerTrainer.create({
      type,
      vocabularySize: 280,
      minFrequency: 1,
      specialTokens: ["[UNK]", "[CLS]", "[SEP]"],
    });
    trainer.feed(text);
    return Buffer.from(JSON.stringify(trainer.train()));
  };
  const ranks = Array.from(
    { length: 256 },
    (_, byte) => `${Buffer.of(byte).toString("base64")} ${byte}`,
  );
  files = {
    bpe: await made("bpe"),
    wordpiece: await made("wordpiece"),
    ranks: Buffer.from(`${ranks.join("\n")}\n`),
    pieces: sentencePiece(["<unk>", "▁the", "▁", "t", "h", "e", "th"]),
    gguf: gguf(["<unk>", "t", "h", "th"], ["t h"]),
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A GGUF file of metadata alone. */
function gguf(tokens: readonly string[], merges: readonly string[]): Buffer {
  const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const text = (value: string) =>
    Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const list = (values: readonly string[]) =>
    Buffer.concat([u32(9), u32(8), u64(values.length), ...values.map(text)]);
  const pairs = [
    Buffer.concat([text("tokenizer.ggml.model"), u32(8), text("gpt2")]),
    Buffer.concat([text("tokenizer.ggml.tokens"), list(tokens)]),
    Buffer.concat([text("tokenizer.ggml.merges"), list(merges)]),
  ];
  return Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0), u64(pairs.length), ...pairs]);
}

/** Opens bytes and encodes with them; what it throws must be an error of ours with a hint. */
function tryBytes(bytes: Buffer): "works" | "refused" {
  const path = join(folder, "mutated");
  writeFileSync(path, bytes);
  try {
    const { tokenizer } = openTokenizer(path, { encoding: "r50k_base" });
    const { ids } = tokenizer.encode("the cat, the unknown 漢 😀\n", { pair: "hat" });
    tokenizer.decode(ids);
    return "works";
  } catch (error) {
    if (!(error instanceof SovereignError)) throw error;
    expect(error.hint).toBeTruthy();
    expect(error.code).not.toBe("INTERNAL_ERROR");
    return "refused";
  }
}

test("the files work as they are", () => {
  for (const bytes of Object.values(files)) expect(tryBytes(bytes)).toBe("works");
});

test.each(["bpe", "wordpiece", "ranks", "pieces", "gguf"])("%s, mutated", (kind) => {
  const rng = createRng(7);
  const original = files[kind]!;
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.from(original);
    const changes = 1 + rng.int(4);
    for (let i = 0; i < changes; i++) bytes[rng.int(bytes.length)] = rng.int(256);
    const cut = rng.next() < 0.2 ? rng.int(bytes.length) : bytes.length;
    tryBytes(bytes.subarray(0, cut));
  }
});

test("lengths that lie are not believed", () => {
  const bytes = Buffer.from(files.gguf!);
  bytes.writeBigUInt64LE(2n ** 60n, 16);
  expect(() => openMutated(bytes)).toThrow(/more than the file has room for/);
});

describe("patterns that go back for ever are broken off", () => {
  const model = { type: "BPE", vocab: { a: 0 }, merges: [] };
  const exponential = ["((a+)+)+$", "(?:a|a)*b"];
  test.each([
    ...exponential.map((Regex) => ({ Regex, text: "a".repeat(39) })),
    { Regex: "(?<=ba*a*a*)c", text: "a".repeat(20_000) },
  ])("$Regex", ({ Regex, text }) => {
    const split = { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
    const tokenizer = loadTokenizerJson({ pre_tokenizer: split, model });
    expect(() => tokenizer.encode(`${text}c`)).toThrow(/does not come to an end/);
    expect(tokenizer.encode("aa").ids).toEqual([0, 0]);
  });

  test("others that nest match as they do elsewhere", () => {
    const Regex = "(?:a+b*)+|c";
    const split = { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false };
    const { parts } = loadTokenizerJson({ pre_tokenizer: split, model });
    const pieces = parts.preTokenize!(alignText("xaabac"));
    expect(pieces.map(({ text }) => text)).toEqual(["x", "aaba", "c"]);
  });
});

function openMutated(bytes: Buffer): void {
  writeFileSync(join(folder, "mutated"), bytes);
  openTokenizer(join(folder, "mutated"));
}

test("a replacement cannot make a text fill the memory", () => {
  const replace = { type: "Replace", pattern: { String: " " }, content: "x".repeat(10_000) };
  const model = { type: "BPE", vocab: { x: 0 }, merges: [] };
  const tokenizer = loadTokenizerJson({ normalizer: replace, model });
  expect(() => tokenizer.encode(" ".repeat(100_000))).toThrow(/too long/);
});

test("what SentencePiece and tiktoken refuse is refused", () => {
  const refusal = (bytes: Buffer) => () => openMutated(bytes);
  expect(refusal(sentencePiece(["<unk>", "a", "a"]))).toThrow(/there twice/);
  expect(refusal(sentencePiece(["a", "b"], { types: [1, 1] }))).toThrow(/one unknown/);
  expect(refusal(sentencePiece(["a", "b"], { types: [2, 2] }))).toThrow(/one unknown/);
  expect(refusal(sentencePiece(["?", "<0x61>"], { types: [2, 6] }))).toThrow(/are bytes/);
  const ranks = Buffer.from("YQ== 0\nYg== 0\n");
  writeFileSync(join(folder, "ranks"), ranks);
  const open = () => openTokenizer(join(folder, "ranks"), { encoding: "r50k_base" });
  expect(open).toThrow(/a rank is there twice/);
});

describe("entries made to collide do not take long", () => {
  const [PHI, FACTOR] = [0x9e3779b97f4a7c15n, 0xff51afd7ed558ccdn];
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  /** What times an odd number is 1, modulo 2^64 and less. */
  const inverse = (odd: bigint): bigint => {
    let found = odd;
    for (let i = 0; i < 6; i++) found = u64(found * (2n - odd * found));
    return found;
  };
  /** The id whose product with an odd number is `value`, modulo 2^32. */
  const idOf = (odd: bigint, value: number): number =>
    Number(BigInt.asUintN(32, inverse(odd) * BigInt(value)));

  const load = (tokens: Record<string, number>, merges: [string, string][]) => {
    const bytes = Array.from({ length: 256 }, (_, byte) => [characterOfByte(byte), 100_000 + byte]);
    const vocab = { ...tokens, ...Object.fromEntries(bytes) };
    return loadTokenizerJson({
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
      model: { type: "BPE", vocab, merges, ignore_merges: true },
    });
  };

  /** Tokens of these ids, and a merge of each on the left with each on the right. */
  const loadPairs = (left: readonly number[], right: readonly number[]) => {
    const name = (i: number): string => String.fromCharCode(0x41 + i);
    const vocab: Record<string, number> = {};
    const merges: [string, string][] = [];
    left.forEach((id, i) => {
      vocab[`!${name(i)}`] = id;
      vocab[`${name(i)}!`] = right[i]!;
      for (const j of right.keys()) {
        vocab[`!${name(i)}${name(j)}!`] = 200_000 + merges.length;
        merges.push([`!${name(i)}`, `${name(j)}!`]);
      }
    });
    return load(vocab, merges);
  };
  const upTo40 = Array.from({ length: 40 }, (_, i) => i);

  test("pairs, where the definition looks them up", () => {
    const tokenizer = loadPairs(
      upTo40.map((i) => idOf(0x9e3779b1n, i)),
      upTo40.map((i) => idOf(0x85ebca6bn, i + 1)),
    );
    expect(() => tokenizer.encode("two words")).toThrow(/made to take long/);
  });

  test("pairs, where the kernel does: it is not used", async () => {
    const right: number[] = [];
    for (let id = 1n; right.length < 40; id++) {
      if (((u64(id * PHI) >> 40n) & 0xfffn) === 0n) right.push(Number(id));
    }
    const left = upTo40.map((i) => idOf(PHI, i));
    const tokenizer = loadPairs(left, right);
    expect(await tokenizer.accelerate()).toBe(false);
    expect(tokenizer.encode("!A!").ids).toEqual([100_033, 100_065, 100_033]);
  });

  test("tokens", async () => {
    const vocab: Record<string, number> = {};
    for (let i = 1n; i <= 600n; i++) {
      const words = BigUint64Array.of(i, u64(inverse(FACTOR) * (7n - PHI * i)));
      vocab[bytesToCharacters(new Uint8Array(words.buffer))] = 200_000 + Number(i);
    }
    expect(await load(vocab, []).accelerate()).toBe(false);
    expect(await load({}, []).accelerate()).toBe(true);
  });
});
