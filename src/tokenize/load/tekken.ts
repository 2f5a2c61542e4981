/**
 * Mistral's `tekken.json`: ranks like tiktoken's with the pattern and the special tokens beside
 * them. Special tokens have the first ids; ranks follow, as many as `default_vocab_size` has room
 * for.
 */
import type { CutDocument } from "../../formats/json/cut-values.ts";
import type { JsonReader } from "../../formats/json/json-reader.ts";
import { MARK } from "../../formats/json/json-scanner.ts";
import type { TokenList } from "../model/vocabulary.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { type JsonObject, malformed, readNatural, readObject, readText } from "./fields.ts";
import { decodeBase64 } from "./read-ranks.ts";
import { roomFor } from "./read-vocabulary.ts";
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
export function isTekken({ rest, cut }: CutDocument): boolean {
  const { config, model } = rest as JsonObject;
  return cut.get("vocab")?.peek() === MARK.openList && isObject(config) && model === undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The tokenizer of a `tekken.json`, whose `vocab` is set apart. */
export function loadTekken({ rest, cut }: CutDocument): Tokenizer {
  const value = rest as JsonObject;
  const config = readObject(value.config, "config");
  const specialCount = readNatural(
    config.default_num_special_tokens,
    "config.default_num_special_tokens",
  );
  const size = readNatural(config.default_vocab_size, "config.default_vocab_size");
  if (specialCount > MAX_SPECIAL) throw malformed(`${specialCount} special tokens are too many`);
  const ranks = readRankList(cut.get("vocab")!, size - specialCount, specialCount);
  if (ranks.count === 0 || ranks.count !== size - specialCount) {
    throw malformed(`\`config.default_vocab_size\` is ${size}, and there are ${ranks.count} ranks`);
  }
  return buildRankTokenizer(ranks, {
    pattern: readText(config.pattern, "config.pattern"),
    special: readSpecial(value.special_tokens, specialCount),
  });
}

/** The first `most` ranks, each `{"rank": 0, "token_bytes": "AA=="}`; special tokens come first. */
function readRankList(reader: JsonReader, most: number, specialCount: number): TokenList {
  const list = roomFor(reader);
  const { bytes } = list;
  reader.expect(MARK.openList);
  while (list.count < most && reader.hasNext(list.count === 0, MARK.closeList)) {
    let rank = -1;
    let end = -1;
    reader.expect(MARK.openObject);
    for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
      const name = reader.readName(RANK_FIELDS);
      if (name === "rank") rank = reader.readNumber();
      else if (name === "token_bytes") {
        const written = reader.readString(bytes, list.end);
        end = decodeBase64(bytes, list.end, written);
      } else reader.skipValue();
    }
    if (end < 0) throw malformed("`vocab.token_bytes` is no text in base64");
    list.push(end, readNatural(rank, "vocab.rank") + specialCount);
  }
  while (list.count >= most && reader.hasNext(list.count === 0, MARK.closeList)) reader.skipValue();
  return list;
}

const RANK_FIELDS = ["rank", "token_bytes"];

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
