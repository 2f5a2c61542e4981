/**
 * Character classes as the tokenizers in use define them, for expressions with the `u` flag.
 * JavaScript's `\s` has U+FEFF and lacks U+0085; its `\w` and `\d` know ASCII only.
 */

export const WHITE_SPACE = String.raw`\p{White_Space}`;
export const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d`;
export const DIGIT = String.raw`\p{Nd}`;

/**
 * ASCII punctuation, which has symbols Unicode does not count as such, and Unicode's, with two
 * signs that are none any more and that the libraries' older tables have.
 */
export const PUNCTUATION = /[!-/:-@[-`{-~\p{P}\u166d\u{111c9}]/gu;
/** Nonspacing marks, and two that were. */
export const NONSPACING = /[\p{Mn}\u1734\u{1171e}]/gu;
/** Marks, and two that were. */
export const MARKS = /[\p{M}\u1cf2\u1cf3]/gu;
export const NUMERIC = /\p{N}/gu;
export const SPACE = /\p{White_Space}/gu;
