/**
 * Character classes as the tokenizers in use define them, for expressions with the `u` flag.
 * JavaScript's `\s` has U+FEFF and lacks U+0085; its `\w` and `\d` know ASCII only.
 */

export const WHITE_SPACE = String.raw`\p{White_Space}`;
export const WORD = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d`;
export const DIGIT = String.raw`\p{Nd}`;

/** ASCII punctuation, which has symbols Unicode does not count as such, and Unicode's. */
export const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/gu;
export const NUMERIC = /\p{N}/gu;
export const SPACE = /\p{White_Space}/gu;
