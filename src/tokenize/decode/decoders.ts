/** The decoders of `tokenizer.json` (`tokenizers` 0.23), by type: tokens in, pieces of text out. */
import {
  buildPart,
  type JsonObject,
  malformed,
  readCharacter,
  readFlag,
  readList,
  readNatural,
  readText,
} from "../load/fields.ts";
import { readPattern } from "../normalize/normalizers.ts";
import { readMetaspace } from "../split/pre-tokenizers.ts";
import { charactersToBytes } from "../text/byte-characters.ts";
import { findMatches } from "../text/find-matches.ts";

export type Decode = (tokens: readonly string[]) => string[];

const BUILDERS: Readonly<Record<string, (part: JsonObject) => Decode>> = {
  Sequence: buildSequence,
  ByteLevel: () => decodeByteLevel,
  ByteFallback: () => decodeByteFallback,
  Fuse: () => (tokens) => [tokens.join("")],
  Replace: buildReplace,
  Strip: buildStrip,
  Metaspace: buildMetaspace,
  WordPiece: buildWordPiece,
  BPEDecoder: buildSuffix,
  CTC: buildCtc,
};

/** The decoder a `tokenizer.json` describes; none for null. */
export function buildDecoder(value: unknown): Decode | null {
  return buildPart(BUILDERS, value, "decoder");
}

function buildSequence(part: JsonObject): Decode {
  const steps = readList(part.decoders, "decoders").map((step) => {
    const built = buildDecoder(step);
    if (built === null) throw malformed("a decoder in a sequence is null");
    return built;
  });
  return (tokens) => steps.reduce<string[]>((current, step) => step(current), [...tokens]);
}

const encoder = new TextEncoder();
const lossy = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes the tokens of a byte-level tokenizer stand for; a token of no such alphabet is its UTF-8. */
export function bytesOfToken(token: string): Uint8Array {
  return charactersToBytes(token) ?? encoder.encode(token);
}

function decodeByteLevel(tokens: readonly string[]): string[] {
  return [lossy.decode(Buffer.concat(tokens.map(bytesOfToken)))];
}

function decodeByteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    try {
      texts.push(strict.decode(Uint8Array.from(bytes)));
    } catch {
      for (const _ of bytes) texts.push("\ufffd");
    }
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (hex === undefined) {
      flush();
      texts.push(token);
    } else bytes.push(Number.parseInt(hex, 16));
  }
  flush();
  return texts;
}

function buildReplace(part: JsonObject): Decode {
  const expression = readPattern(part.pattern, "decoder.pattern");
  const content = readText(part.content, "decoder.content");
  return (tokens) =>
    tokens.map((token) => {
      let replaced = "";
      let last = 0;
      for (const { from, to } of findMatches(expression, token)) {
        replaced += token.slice(last, from) + content;
        last = to;
      }
      return replaced + token.slice(last);
    });
}

function buildStrip(part: JsonObject): Decode {
  const content = readCharacter(part.content, "decoder.content");
  const start = readNatural(part.start, "decoder.start");
  const stop = readNatural(part.stop, "decoder.stop");
  return (tokens) =>
    tokens.map((token) => {
      const characters = [...token];
      let from = 0;
      while (from < Math.min(start, characters.length) && characters[from] === content) from++;
      let to = characters.length;
      while (to > from && characters.length - to < stop && characters[to - 1] === content) to--;
      return characters.slice(from, to).join("");
    });
}

function buildMetaspace(part: JsonObject): Decode {
  const { replacement, scheme } = readMetaspace(part);
  return (tokens) =>
    tokens.map((token, i) =>
      token.replaceAll(replacement, i === 0 && scheme !== "never" ? "" : " "),
    );
}

const CLEAN_UPS: readonly (readonly [string, string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleanUp(text: string): string {
  return CLEAN_UPS.reduce((current, [from, to]) => current.replaceAll(from, to), text);
}

function buildWordPiece(part: JsonObject): Decode {
  const prefix = readText(part.prefix, "decoder.prefix");
  const cleans = readFlag(part.cleanup, "decoder.cleanup");
  return (tokens) =>
    tokens.map((token, i) => {
      const joined =
        i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      return cleans ? cleanUp(joined) : joined;
    });
}

function buildSuffix(part: JsonObject): Decode {
  const suffix = readText(part.suffix, "decoder.suffix");
  return (tokens) =>
    tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? "" : " "));
}

function buildCtc(part: JsonObject): Decode {
  const padToken = readText(part.pad_token, "decoder.pad_token");
  const delimiter = readText(part.word_delimiter_token, "decoder.word_delimiter_token");
  const cleans = readFlag(part.cleanup, "decoder.cleanup");
  return (tokens) =>
    tokens
      .filter((token, i) => i === 0 || token !== tokens[i - 1])
      .map((token) => {
        const text = padToken === "" ? token : token.replaceAll(padToken, "");
        return cleans ? cleanUp(text).replaceAll(delimiter, " ") : text;
      })
      .filter((text) => text !== "");
}
