/** Snowball's stemmers (snowballstem.org), as the package snowball-stemmers compiles them. */
// @ts-expect-error the package brings no declarations
import untyped from "snowball-stemmers";

/** Takes endings off words of one language. */
export interface Stemmer {
  stem(word: string): string;
}

/** The stemmers there are, and one by its language. */
export const stemmers = untyped as {
  algorithms(): string[];
  newStemmer(language: string): Stemmer;
};
