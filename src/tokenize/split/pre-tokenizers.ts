/** The pre-tokenizers of `tokenizer.json` (`tokenizers` 0.23), by type: one piece in, pieces out. */
import {
  buildPart,
  type JsonObject,
  malformed,
  readCharacter,
  readChoice,
  readFlag,
  readList,
  readNatural,
} from "../load/fields.ts";
import { readPattern } from "../normalize/normalizers.ts";
import {
  type AlignedText,
  originalRange,
  prependText,
  replaceMatches,
  sliceText,
} from "../text/aligned-text.ts";
import { textToByteCharacters } from "../text/byte-characters.ts";
import { NUMERIC, PUNCTUATION, SPACE } from "../text/character-classes.ts";
import { GPT2_PATTERN } from "../text/known-patterns.ts";
import { compilePattern, literalPattern } from "../text/pattern.ts";
import { BEHAVIORS, splitText } from "./split-text.ts";
import { splitByScript } from "./unicode-scripts.ts";

/** Cuts one piece into pieces. */
export type PreTokenize = (piece: AlignedText) => AlignedText[];

const BUILDERS: Readonly<Record<string, (part: JsonObject) => PreTokenize>> = {
  Sequence: buildSequence,
  ByteLevel: buildByteLevel,
  Metaspace: buildMetaspace,
  Split: buildSplit,
  Digits: buildDigits,
  Punctuation: buildPunctuation,
  FixedLength: buildFixedLength,
  CharDelimiterSplit: buildDelimiter,
  Whitespace: () => {
    const words = compilePattern(String.raw`\w+|[^\w\s]+`);
    return (piece) => splitText(piece, words, "Removed", true);
  },
  WhitespaceSplit: () => (piece) => splitText(piece, SPACE, "Removed"),
  BertPreTokenizer: () => (piece) =>
    splitText(piece, SPACE, "Removed").flatMap((word) => splitText(word, PUNCTUATION, "Isolated")),
  UnicodeScripts: () => splitByScript,
};

/** The pre-tokenizer a `tokenizer.json` describes; none for null. */
export function buildPreTokenizer(value: unknown): PreTokenize | null {
  return buildPart(BUILDERS, value, "pre_tokenizer");
}

function buildSequence(part: JsonObject): PreTokenize {
  const steps = readList(part.pretokenizers, "pretokenizers").map((step) => {
    const built = buildPreTokenizer(step);
    if (built === null) throw malformed("a pre-tokenizer in a sequence is null");
    return built;
  });
  return (piece) => steps.reduce<AlignedText[]>((pieces, step) => pieces.flatMap(step), [piece]);
}

function buildByteLevel(part: JsonObject): PreTokenize {
  const addsSpace = readFlag(part.add_prefix_space, "pre_tokenizer.add_prefix_space");
  const usesPattern = readFlag(part.use_regex, "pre_tokenizer.use_regex", true);
  const expression = compilePattern(GPT2_PATTERN);
  return (piece) => {
    const spaced = addsSpace && !piece.text.startsWith(" ") ? prependText(piece, " ") : piece;
    const pieces = usesPattern ? splitText(spaced, expression, "Isolated") : [spaced];
    return pieces.map((part) => replaceMatches(part, /[^\x21-\x7e]/gu, textToByteCharacters));
  };
}

export type PrependScheme = "always" | "first" | "never";

/** The settings a Metaspace pre-tokenizer and decoder share. */
export function readMetaspace(part: JsonObject): { replacement: string; scheme: PrependScheme } {
  const replacement = readCharacter(part.replacement, "metaspace.replacement");
  const named = readChoice(
    part.prepend_scheme ?? "always",
    ["always", "first", "never"],
    "metaspace.prepend_scheme",
  );
  const adds = readFlag(part.add_prefix_space, "metaspace.add_prefix_space", true);
  if (!adds && named !== "never") {
    throw malformed("`add_prefix_space` contradicts `prepend_scheme`");
  }
  return { replacement, scheme: named };
}

function buildMetaspace(part: JsonObject): PreTokenize {
  const { replacement, scheme } = readMetaspace(part);
  const splits = readFlag(part.split, "metaspace.split", true);
  const mark = literalPattern(replacement);
  return (piece) => {
    let text = replaceMatches(piece, / /g, () => replacement);
    const isFirst = scheme === "first" && (text.text === "" || originalRange(text, 0, 1)[0] === 0);
    if ((scheme === "always" || isFirst) && !text.text.startsWith(replacement)) {
      text = prependText(text, replacement);
    }
    return splits ? splitText(text, mark, "MergedWithNext") : [text];
  };
}

function buildSplit(part: JsonObject): PreTokenize {
  const expression = readPattern(part.pattern, "pre_tokenizer.pattern");
  const behavior = readChoice(part.behavior, BEHAVIORS, "pre_tokenizer.behavior");
  const invert = readFlag(part.invert, "pre_tokenizer.invert");
  return (piece) => splitText(piece, expression, behavior, invert);
}

function buildDigits(part: JsonObject): PreTokenize {
  const isEach = readFlag(part.individual_digits, "pre_tokenizer.individual_digits");
  return (piece) => splitText(piece, NUMERIC, isEach ? "Isolated" : "Contiguous");
}

function buildPunctuation(part: JsonObject): PreTokenize {
  const behavior = readChoice(part.behavior ?? "Isolated", BEHAVIORS, "pre_tokenizer.behavior");
  return (piece) => splitText(piece, PUNCTUATION, behavior);
}

function buildDelimiter(part: JsonObject): PreTokenize {
  const expression = literalPattern(readCharacter(part.delimiter, "pre_tokenizer.delimiter"));
  return (piece) => splitText(piece, expression, "Removed");
}

function buildFixedLength(part: JsonObject): PreTokenize {
  const length = readNatural(part.length ?? 5, "pre_tokenizer.length");
  if (length === 0) throw malformed("`pre_tokenizer.length` is 0");
  return (piece) => {
    const pieces: AlignedText[] = [];
    let from = 0;
    let at = 0;
    let count = 0;
    for (const character of piece.text) {
      at += character.length;
      if (++count % length !== 0) continue;
      pieces.push(sliceText(piece, from, at));
      from = at;
    }
    if (at > from) pieces.push(sliceText(piece, from, at));
    return pieces;
  };
}
