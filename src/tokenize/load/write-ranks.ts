/**
 * The ranks of a tokenizer as a file of tiktoken's (0.14). Such a file has neither the pattern that
 * cuts text nor added tokens: `describeRankFile` says what to name when it is read again.
 */
import type { AddedToken } from "../added-tokens.ts";
import { requireTokenizer } from "../check-arguments.ts";
import { BpeModel } from "../model/bpe.ts";
import { charactersToBytes } from "../text/byte-characters.ts";
import { GPT2_PATTERN, isolates } from "../text/known-patterns.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { cannot } from "./describe.ts";
import { type JsonObject, listParts } from "./fields.ts";
import { ENCODINGS } from "./tiktoken.ts";

/** The lines of a rank file; ids must be ranks, which those of merge lists are only by chance. */
export function writeRanks(tokenizer: Tokenizer): string {
  requireTokenizer(tokenizer, "what is written");
  const { model, addedTokens } = tokenizer.parts;
  if (!(model instanceof BpeModel) || tokenizer.parts.bytesOf === null) {
    throw cannot("only byte-level BPE has ranks");
  }
  const lines: string[] = [];
  for (const [token, id] of [...model.entries()].sort(([, a], [, b]) => a - b)) {
    if (addedTokens.get(id)?.isSpecial) continue;
    const bytes = charactersToBytes(token);
    if (bytes !== null) lines.push(`${Buffer.from(bytes).toString("base64")} ${id}`);
  }
  requireRanks(model);
  return `${lines.join("\n")}\n`;
}

/** Merging by ids must give what the list gives: merges in order make tokens in order. */
function requireRanks({ rule }: BpeModel): void {
  if (rule.kind !== "list") return;
  for (let at = 5; at < rule.merges.length; at += 3) {
    if (rule.merges[at]! < rule.merges[at - 3]!) {
      throw cannot(
        `merge ${(at + 1) / 3} makes an earlier token than the one before, so ids are no ranks`,
      );
    }
  }
}

export interface RankFileNeeds {
  /** What `TiktokenOptions` read the file again with; null where no one pattern cuts like this. */
  readonly options: { readonly encoding: string } | { readonly pattern: string } | null;
  /** Added tokens that neither the file nor the encoding has. */
  readonly lost: readonly AddedToken[];
}

/** What a rank file does not say of this tokenizer. */
export function describeRankFile({ parts: { spec, addedTokens } }: Tokenizer): RankFileNeeds {
  const pattern = patternOf(spec.pre_tokenizer);
  const lost = addedTokens.all.filter((token) => addedTokens.get(token.id) === token);
  if (pattern === null) return { options: null, lost };
  const encoding = ENCODINGS.find(
    ({ special, ...named }) =>
      (named.pattern === pattern || named.peerPattern === pattern) &&
      lost.length === new Set(Object.values(special)).size &&
      lost.every(({ content, id }) => special[content] === id),
  );
  if (encoding === undefined) return { options: { pattern }, lost };
  return { options: { encoding: encoding.name }, lost: [] };
}

/** The one expression that cuts text, or null. */
function patternOf(preTokenizer: unknown): string | null {
  const patterns: string[] = [];
  for (const step of listParts(preTokenizer, "pretokenizers")) {
    if (step.type === "ByteLevel" && step.add_prefix_space === false) {
      if (step.use_regex !== false) patterns.push(GPT2_PATTERN);
    } else if (isolates(step)) patterns.push(String((step.pattern as JsonObject).Regex));
    else return null;
  }
  return patterns.length === 1 ? patterns[0]! : null;
}
