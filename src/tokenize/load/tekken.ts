/**
 * Mistral's `tekken.json`: ranks like tiktoken's with the pattern and the special tokens beside
 * them. Special tokens have the first ids; ranks follow, as many as `default_vocab_size` has room
 * for.
 */

import type { Tokenizer } from "../tokenizer.ts";
import {
  type JsonObject,
  malformed,
  readList,
  readNatural,
  readObject,
  readText,
} from "./fields.ts";
import { buildRankTokenizer } from "./tiktoken.ts";

/** Special tokens of files that list none. */
const NAMES = [
  ..."<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS]".split(" "),
  ..."[/TOOL_RESULTS] [TOOL_CALLS] [IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE]".split(" "),
  ..."[SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]".split(" "),
];
/** More than any file has. */
const MAX_SPECIAL = 1 << 16;

/** Whether JSON is of this kind. */
export function isTekken(value: JsonObject): boolean {
  return (
    Array.isArray(value.vocab) && typeof value.config === "object" && value.model === undefined
  );
}

/** The tokenizer of a parsed `tekken.json`. */
export function loadTekken(value: JsonObject): Tokenizer {
  const config = readObject(value.config, "config");
  const specialCount = readNatural(
    config.default_num_special_tokens,
    "config.default_num_special_tokens",
  );
  const size = readNatural(config.default_vocab_size, "config.default_vocab_size");
  const list = readList(value.vocab, "vocab");
  const rankCount = size - specialCount;
  if (specialCount > MAX_SPECIAL) throw malformed(`${specialCount} special tokens are too many`);
  if (rankCount <= 0 || rankCount > list.length) {
    throw malformed(`\`config.default_vocab_size\` is ${size}, and there are ${list.length} ranks`);
  }
  const parts: Uint8Array[] = [];
  const ids = new Uint32Array(rankCount);
  list.slice(0, rankCount).forEach((entry, i) => {
    const token = readObject(entry, "vocab");
    parts.push(Buffer.from(readText(token.token_bytes, "vocab.token_bytes"), "base64"));
    ids[i] = readNatural(token.rank, "vocab.rank") + specialCount;
  });
  const lengths = Uint32Array.from(parts, ({ length }) => length);
  const ranks = { bytes: Buffer.concat(parts), lengths, ids };
  return buildRankTokenizer(ranks, {
    pattern: readText(config.pattern, "config.pattern"),
    special: readSpecial(value.special_tokens, specialCount),
  });
}

/** The names of special tokens: older files leave them to the program, the rest are fillers. */
function readSpecial(value: unknown, count: number): Record<string, number> {
  const names: string[] = Array.isArray(value) ? [] : [...NAMES];
  for (const entry of Array.isArray(value) ? value : []) {
    const token = readObject(entry, "special_tokens");
    const rank = readNatural(token.rank, "special_tokens.rank");
    if (rank >= count) throw malformed(`a special token has rank ${rank}, of ${count}`);
    names[rank] = readText(token.token_str, "special_tokens.token_str");
  }
  return Object.fromEntries(
    Array.from({ length: count }, (_, id) => [names[id] ?? `<SPECIAL_${id}>`, id]),
  );
}
