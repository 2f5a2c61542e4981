/**
 * What the lexer hands to the parser (reference: Spark 4.2 `SqlBaseLexer.g4`). Spark reserves no
 * keyword by default, so a keyword is just a word; the parser decides by place. `>` is always one
 * character long, because `>>` may close two types; the parser joins neighbours into shifts.
 */

export type TokenKind =
  | "word"
  /** `` `name` `` */
  | "quoted"
  | "string"
  | "number"
  | "symbol"
  | "end";

export type NumberSuffix = "" | "L" | "S" | "Y" | "D" | "F" | "BD";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Upper case for a word, the characters of a symbol, otherwise empty. */
  readonly word: string;
  /** A word as written, a name or string without its quotes, the digits of a number. */
  readonly value: string;
  readonly suffix: NumberSuffix;
}
