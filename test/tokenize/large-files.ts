/** Tokenizer files of eight megabytes, honest and hostile, made from a seed when they are wanted. */
import { createRng } from "../../src/core/rng.ts";
import type { LargeFile } from "../long/open-large.ts";

const BYTES = 8_000_000;

const SYLLABLES = ["a", "ing", "é", "ßt", "γα", "中文", "字", "▁", "tion", "q", "xx", "ło"];

/** Distinct words. */
function* words(): Generator<string> {
  const rng = createRng(11);
  for (let i = 0; ; i++)
    yield `${i.toString(36)}.${SYLLABLES[rng.int(12)]}${SYLLABLES[rng.int(12)]}`;
}

/** Texts that `piece` makes of words, until they are of the size wanted. */
function fill(piece: (word: string, index: number) => string): string {
  const parts: string[] = [];
  let size = 0;
  let index = 0;
  for (const word of words()) {
    const part = piece(word, index++);
    parts.push(part);
    size += Buffer.byteLength(part) + 1;
    if (size >= BYTES) break;
  }
  return parts.join(",");
}

const repeat = (part: string): string => {
  const count = Math.floor(BYTES / (part.length + 1));
  return Array.from({ length: count }, () => part).join(",");
};

function tokenizerJson(model: string, more = ""): Buffer {
  return Buffer.from(`{"version":"1.0",${more}"model":{${model}}}`);
}

const WORD_PIECE =
  '"type":"WordPiece","unk_token":"a","continuing_subword_prefix":"##","max_input_chars_per_word":9';

const SMALL: Record<string, string> = {
  BPE: '"type":"BPE","vocab":{"a":0},"merges":[]',
  WordPiece: `${WORD_PIECE},"vocab":{"a":0}`,
  Unigram: '"type":"Unigram","unk_id":0,"vocab":[["a",0]]',
};

/** The 256 bytes in GPT-2's alphabet, and pairs of them and longer that merges make. */
function byteLevel(wanted: number, form: (left: string, right: string) => string): string {
  const alphabet = Array.from({ length: 256 }, (_, byte) => {
    const isPlain = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return isPlain ? byte : -1;
  });
  let next = 0x100;
  const tokens = alphabet.map((code) => String.fromCharCode(code < 0 ? next++ : code));
  const known = new Set(tokens);
  const rng = createRng(5);
  const merges: string[] = [];
  let size = 0;
  while (size < wanted) {
    const [left, right] = [tokens[rng.int(tokens.length)]!, tokens[rng.int(tokens.length)]!];
    const made = left + right;
    if (made.length > 12 || known.has(made)) continue;
    known.add(made);
    tokens.push(made);
    merges.push(form(left, right));
    size += Buffer.byteLength(made) * 2 + 20;
  }
  const vocab = tokens.map((token, id) => `${JSON.stringify(token)}:${id}`).join(",");
  return `"type":"BPE","ignore_merges":true,"vocab":{${vocab}},"merges":[${merges.join(",")}]`;
}

const BYTE_LEVEL =
  '"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true},' +
  '"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true},';

