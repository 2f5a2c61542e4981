/**
 * What a text query says. Words are sought one by one and their scores added; three signs say
 * more.
 *
 * | written       | sought                                                              |
 * |---------------|---------------------------------------------------------------------|
 * | `"red apple"` | the words side by side                                              |
 * | `app*`        | every word that starts so                                           |
 * | `aple~`       | words that one letter tells apart, two when it has more than five   |
 * | `aple~2`      | words that two letters tell apart                                   |
 *
 * Any other sign only parts words, so that every text is a query.
 */
import { splitWords } from "./analyzer.ts";

export type TextClause =
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "phrase"; readonly words: readonly string[] }
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "fuzzy"; readonly word: string; readonly distance: number };

const PART = /"([^"]*)"|(\S+)/g;
const MOST_CLAUSES = 1024;

/** The clauses of a query, in order. */
export function parseTextQuery(text: string): TextClause[] {
  const clauses: TextClause[] = [];
  for (const [, quoted, piece] of text.matchAll(PART)) {
    const found = quoted !== undefined ? phraseClauses(quoted) : pieceClauses(piece!);
    for (const clause of found) {
      if (clauses.length === MOST_CLAUSES) return clauses;
      clauses.push(clause);
    }
  }
  return clauses;
}

function phraseClauses(text: string): TextClause[] {
  const words = splitWords(text).slice(0, MOST_CLAUSES);
  return words.length > 1 ? [{ kind: "phrase", words }] : words.map(wordClause);
}

function pieceClauses(piece: string): TextClause[] {
  const [, body, sign, digit] = /^(.*?)(?:(\*|~)([012])?)?$/s.exec(piece)!;
  const words = splitWords(body!);
  const last = words.at(-1);
  // The sign belongs to the word it touches.
  const isMarked = sign !== undefined && last !== undefined && /[\p{L}\p{M}\p{N}]$/u.test(body!);
  if (!isMarked || (sign === "*" && digit !== undefined)) return splitWords(piece).map(wordClause);
  const marked: TextClause =
    sign === "*"
      ? { kind: "prefix", prefix: last }
      : { kind: "fuzzy", word: last, distance: Number(digit ?? defaultDistance(last)) };
  return [...words.slice(0, -1).map(wordClause), marked];
}

function wordClause(word: string): TextClause {
  return { kind: "word", word };
}

function defaultDistance(word: string): number {
  return word.length < 3 ? 0 : word.length <= 5 ? 1 : 2;
}
