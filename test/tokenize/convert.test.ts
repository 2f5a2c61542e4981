/** Tokenizers as other files: ids last, and what a file cannot say is told. */
import { describe, expect, test } from "vitest";
import {
  describeRankFile,
  describeTokenizer,
  encodingNamed,
  loadTiktoken,
  loadTokenizerJson,
  type TiktokenOptions,
  writeRanks,
} from "../../src/tokenize/index.ts";
import { GPT2_PATTERN } from "../../src/tokenize/text/known-patterns.ts";

const BYTES = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte));
const ranks = (tokens: readonly Uint8Array[], from = 0) =>
  tokens.map((token, i) => `${Buffer.from(token).toString("base64")} ${from + i}\n`).join("");
const open = (special: Record<string, number>, from = 0) =>
  loadTiktoken(ranks([...BYTES, Buffer.from("he")], from), { pattern: GPT2_PATTERN, special });

describe("tokenizer.json", () => {
  test.each([
    ["with a hole before them", open({ "<|end|>": 300, "<|start|>": 400 })],
    ["in front of the ranks", open({ "<s>": 0, "</s>": 1 }, 10)],
  ])("added tokens %s are in the vocabulary too", (_, tokenizer) => {
    const file = describeTokenizer(tokenizer) as {
      model: { vocab: Record<string, number> };
      added_tokens: { content: string; id: number }[];
    };
    for (const { content, id } of file.added_tokens) expect(file.model.vocab[content]).toBe(id);
    const again = loadTokenizerJson(file);
    const text = `${file.added_tokens.map(({ content }) => `he${content}`).join(" ")}he`;
    for (const mode of ["parse", "text"] as const) {
      expect([...again.encodeIds(text, mode)]).toEqual([...tokenizer.encodeIds(text, mode)]);
    }
  });

  test("added tokens behind the ranks are not", () => {
    const file = describeTokenizer(open({ "<|end|>": 257 })) as {
      model: { vocab: Record<string, number> };
    };
    expect(file.model.vocab).not.toHaveProperty("<|end|>");
  });

  test("a token that text could then be is refused", () => {
    expect(() => describeTokenizer(open({ end: 300 }))).toThrow("`end` would lose its id 300");
  });
});

describe("rank files", () => {
  const needs = (options: TiktokenOptions) =>
    describeRankFile(loadTiktoken(ranks([...BYTES]), options));

  test("an encoding's own tokens come back with its name", () => {
    expect(needs({ encoding: "cl100k_base" })).toEqual({
      options: { encoding: "cl100k_base" },
      lost: [],
    });
  });

  test("others are lost, and the pattern is an expression", () => {
    const { pattern } = encodingNamed("o200k_base");
    const { options, lost } = needs({ pattern, special: { "<|x|>": 256 } });
    expect(options).toEqual({ pattern });
    expect(lost.map(({ content }) => content)).toEqual(["<|x|>"]);
    expect(writeRanks(open({ "<|x|>": 300 })).split("\n").length).toBe(258);
  });
});
