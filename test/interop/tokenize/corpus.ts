/**
 * A mixed corpus from text that installed packages ship, and what breaks tokenizers: emoji, random
 * characters of all planes, white space storms, bytes that are no UTF-8, long runs of one letter,
 * special tokens written out, pieces of real vocabularies in random order. The same for the same
 * files and seed.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { createRng, type Rng } from "../../../src/core/rng.ts";
import { readTextChunks } from "../../../src/tokenize/index.ts";

const EXTENSIONS = new Set(".md .ts .js .mjs .cjs .json .py .txt .html .po".split(" "));
const SPECIALS =
  "<|endoftext|> <|im_start|> <|im_end|> <s> </s> <unk> <pad> [CLS] [SEP] [MASK] [UNK] <bos> <eos> <|begin_of_text|> <|eot_id|> <start_of_turn> <mask> <|fim_prefix|> <think>".split(
    " ",
  );
const SPACES = [
  " ",
  "  ",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\n\n\n",
  "\u00a0",
  "\u3000",
  "\u2003",
  "\u0085",
  "\ufeff",
  "\u200b",
  "\v",
  "\f",
];
/** Cut sequences, overlong ones, surrogates, too large ones, bytes that never stand in UTF-8. */
const BROKEN = [
  [0x80],
  [0xbf, 0xbf],
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xc0, 0x80],
  [0xe0, 0x80, 0xaf],
  [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80],
  [0xfe],
  [0xff],
];
const EMOJI = [..."😀🎉🚀👍🏽👨‍👩‍👧‍👦🇩🇪🏳️‍🌈❤️☕️✅1️⃣"];

export interface CorpusOptions {
  /** Folders whose files are read, in order. */
  readonly folders: readonly string[];
  /** Tokens of real vocabularies: words of many languages. */
  readonly tokens: readonly string[];
  readonly size: number;
  readonly seed: number;
  /** How much of it is made up; half when absent. */
  readonly madeUp?: number;
}

/** Texts of about `size` bytes together; some are no UTF-8. */
export function buildCorpus({
  folders,
  tokens,
  size,
  seed,
  madeUp = 0.5,
}: CorpusOptions): Uint8Array[] {
  const rng = createRng(seed);
  const files = folders.flatMap(listFiles);
  const texts: Uint8Array[] = [];
  let total = 0;
  while (total < size) {
    const real = cutFile(files[rng.int(files.length)]!, rng);
    const text = rng.next() < madeUp ? makeBytes(tokens, rng) : real;
    if (text.length === 0) continue;
    texts.push(text);
    total += text.length;
  }
  return texts;
}

/** The texts as the product reads files, each in two parts. */
export async function readTexts(corpus: readonly Uint8Array[]): Promise<string[]> {
  const texts: string[] = [];
  for (const bytes of corpus) {
    const chunks = readTextChunks(inHalves(bytes), { rule: null });
    for await (const { text } of chunks) texts.push(text);
  }
  return texts;
}

async function* inHalves(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length / 2);
  yield bytes.subarray(bytes.length / 2);
}

/** The file the peers read: each text after its length, four bytes, little-endian. */
export function packTexts(corpus: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    corpus.flatMap((bytes) => [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]),
  );
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => EXTENSIONS.has(extname(name)))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** Up to 16 kB from anywhere in a file, perhaps cut in the middle of a character. */
function cutFile(path: string, rng: Rng): Uint8Array {
  const bytes = readFileSync(path);
  const from = bytes.length < 16_000 ? 0 : rng.int(bytes.length - 8000);
  return bytes.subarray(from, from + 1000 + rng.int(15_000));
}

function makeBytes(tokens: readonly string[], rng: Rng): Uint8Array {
  const bytes = Buffer.from(makeText(tokens, rng));
  const count = rng.next() < 0.15 && bytes.length > 8 ? rng.int(12) : 0;
  for (let i = 0; i < count; i++) {
    bytes.set(BROKEN[rng.int(BROKEN.length)]!, rng.int(bytes.length - 8));
  }
  return bytes;
}

function makeText(tokens: readonly string[], rng: Rng): string {
  const pick = <T>(list: readonly T[]): T => list[rng.int(list.length)]!;
  const length = 20 + rng.int(300);
  const kind = rng.int(6);
  let text = "";
  for (let i = 0; i < length; i++) {
    const dice = rng.next();
    if (kind === 0) text += String.fromCodePoint(randomCodePoint(rng));
    else if (kind === 1) text += pick(SPACES).repeat(1 + rng.int(dice < 0.1 ? 30 : 3));
    else if (kind === 2 && dice < 0.02)
      text += pick(["a", "ー", "0", "=", "ß"]).repeat(rng.int(400));
    if (dice < 0.7) text += pick(tokens);
    else if (dice < 0.8) text += pick(SPACES);
    else if (dice < 0.85) text += pick(EMOJI);
    else if (dice < 0.88) text += pick(SPECIALS);
    else if (dice < 0.9) text += String.fromCodePoint(randomCodePoint(rng));
    else if (dice < 0.93) text += String(rng.int(10 ** (1 + rng.int(9))));
    else if (dice < 0.96)
      text += pick(["'s", "'LL", "don't", "'\u017f", "I've", "…", "--", "/", "\ufffd"]);
    else text += " ";
  }
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function randomCodePoint(rng: Rng): number {
  const plane = rng.next();
  if (plane < 0.3) return 0x20 + rng.int(0x250);
  if (plane < 0.9) return rng.int(0x10000);
  return 0x10000 + rng.int(plane < 0.99 ? 0x20000 : 0xf0000);
}
