/**
 * Odd files `tokenizer.json`, and what `tokenizers` 0.23 makes of each: the ids of a text, or null
 * where it refuses the file. `test/interop/tokenize/odd-files.test.ts` asks it again.
 */

export interface OddFile {
  readonly name: string;
  readonly json: string;
  readonly text: string;
  readonly ids: readonly number[] | null;
}

type Fields = Readonly<Record<string, unknown>>;

const MODEL = {
  type: "BPE",
  vocab: { a: 0, b: 1, ab: 2, c: 3, abc: 4 },
  merges: ["a b", "ab c"],
};

function write(fields: Fields, model: Fields = {}): string {
  return JSON.stringify({ version: "1.0", ...fields, model: { ...MODEL, ...model } });
}

/** A file whose text `from` reads `to`. */
function rewritten(from: string, to: string, fields: Fields = {}): string {
  return write(fields).replace(from, to);
}

function added(content: string, id: number): Fields {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return { id, content, ...flags, special: false };
}

const split = (pattern: Fields): Fields => ({
  pre_tokenizer: { type: "Split", pattern, behavior: "Isolated", invert: false },
});
const replace = (pattern: Fields): Fields => ({
  normalizer: { type: "Replace", pattern, content: "c" },
});
const template = (id: string, specials: Fields): Fields => ({
  post_processor: {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
    special_tokens: specials,
  },
});
const special = { id: "X", ids: [3], tokens: ["c"] };
const prefix = { continuing_subword_prefix: "##", vocab: { a: 0, b: 1, "##b": 2, ab: 3 } };
const empty = { vocab: { "": 0, a: 1, b: 2, ab: 3 } };
const map = (bytes: Buffer): Fields => ({
  normalizer: { type: "Precompiled", precompiled_charsmap: bytes.toString("base64") },
});

type Case = readonly [name: string, json: string, text: string, ids: readonly number[] | null];

const CASES: readonly Case[] = [
  ["an id of 2^32 - 1", write({}, { vocab: { a: 0xffff_ffff }, merges: [] }), "a", [0xffff_ffff]],
  ["an id of 2^32", write({}, { vocab: { a: 2 ** 32 }, merges: [] }), "a", null],
  ["an id of -0", rewritten('"a":0', '"a":-0'), "a", null],
  ["an id of 1.0", rewritten('"b":1', '"b":1.0'), "a", null],
  ["an id of 1e0", rewritten('"b":1', '"b":1e0'), "a", null],
  ["a token twice", rewritten('"b":1', '"b":1,"b":7'), "b", [7]],
  ["a token named __proto__", rewritten('"b":1', '"b":1,"__proto__":9'), "ab", [2]],
  ["a type named constructor", write({ normalizer: { type: "constructor" } }), "a", null],
  ["a field that is not known", write({ extra: 1 }), "a", null],
  ["a version that is not known", write({ version: "2.0" }), "a", null],
  ["truncation that is a number", write({ truncation: 5 }), "a", null],
  ["no added tokens but null", write({ added_tokens: null }), "a", null],
  ["a head in the merges", write({}, { merges: ["#version: 0.2", "a b"] }), "ab", [2]],
  ["merges of both forms", write({}, { merges: ["a b", ["ab", "c"]] }), "ab", null],
  ["a merge with an empty token", write({}, { ...empty, merges: [" ab"] }), "ab", [1, 2]],
  ["a merge of an unknown token", write({}, { merges: ["x b"] }), "a", null],
  ["a merge with its prefix", write({}, { ...prefix, merges: ["a ##b"] }), "ab", [3]],
  ["a merge without its prefix", write({}, { ...prefix, merges: ["a b"] }), "ab", null],
  ["dropout that is a text", write({}, { dropout: "x" }), "a", null],
  [
    "added tokens with other ids",
    write({ added_tokens: [added("y", 50), added("x", 40)] }),
    "yx",
    [5, 6],
  ],
  ["an added token with a known id", write({ added_tokens: [added("x", 2)] }), "abx", [2, 5]],
  [
    "an added token twice",
    write({ added_tokens: [added("x", 5), added("x", 6), added("y", 7)] }),
    "xy",
    [5, 6],
  ],
  ["an empty added token", write({ added_tokens: [added("", 5), added("x", 6)] }), "ax", [0, 5]],
  ["an added token without flags", write({ added_tokens: [{ id: 5, content: "x" }] }), "a", null],
  [
    "an added token with two texts",
    rewritten('"content":"x"', '"content":"x","content":"y"', { added_tokens: [added("x", 5)] }),
    "a",
    null,
  ],
  ["an added token with id -1", write({ added_tokens: [added("a", -1)] }), "a", null],
  ["a pattern that matches nothing", write(split({ Regex: "b*" })), "abcab", [0, 1, 3, 0, 1]],
  ["two patterns", write(split({ Regex: "b", String: "b" })), "a", null],
  ["nothing replaced", write(replace({ String: "" })), "ab", [3, 0, 3, 1, 3]],
  [
    "nothing or something replaced",
    write(replace({ Regex: "b*" })),
    "abcab",
    [3, 0, 3, 3, 3, 0, 3],
  ],
  ["beginnings of lines replaced", write(replace({ Regex: "^" })), "a\na\n", [3, 0, 3, 0]],
  ["ends of lines replaced", write(replace({ Regex: "$" })), "a\na\n", [0, 3, 0, 3, 3]],
  ["an empty text replaced", write(replace({ Regex: "^" })), "", []],
  [
    "a mark of two characters",
    write({ pre_tokenizer: { type: "Metaspace", replacement: "ab" } }),
    "a",
    null,
  ],
  [
    "a delimiter of no character",
    write({ pre_tokenizer: { type: "CharDelimiterSplit", delimiter: "" } }),
    "a",
    null,
  ],
  [
    "an old Metaspace",
    write({ pre_tokenizer: { type: "Metaspace", replacement: "b", add_prefix_space: false } }),
    "a",
    null,
  ],
  ["a template's token by its name", write(template("Y", { Y: special })), "a", [3, 0]],
  [
    "a template with a third text",
    rewritten('"A"', '"C"', template("Y", { Y: special })),
    "a",
    null,
  ],
  [
    "a normalizer without its settings",
    write({ normalizer: { type: "BertNormalizer" } }),
    "a",
    null,
  ],
  [
    "a map that is no base64",
    write({ normalizer: { type: "Precompiled", precompiled_charsmap: "!" } }),
    "a",
    null,
  ],
  ["a map of nothing", write(map(Buffer.alloc(0))), "a", null],
  ["a map cut off", write(map(Buffer.from([255, 255, 255, 255, 1]))), "a", null],
  ["a suffix of nothing", write({ decoder: { type: "BPEDecoder", suffix: "" } }), "a", [0]],
];

export const ODD_FILES: readonly OddFile[] = CASES.map(([name, json, text, ids]) => ({
  name,
  json,
  text,
  ids,
}));
