/** Files of tokenizers made here: what is read from each kind of them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  describeTokenizer,
  loadSentencePiece,
  loadTokenizerJson,
  openTokenizer,
  type Tokenizer,
  writeGguf,
} from "../../src/tokenize/index.ts";
import { sentencePiece } from "./sentence-piece-file.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-load-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function openText(name: string, text: string) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return openTokenizer(path);
}

describe("tekken.json", () => {
  const vocab = [...Array(256).keys()].map((byte) => ({
    rank: byte,
    token_bytes: Buffer.of(byte).toString("base64"),
  }));
  const config = { pattern: "\\p{L}+|[^\\p{L}]", default_num_special_tokens: 4 };
  const file = (more: object, sizes: object = {}) =>
    JSON.stringify({
      config: { ...config, default_vocab_size: 260, ...sizes },
      vocab,
      ...more,
    });

  test("special tokens come first; those that the file does not name are fillers", () => {
    const special_tokens = [
      { rank: 0, token_str: "<unk>" },
      { rank: 1, token_str: "<s>" },
    ];
    const { tokenizer, kind } = openText("named.json", file({ special_tokens }));
    expect(kind).toBe("tekken");
    const names = [0, 1, 2, 3].map((id) => tokenizer.tokenOf(id));
    expect(names).toEqual(["<unk>", "<s>", "<SPECIAL_2>", "<SPECIAL_3>"]);
    expect(tokenizer.encode("a<s>", { special: "parse" }).ids).toEqual([4 + 97, 1]);
    expect(tokenizer.encode("<s>").ids).toEqual([4 + 60, 4 + 115, 4 + 62]);
  });

  test("files that name none have those of the program", () => {
    const { tokenizer } = openText("old.json", file({}));
    expect([1, 3].map((id) => tokenizer.tokenOf(id))).toEqual(["<s>", "[INST]"]);
  });

  test("counts that cannot be are refused", () => {
    const many = { default_num_special_tokens: 1e9, default_vocab_size: 1e9 + 256 };
    expect(() => openText("many.json", file({}, many))).toThrow(/too many/);
    const special_tokens = [{ rank: 9, token_str: "<s>" }];
    expect(() => openText("far.json", file({ special_tokens }))).toThrow(/rank 9, of 4/);
  });
});

/** A tokenizer written as GGUF and opened again. */
function throughGguf(tokenizer: Tokenizer): Tokenizer {
  const path = join(folder, "written.gguf");
  writeFileSync(path, writeGguf(tokenizer));
  return openTokenizer(path).tokenizer;
}

const idsOf = (tokenizer: Tokenizer, text: string) => [...tokenizer.encodeIds(text)];
const tokensOf = (tokenizer: Tokenizer, text: string) =>
  idsOf(tokenizer, text).map((id) => tokenizer.tokenOf(id));

describe("user-defined symbols of SentencePiece", () => {
  const pieces = ["<unk>", "▁", "▁a", "a", "b", "ab", "<x>"];
  const types = [2, 1, 1, 1, 1, 1, 4];

  test.each([1, 2])("stand where they are found, spaces before them too (kind %i)", (kind) => {
    const tokenizer = loadSentencePiece(sentencePiece(pieces, { types, kind }));
    expect(tokensOf(tokenizer, "a <x>ab")).toEqual(["▁a", "▁", "<x>", "ab"]);
    expect(tokensOf(tokenizer, "<x>")).toEqual(["▁", "<x>"]);
  });

  test("are written as other libraries find them: first of all", () => {
    const options = { types, kind: 2, keepsSpaces: true };
    const tokenizer = loadSentencePiece(sentencePiece(pieces, options));
    const json = loadTokenizerJson(describeTokenizer(tokenizer));
    const gguf = throughGguf(tokenizer);
    for (const one of [json, gguf]) expect(tokensOf(one, "a<x>a")).toEqual(["▁a", "<x>", "▁a"]);
  });
});

describe("unigram models as GGUF", () => {
  const texts = ["ab a", "  b  ab ", "xyz", "a\u00e9b", "", "ab ".repeat(50)];

  test("of SentencePiece", () => {
    const tokenizer = loadSentencePiece(sentencePiece(["<unk>", "▁", "a", "b", "ab", "▁ab"]));
    const again = throughGguf(tokenizer);
    for (const text of texts) expect(idsOf(again, text)).toEqual(idsOf(tokenizer, text));
  });

  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const control = { ...flags, special: true };
  const file = {
    added_tokens: [
      { id: 0, content: "</s>", ...control },
      { id: 1, content: "<unk>", ...control },
    ],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
        { type: "Strip", strip_left: true, strip_right: true },
      ],
    },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "</s>": { id: "</s>", ids: [0], tokens: ["</s>"] } },
    },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" },
    model: {
      type: "Unigram",
      unk_id: 1,
      vocab: ["</s>", "<unk>", "▁", "a", "b", "ab", "▁ab"].map((token, id) => [token, -id]),
    },
  };

  test("of tokenizer.json, with the token at the end", () => {
    const tokenizer = loadTokenizerJson(file);
    const again = throughGguf(tokenizer);
    for (const text of texts) {
      expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
    }
    expect(again.encode("ab").ids.at(-1)).toBe(0);
  });

  test("what llama.cpp has no words for is refused", () => {
    const bytes = { ...file, model: { ...file.model, byte_fallback: true } };
    expect(() => writeGguf(loadTokenizerJson(bytes))).toThrow(/no bytes/);
    const lower = { ...file, normalizer: { type: "Lowercase" } };
    expect(() => writeGguf(loadTokenizerJson(lower))).toThrow(/normalizes and cuts/);
    const vocab = [...file.model.vocab, ["a▁b", -9]];
    const phrases = { ...file, model: { ...file.model, vocab } };
    expect(() => writeGguf(loadTokenizerJson(phrases))).toThrow(/from word to word/);
  });
});

describe("one letter a megabyte long is no trouble", () => {
  const letters = "a".repeat(1_000_000);
  const pieces = ["<unk>", "▁", "a", "aa", "aaa", "aaaa"];
  const json = (model: object) => loadTokenizerJson({ model });
  const wordPiece = {
    type: "WordPiece",
    unk_token: "?",
    continuing_subword_prefix: "##",
    vocab: { "?": 0, a: 1, "##a": 2 },
  };
  const tokenizers: Record<string, Tokenizer> = {
    unigram: loadSentencePiece(sentencePiece(pieces)),
    "BPE by scores": loadSentencePiece(sentencePiece(pieces, { kind: 2 })),
    "BPE by merges": json({
      type: "BPE",
      vocab: { a: 0, aa: 1, aaaa: 2 },
      merges: ["a a", "aa aa"],
    }),
    WordPiece: json({ ...wordPiece, max_input_chars_per_word: 100 }),
    "WordPiece without a limit": json({ ...wordPiece, max_input_chars_per_word: 2_000_000 }),
    WordLevel: json({ type: "WordLevel", unk_token: "?", vocab: { "?": 0 } }),
  };
  test.each(Object.entries(tokenizers))("%s", (name, tokenizer) => {
    const { ids } = tokenizer.encode(letters);
    expect(ids.length).toBeGreaterThan(/^Word(Level|Piece$)/.test(name) ? 0 : 249_999);
    expect(tokenizer.encodeIds(letters).length).toBe(ids.length);
  });
});
