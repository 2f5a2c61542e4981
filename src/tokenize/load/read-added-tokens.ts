/**
 * The list `added_tokens` of a `tokenizer.json`, from its bytes. As in `tokenizers` 0.23, ids go by
 * order: a token the model has keeps the model's id, any other gets the next behind the model and
 * the tokens before it, whatever the file says.
 */
import type { JsonReader } from "../../formats/json/json-reader.ts";
import { MARK } from "../../formats/json/json-scanner.ts";
import type { AddedToken } from "../added-tokens.ts";
import type { TokenModel } from "../model/token-model.ts";
import { malformed } from "./fields.ts";

const FIELDS = ["id", "content", "special", "single_word", "lstrip", "rstrip", "normalized"];
/** What an added token takes in memory, and what is always allowed. */
const TOKEN_BYTES = 300;
const ALLOWED_BYTES = 4_000_000;

/** The tokens of the list, without empty ones; of one that is there twice the last holds. */
export function readAddedTokens(reader: JsonReader | undefined, model: TokenModel): AddedToken[] {
  if (reader === undefined) return [];
  const added = new Map<string, AddedToken>();
  const most = (reader.length * 3 + ALLOWED_BYTES) / TOKEN_BYTES;
  let last = -1;
  let count = 0;
  reader.expect(MARK.openList);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeList); isFirst = false) {
    const token = readAddedToken(reader);
    const { content } = token;
    if (++count > most) throw malformed("`added_tokens` has more of them than room for them");
    if (content === "") continue;
    const known = added.get(content)?.id ?? model.idOf(content);
    token.id = known ?? Math.max(last + 1, model.size);
    last = Math.max(last, token.id);
    added.set(content, token);
  }
  return [...added.values()];
}

/** One of them, with the id of the file. */
function readAddedToken(reader: JsonReader): {
  -readonly [Field in keyof AddedToken]: AddedToken[Field];
} {
  const flags = [false, false, false, false, false];
  let seen = 0;
  let content = "";
  let id = 0;
  reader.expect(MARK.openObject);
  for (let isFirst = true; reader.hasNext(isFirst, MARK.closeObject); isFirst = false) {
    const name = reader.readName(FIELDS);
    if (name === null) {
      reader.skipValue();
      continue;
    }
    const field = FIELDS.indexOf(name);
    if (seen & (1 << field)) throw malformed(`one of \`added_tokens\` has \`${name}\` twice`);
    seen |= 1 << field;
    if (name === "id") id = reader.readWhole();
    else if (name === "content") content = reader.readText();
    else flags[field - 2] = reader.readFlag();
  }
  const missing = FIELDS.find((_, field) => (seen & (1 << field)) === 0);
  if (missing !== undefined) throw malformed(`one of \`added_tokens\` has no \`${missing}\``);
  if (id < 0 || id >= 2 ** 32) throw malformed("`added_tokens.id` is no whole number");
  const [isSpecial, isSingleWord, lstrip, rstrip, isNormalized] = flags as FiveFlags;
  return { id, content, isSpecial, isSingleWord, lstrip, rstrip, isNormalized };
}

type FiveFlags = [boolean, boolean, boolean, boolean, boolean];
