/**
 * Where a long text may be cut so that its parts give the tokens of the whole: between an ASCII
 * letter or digit and a space before another one. There every pattern in use begins a new piece.
 *
 * `keep`: the space belongs to the second part. `drop`: it is left out, because the tokenizer puts
 * one in front of every text. Null: nothing is known, and a text must be encoded as a whole.
 */
import type { AddedToken } from "../added-tokens.ts";
import type { TokenizerSpec } from "../load/assemble.ts";
import { type JsonObject, listParts } from "../load/fields.ts";
import type { TokenModel } from "../model/token-model.ts";
import { isSpacePattern } from "../text/known-patterns.ts";

export type CutRule = "keep" | "drop";

const LOCAL_NORMALIZERS = new Set([
  "NFC",
  "NFD",
  "NFKC",
  "NFKD",
  "Lowercase",
  "StripAccents",
  "BertNormalizer",
  "Nmt",
  "Precompiled",
]);
const LOCAL_SPLITTERS = new Set(["Digits", "Punctuation"]);
const SPACE_SPLITTERS = new Set(["BertPreTokenizer", "Whitespace", "WhitespaceSplit"]);
const SPACE_MARK = "▁";
const MARK_BYTES = new TextEncoder().encode(SPACE_MARK);

/** The rule of a tokenizer made of these parts. */
export function findCutRule(
  spec: TokenizerSpec,
  model: TokenModel,
  added: readonly AddedToken[],
): CutRule | null {
  if (added.some(reachesOverSpace)) return null;
  const normalizers = listParts(spec.normalizer, "normalizers");
  const splitters = listParts(spec.pre_tokenizer, "pretokenizers");
  const hasPrefix = normalizers.some(({ type }) => type === "Prepend");
  const marksSpaces = normalizers.some(isSpaceMark);
  const isLocal = normalizers.every(
    (part) =>
      LOCAL_NORMALIZERS.has(String(part.type)) ||
      isSpaceMark(part) ||
      (part.type === "Prepend" && part.prepend === SPACE_MARK),
  );
  if (!isLocal || hasPrefix !== (hasPrefix && marksSpaces)) return null;
  const cuts =
    splitters.some(cutsBeforeSpace) &&
    splitters.every((part) => cutsBeforeSpace(part) || isNarrower(part));
  const isHarmless = splitters.every(
    (part) => isNarrower(part) || part.type === "Metaspace" || isSpaceSplit(part),
  );
  const usesMark = marksSpaces || splitters.some(({ type }) => type === "Metaspace");
  if (!cuts && !(isHarmless && usesMark && keepsWordsApart(model))) return null;
  return hasPrefix ? "drop" : "keep";
}

function isSpaceMark(part: JsonObject): boolean {
  const pattern = part.pattern as JsonObject | undefined;
  return part.type === "Replace" && pattern?.String === " " && part.content === SPACE_MARK;
}

/** Gemma cuts at spaces that its normalizer has already taken away. */
function isSpaceSplit(part: JsonObject): boolean {
  return part.type === "Split" && (part.pattern as JsonObject).String === " ";
}

function cutsBeforeSpace(part: JsonObject): boolean {
  if (SPACE_SPLITTERS.has(String(part.type))) return true;
  if (part.type === "ByteLevel") return part.use_regex !== false;
  if (part.type === "Metaspace") return part.split !== false;
  const regex = part.type === "Split" ? (part.pattern as JsonObject).Regex : undefined;
  const isWhole =
    part.behavior === "Isolated" || (part.behavior === "Removed" && part.invert === true);
  return typeof regex === "string" && isWhole && isSpacePattern(regex) === "all";
}

/** Cuts pieces that others cut already, and never looks over a space. */
function isNarrower(part: JsonObject): boolean {
  if (LOCAL_SPLITTERS.has(String(part.type)) || part.type === "ByteLevel") return true;
  const regex = part.type === "Split" ? (part.pattern as JsonObject).Regex : undefined;
  return (
    typeof regex === "string" && part.behavior === "Isolated" && isSpacePattern(regex) === "some"
  );
}

/** No token goes from one word into the next, so no merge and no path does. */
function keepsWordsApart(model: TokenModel): boolean {
  if (model.type !== "BPE" && model.type !== "Unigram") return false;
  const { bytes, ends } = model.vocabulary.columns();
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let token = 0;
  for (let at = all.indexOf(MARK_BYTES); at >= 0; at = all.indexOf(MARK_BYTES, at + 1)) {
    while (ends[token]! <= at) token++;
    const start = token === 0 ? 0 : ends[token - 1]!;
    if (at === start) continue;
    if (at - start < 3 || all.compare(MARK_BYTES, 0, 3, at - 3, at) !== 0) return false;
  }
  return true;
}

function reachesOverSpace({ content, lstrip, rstrip }: AddedToken): boolean {
  const isInside =
    /[A-Za-z0-9] [A-Za-z0-9]/.test(content) || /^ [A-Za-z0-9]|[A-Za-z0-9] $/.test(content);
  return (
    isInside || (lstrip && /^[A-Za-z0-9]/.test(content)) || (rstrip && /[A-Za-z0-9]$/.test(content))
  );
}
