/** Tokenizers called with what no compiler has looked at. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  DecodeStream,
  describeTokenizer,
  Encoding,
  encodeChat,
  openTokenizer,
  readTextChunks,
  renderChat,
  Tokenizer,
  TokenizerTrainer,
  type TrainOptions,
  writeGguf,
  writeRanks,
} from "../../src/tokenize/index.ts";
import { findBareErrors } from "../odd-arguments.ts";

const TRAINING: TrainOptions = {
  type: "bpe",
  vocabularySize: 270,
  minFrequency: 2,
  specialTokens: ["<|end|>"],
  pattern: "\\w+| ",
};
const TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}";

type AnyCall = (...args: unknown[]) => unknown;

let folder: string;
let path: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "odd-"));
  path = join(folder, "tokenizer.json");
  const trainer = await TokenizerTrainer.create(TRAINING);
  trainer.feed("the cat sat on the mat\n");
  writeFileSync(path, JSON.stringify(trainer.train()));
  tokenizer = openTokenizer(path).tokenizer;
  await tokenizer.accelerate();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FITTING = {
  truncation: { maxLength: 4, stride: 1, strategy: "longest_first", direction: "left" },
  padding: { length: 8, multipleOf: 4, padId: 0, padTypeId: 0, direction: "left" },
};

test.each<[name: string, args: () => unknown[]]>([
  ["encode", () => ["the cat", { special: "parse", addSpecialTokens: true, pair: "a hat" }]],
  ["encode", () => ["the cat", { ...FITTING }]],
  ["encodeBatch", () => [["the", ["cat", "hat"]], { special: "text", ...FITTING }]],
  ["encodeIds", () => ["the cat<|end|>", "parse"]],
  ["decode", () => [[1, 2, 3], { skipSpecialTokens: false }]],
  ["decodeStream", () => [{ skipSpecialTokens: false }]],
  ["tokenOf", () => [5]],
  ["idOf", () => ["the"]],
])("%s", async (name, args) => {
  const run = (...given: unknown[]) =>
    (Reflect.get(tokenizer, name) as AnyCall).apply(tokenizer, given);
  run(...args());
  expect(await findBareErrors(name, { args, run })).toEqual([]);
});

test.each(["truncation", "padding"] as const)("%s", async (name) => {
  const fit = {
    args: () => [{ ...FITTING[name] }],
    run: (given: unknown) =>
      tokenizer.encode("the cat sat on the mat", { [name]: given } as object).length,
  };
  expect(await findBareErrors(name, fit)).toEqual([]);
});

test("a special mode that is none does not let control tokens in", () => {
  expect(() => tokenizer.encode("<|end|>", { special: "parsed" as "parse" })).toThrow("`special`");
  const odd = (() => undefined) as unknown as () => "text";
  expect(tokenizer.encode("<|end|>", { special: odd }).ids.length).toBeGreaterThan(1);
});

test("encodings", async () => {
  const encoding = tokenizer.encode("the cat");
  const calls: [name: string, args: unknown[], run: AnyCall][] = [
    ["offsets", ["bytes"], (unit) => encoding.offsets(unit as "bytes")],
    ["slice", [0, 1], (from, to) => encoding.slice(from as number, to as number)],
    ["append", [encoding], (other) => new Encoding([""]).append(other as Encoding)],
    ["push", [{ ids: 1 }], (token) => new Encoding([""]).push(token as { ids: number })],
    ["Encoding", [["a"]], (texts) => new Encoding(texts as string[])],
    ["Tokenizer", [tokenizer.parts], (parts) => new Tokenizer(parts as Tokenizer["parts"])],
    [
      "DecodeStream",
      [tokenizer, true],
      (of, skips) => new DecodeStream(of as Tokenizer, skips as boolean),
    ],
    ["push", [1], (id) => tokenizer.decodeStream().push(id as number)],
  ];
  for (const [name, args, run] of calls) {
    expect(await findBareErrors(name, { args: () => [...args], run })).toEqual([]);
  }
});

test("an id that is none leaves a stream as it was", () => {
  const stream = tokenizer.decodeStream();
  const [first, ...rest] = tokenizer.encode("the cat").ids;
  let text = stream.push(first!);
  expect(() => stream.push(Number.NaN)).toThrow("is no token id");
  for (const id of rest) text += stream.push(id);
  expect(text + stream.end()).toBe("the cat");
});

test("training", async () => {
  const create = {
    args: () => [{ ...TRAINING }],
    run: TokenizerTrainer.create as AnyCall,
  };
  expect(await findBareErrors("create", create)).toEqual([]);
  const feed = {
    args: () => ["text"],
    run: async (text: unknown) => {
      const trainer = await TokenizerTrainer.create(TRAINING);
      trainer.feed(text as string);
      return trainer.train();
    },
  };
  expect(await findBareErrors("feed", feed)).toEqual([]);
  const turns = {
    args: () => [{ signal: new AbortController().signal, onProgress: () => undefined }],
    run: async (options: unknown) =>
      (await TokenizerTrainer.create({ ...TRAINING, type: "unigram" })).trainInTurns(
        options as object,
      ),
  };
  expect(await findBareErrors("trainInTurns", turns)).toEqual([]);
  for (const specialTokens of [[""], ["<a>", "<a>"]]) {
    await expect(TokenizerTrainer.create({ ...TRAINING, specialTokens })).rejects.toThrow(
      "special",
    );
  }
});

test("files", async () => {
  const open = {
    args: () => [path, { encoding: "cl100k_base", pattern: "a", special: { a: 1 } }],
    run: openTokenizer as AnyCall,
  };
  expect(await findBareErrors("openTokenizer", open)).toEqual([]);
  for (const write of [describeTokenizer, writeGguf, writeRanks]) {
    const call = { args: () => [tokenizer], run: write as AnyCall };
    expect(await findBareErrors(write.name, call)).toEqual([]);
  }
  const chunks = {
    args: () => [[new Uint8Array(3)], { rule: "keep", invalid: "replace", size: 2 }],
    run: readTextChunks as AnyCall,
  };
  expect(await findBareErrors("readTextChunks", chunks)).toEqual([]);
});

test.each([renderChat, encodeChat])("%o", async (chat) => {
  const message = { role: "user", content: "hi", extra: 1 };
  const options = { addGenerationPrompt: true, tools: [], template: TEMPLATE, variables: { a: 1 } };
  const args = () => [tokenizer, [{ ...message }], { ...options, special: "text" }];
  await (chat as AnyCall)(...args());
  expect(await findBareErrors(chat.name, { args, run: chat as AnyCall })).toEqual([]);
  const one = {
    args: () => [{ ...message }],
    run: (odd: unknown) => (chat as AnyCall)(tokenizer, [odd], options),
  };
  expect(await findBareErrors(chat.name, one)).toEqual([]);
});