/** Every `tokenizer.json`, by what is large in it. */
export function jsonFiles(): LargeFile[] {
  const file = (name: string, type: string, model: () => string): LargeFile => ({
    name,
    small: () => tokenizerJson(SMALL[type]!),
    large: () => tokenizerJson(model()),
  });
  const text = (left: string, right: string) => JSON.stringify(`${left} ${right}`);
  const vocab = (form: (word: string, id: number) => string) => () =>
    `"type":"BPE","vocab":{"a":0,"b":1,"ab":2,${fill(form)}},"merges":[]`;
  const bpe = (name: string, more: () => string, merges = () => ""): LargeFile =>
    file(name, "BPE", () => {
      return `"type":"BPE","vocab":{"a":0,"b":1,"ab":2${more()}},"merges":[${merges()}]`;
    });
  const unigram = (name: string, more: () => string): LargeFile =>
    file(name, "Unigram", () => `"type":"Unigram","unk_id":0,"vocab":[["a",0],${more()}]`);
  return [
    {
      name: "byte-level BPE",
      small: () => tokenizerJson(byteLevel(10_000, text), BYTE_LEVEL),
      large: () => tokenizerJson(byteLevel(BYTES, text), BYTE_LEVEL),
    },
    file("WordPiece", "WordPiece", () => {
      const words = fill((word, id) => `"${word}":${id}`);
      return `${WORD_PIECE},"vocab":{"a":0,${words}}`;
    }),
    unigram("Unigram", () => fill((word, id) => `["${word}",-${id / 1000}]`)),
    bpe("one key again and again", () => `,${repeat('"a":1')}`),
    file(
      "short tokens",
      "BPE",
      vocab((_, id) => `"${id.toString(36)}":${id}`),
    ),
    file(
      "ids far apart",
      "BPE",
      vocab((word, id) => `"${word}":${id * 7919}`),
    ),
    bpe(
      "one merge again and again",
      () => "",
      () => repeat('"a b"'),
    ),
    bpe(
      "merges of nothing",
      () => "",
      () => repeat('""'),
    ),
    bpe("a token of megabytes", () => `,"${"x".repeat(BYTES)}":3`),
    bpe("a token cut off", () => `,"${"x".repeat(BYTES)}`),
    bpe("escapes", () => `,"${"\\u00e9".repeat(BYTES / 6)}":3`),
    unigram("a piece of megabytes", () => `["${"y".repeat(BYTES)}",-1]`),
  ];
}

/** What is beside the model. */
export function partFiles(): LargeFile[] {
  const file = (name: string, more: () => string): LargeFile => ({
    name,
    small: () => tokenizerJson(SMALL.BPE!),
    large: () => tokenizerJson(SMALL.BPE!, `${more()},`),
  });
  const flags = '"single_word":false,"lstrip":false,"rstrip":false,"normalized":false';
  const token = (word: string, id: number): string =>
    `{"id":${id},"content":"${word}",${flags},"special":true}`;
  const shortToken = (word: string, id: number): string => `{"id":${id},"content":"${word}"}`;
  const half = BYTES / 2;
  return [
    file("added tokens", () => `"added_tokens":[${fill(token)}]`),
    file("short added tokens", () => `"added_tokens":[${fill(shortToken)}]`),
    file("deep parts", () => `"normalizer":${"[".repeat(half)}${"]".repeat(half)}`),
    file("empty objects", () => `"normalizer":{"type":"NFC","x":[${repeat("{}")}]}`),
    file("names", () => `"normalizer":{"type":"NFC","x":{${fill((word) => `"${word}":0`)}}}`),
    file("a text of megabytes", () => `"normalizer":{"type":"NFC","x":"${"é".repeat(half)}"}`),
    file("a pattern of megabytes", () => {
      const pattern = `{"Regex":"${"a|".repeat(half)}"}`;
      return `"pre_tokenizer":{"type":"Split","pattern":${pattern},"behavior":"Isolated","invert":false}`;
    }),
  ];
}

const RANKS = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString("base64"));
const LINES = RANKS.map((text, rank) => `${text} ${rank}\n`).join("");

/** Rank files, tekken.json, models of SentencePiece, GGUF. */
export function otherFiles(): LargeFile[] {
  const ranks = (name: string, more: () => string): LargeFile => ({
    name,
    small: () => Buffer.from(LINES),
    large: () => Buffer.from(LINES + more()),
  });
  const base64 = (word: string): string => Buffer.from(`_${word}`).toString("base64");
  const tekken = (name: string, more: () => string[]): LargeFile => ({
    name,
    small: () => tekkenJson([]),
    large: () => tekkenJson(more()),
  });
  return [
    ranks("ranks", () => {
      return fill((word, id) => `${base64(word)} ${id + 256}\n`).replaceAll("\n,", "\n");
    }),
    ranks("empty lines", () => "\n".repeat(BYTES)),
    tekken("tekken", () => {
      const entry = (word: string, rank: number): string =>
        `{"rank":${rank + 256},"token_bytes":"${base64(word)}","token_str":"_${word}"}`;
      return fill(entry).split(/(?<=\}),/);
    }),
    tekken("tekken of nothing", () => repeat("{}").split(",")),
    ...pieceFiles(),
    ...ggufFiles(),
  ];
}

