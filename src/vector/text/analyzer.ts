/**
 * Text to terms: runs of letters, marks and digits, in lower case (NFKC), without stop words,
 * stemmed by Snowball's algorithm of the language. `none` neither stems nor leaves words out.
 */

import { SovereignError } from "../../core/errors.ts";
import { suggestName } from "../../core/suggest.ts";
import { type Stemmer, stemmers } from "./stemmers.ts";
import { stopWordsOf } from "./stop-words.ts";

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const ASCII_WORD = /[a-z0-9]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\u0000-\u007f]*$/;

/** Languages that can be stemmed, and `none`. */
export function listLanguages(): string[] {
  return ["none", ...stemmers.algorithms()].sort();
}

/** INVALID_PARAMETER_VALUE for a language there is no stemmer of. */
export function checkLanguage(language: string): void {
  const known = listLanguages();
  if (known.includes(language)) return;
  const near = suggestName(language, known);
  throw new SovereignError("INVALID_PARAMETER_VALUE", `no stemmer for \`${language}\``, {
    hint: `${near === null ? "" : `did you mean \`${near}\`? `}languages: ${known.join(", ")}`,
  });
}

/** Words of a text, before stop words and stemming. */
export function splitWords(text: string): string[] {
  const lower = text.toLowerCase();
  if (ASCII.test(lower)) return lower.match(ASCII_WORD) ?? [];
  return lower.normalize("NFKC").match(WORD) ?? [];
}

/** Words to terms of one language; remembers what it has stemmed. */
export class Analyzer {
  readonly #stopWords: ReadonlySet<string>;
  readonly #stemmer: Stemmer | null;

  constructor(language: string) {
    checkLanguage(language);
    this.#stopWords = stopWordsOf(language);
    this.#stemmer = language === "none" ? null : stemmers.newStemmer(language);
  }

  /** The term of a word, or null for a stop word. */
  termOf(word: string): string | null {
    if (this.#stopWords.has(word)) return null;
    return this.#stemmer === null ? word : this.#stemmer.stem(word);
  }
}
