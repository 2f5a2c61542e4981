/** The normalizers of `tokenizer.json` (`tokenizers` 0.23), by type: text in, text out, places kept. */
import {
  buildPart,
  type JsonObject,
  malformed,
  readFlag,
  readList,
  readObject,
  readText,
} from "../load/fields.ts";
import { type AlignedText, prependText, replaceMatches, sliceText } from "../text/aligned-text.ts";
import { textToByteCharacters } from "../text/byte-characters.ts";
import { MARKS } from "../text/character-classes.ts";
import { isNew } from "../text/new-characters.ts";
import { compilePattern, literalPattern } from "../text/pattern.ts";
import { lowercase, normalizeForBert } from "./bert.ts";
import { CompiledCharsMap } from "./precompiled.ts";
import { normalizeForm } from "./unicode-forms.ts";

export type Normalize = (text: AlignedText) => AlignedText;

const BUILDERS: Readonly<Record<string, (part: JsonObject) => Normalize>> = {
  NFC: () => (text) => normalizeForm(text, "NFC"),
  NFD: () => (text) => normalizeForm(text, "NFD"),
  NFKC: () => (text) => normalizeForm(text, "NFKC"),
  NFKD: () => (text) => normalizeForm(text, "NFKD"),
  Lowercase: () => lowercase,
  StripAccents: () => (text) =>
    replaceMatches(text, MARKS, (found) => (isNew(found, "accents") ? found : "")),
  Nmt: () => normalizeNmt,
  ByteLevel: () => (text) => replaceMatches(text, /[^\x21-\x7e]/gu, textToByteCharacters),
  Sequence: buildSequence,
  BertNormalizer: buildBert,
  Strip: buildStrip,
  Replace: buildReplace,
  Prepend: buildPrepend,
  Precompiled: buildPrecompiled,
};

/** As BERT without case has it. */
export const BERT_NORMALIZER = {
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};

/** The normalizer a `tokenizer.json` describes; none for null. */
export function buildNormalizer(value: unknown): Normalize | null {
  return buildPart(BUILDERS, value, "normalizer");
}

function buildSequence(part: JsonObject): Normalize {
  const steps = readList(part.normalizers, "normalizers").map((step) => {
    const built = buildNormalizer(step);
    if (built === null) throw malformed("a normalizer in a sequence is null");
    return built;
  });
  return (text) => steps.reduce((current, step) => step(current), text);
}

function buildBert(part: JsonObject): Normalize {
  const lower = readFlag(part.lowercase, "normalizer.lowercase");
  const options = {
    cleanText: readFlag(part.clean_text, "normalizer.clean_text"),
    handleChineseChars: readFlag(part.handle_chinese_chars, "normalizer.handle_chinese_chars"),
    stripAccents: readFlag(part.strip_accents, "normalizer.strip_accents", lower),
    lowercase: lower,
  };
  return (text) => normalizeForBert(text, options);
}

function buildStrip(part: JsonObject): Normalize {
  const left = readFlag(part.strip_left, "normalizer.strip_left");
  const right = readFlag(part.strip_right, "normalizer.strip_right");
  return (source) => {
    const { text } = source;
    const from = left ? (/^\p{White_Space}*/u.exec(text)?.[0].length ?? 0) : 0;
    let to = text.length;
    while (right && to > from && /\p{White_Space}/u.test(text[to - 1]!)) to--;
    return sliceText(source, from, to);
  };
}

/** The `pattern` of a Replace or a Split: `{"String": …}` or `{"Regex": …}`. */
export function readPattern(value: unknown, where: string): RegExp {
  const pattern = readObject(value, where);
  if (Object.keys(pattern).length !== 1) throw malformed(`\`${where}\` is not one pattern`);
  if (pattern.String !== undefined) return literalPattern(readText(pattern.String, where));
  if (pattern.Regex !== undefined) return compilePattern(readText(pattern.Regex, where));
  throw malformed(`\`${where}\` is neither a String nor a Regex`);
}

function buildReplace(part: JsonObject): Normalize {
  const expression = readPattern(part.pattern, "normalizer.pattern");
  const content = readText(part.content, "normalizer.content");
  return (text) => replaceMatches(text, expression, () => content);
}

function buildPrepend(part: JsonObject): Normalize {
  const prefix = readText(part.prepend, "normalizer.prepend");
  return (text) => (text.text === "" ? text : prependText(text, prefix));
}

function buildPrecompiled(part: JsonObject): Normalize {
  const encoded = readText(part.precompiled_charsmap, "normalizer.precompiled_charsmap");
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) {
    throw malformed("`normalizer.precompiled_charsmap` is no base64");
  }
  const map = new CompiledCharsMap(bytes);
  return (text) => map.replaceGraphemes(text);
}

/** Control characters, but not NUL, white space and most of the second block. */
const NMT_DROPPED = /(?![\0\t\n\f\r\x80-\x8e\x90-\x9e])\p{Cc}/gu;
const NMT_SPACE = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu;

function normalizeNmt(source: AlignedText): AlignedText {
  const kept = replaceMatches(source, NMT_DROPPED, () => "");
  return replaceMatches(kept, NMT_SPACE, () => " ");
}