function tekkenJson(more: readonly string[]): Buffer {
  const vocab = RANKS.map((text, rank) => `{"rank":${rank},"token_bytes":"${text}"}`);
  const size = 258 + more.length;
  const config = `{"pattern":"a+","default_num_special_tokens":2,"default_vocab_size":${size}}`;
  return Buffer.from(`{"config":${config},"vocab":[${[...vocab, ...more].join(",")}]}`);
}

function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    length.push((rest % 128) | (rest >= 128 ? 128 : 0));
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.of(number * 8 + 2, ...length), content]);
}

function pieceMessage(text: string, id: number): Buffer {
  const score = Buffer.alloc(5, 0x15);
  score.writeFloatLE(-id / 1000, 1);
  const type = Buffer.of(0x18, id === 0 ? 2 : 1);
  return field(1, Buffer.concat([field(1, Buffer.from(text)), score, type]));
}

function pieceFiles(): LargeFile[] {
  const first = pieceMessage("<unk>", 0);
  const model = (name: string, kind: number, pieces: () => Buffer[]): LargeFile => {
    const ends = [field(2, Buffer.of(0x18, kind)), field(3, Buffer.of(0x18, 1))];
    return {
      name,
      small: () => Buffer.concat([first, ...ends]),
      large: () => Buffer.concat([first, ...pieces(), ...ends]),
    };
  };
  const many = (): Buffer[] => {
    const pieces: Buffer[] = [];
    let size = 0;
    for (const word of words()) {
      pieces.push(pieceMessage(word, pieces.length + 1));
      size += pieces.at(-1)!.length;
      if (size >= BYTES) break;
    }
    return pieces;
  };
  return [
    model("pieces, unigram", 1, many),
    model("pieces, BPE", 2, many),
    model("empty pieces", 1, () => [Buffer.alloc(BYTES, field(1, field(1, Buffer.of())))]),
    model("one piece of megabytes", 1, () => [pieceMessage("z".repeat(BYTES), 1)]),
  ];
}

const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);

function ggufFiles(): LargeFile[] {
  const list = (values: readonly string[]) =>
    Buffer.concat([u32(9), u32(8), u64(values.length), ...values.map(text)]);
  const file = (tokens: readonly string[], merges: readonly string[], more: Buffer[] = []) => {
    const pairs = [
      Buffer.concat([text("tokenizer.ggml.model"), u32(8), text("gpt2")]),
      Buffer.concat([text("tokenizer.ggml.tokens"), list(tokens)]),
      Buffer.concat([text("tokenizer.ggml.merges"), list(merges)]),
      ...more,
    ];
    return Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0), u64(pairs.length), ...pairs]);
  };
  const small = () => file(["a", "b", "ab"], ["a b"]);
  const byteLevelFile = (): Buffer => {
    const model = byteLevel(BYTES, (left, right) => JSON.stringify(`${left} ${right}`));
    const parsed = JSON.parse(`{${model}}`) as { vocab: object; merges: string[] };
    return file(Object.keys(parsed.vocab), parsed.merges);
  };
  const flag = (name: string) => Buffer.concat([text(name), u32(7), Buffer.of(1)]);
  const bytes = [text("x"), u32(9), u32(0), u64(BYTES), Buffer.alloc(BYTES)];
  const many = Array.from({ length: BYTES / 16 }, (_, i) => i.toString(36));
  return [
    { name: "GGUF", small, large: byteLevelFile },
    { name: "bytes in GGUF", small, large: () => file(["a"], [], [Buffer.concat(bytes)]) },
    {
      name: "empty tokens in GGUF",
      small,
      large: () =>
        file(
          many.map(() => ""),
          [],
        ),
    },
    { name: "pairs of GGUF", small, large: () => file(["a"], [], many.map(flag)) },
  ];
}
