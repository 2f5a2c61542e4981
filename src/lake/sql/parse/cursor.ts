/**
 * Reading position in the tokens of one statement, with the questions and expectations every
 * parser file asks, the syntax error they raise, and the nesting limit that keeps hostile input
 * off the stack. Read `name.ts` next.
 */
import type { Span } from "../ast.ts";
import { SqlError } from "../error.ts";
import { tokenize } from "../lex/lexer.ts";
import type { Token } from "../lex/token.ts";

/** Parentheses, CASE, subqueries and types may nest this deep; Spark overflows its stack later. */
const MAX_NESTING = 250;

export class Cursor {
  readonly text: string;
  private readonly tokens: Token[];
  private position = 0;
  private nesting = 0;
  private positions = 0;
  private matches: Int32Array | undefined;
  /** Answers of `isQueryParenthesis` by token index, so that it stays linear. */
  readonly queryMemo = new Map<number, boolean>();

  constructor(text: string, tokens: Token[] = tokenize(text)) {
    this.text = text;
    this.tokens = tokens;
  }

  /** Zero-based position of the next `?`. */
  nextPosition(): number {
    return this.positions++;
  }

  get index(): number {
    return this.position;
  }

  /** The token `ahead` places from here; the end token stands behind the last. */
  peek(ahead = 0): Token {
    return this.at(this.position + ahead);
  }

  /** The token at an absolute index. */
  at(index: number): Token {
    return this.tokens[Math.min(index, this.tokens.length - 1)]!;
  }

  advance(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.position++;
    return token;
  }

  /** Goes back (or on) to a token seen before; only for bounded second readings. */
  moveTo(index: number): void {
    this.position = index;
  }

  get atEnd(): boolean {
    return this.peek().kind === "end";
  }

  /** Start offset of the next token. */
  get start(): number {
    return this.peek().start;
  }

  /** From `start` to the end of the last token read. */
  spanFrom(start: number): Span {
    const end = this.position > 0 ? this.tokens[this.position - 1]!.end : start;
    return { start, end: Math.max(end, start) };
  }

  // ------------------------------------------------------------ words

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && token.word === word;
  }

  /** Whether the next tokens are these words in this order. */
  isWords(...words: string[]): boolean {
    return words.every((word, i) => this.isWord(word, i));
  }

  isAnyWord(words: ReadonlySet<string>, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "word" && words.has(token.word);
  }

  /** Reads the words if they come next, all of them or none. */
  takeWords(...words: string[]): boolean {
    if (!this.isWords(...words)) return false;
    this.position += words.length;
    return true;
  }

  /** Reads one of the words, or nothing. */
  takeAny(...words: string[]): string | undefined {
    const token = this.peek();
    if (token.kind !== "word" || !words.includes(token.word)) return undefined;
    this.position++;
    return token.word;
  }

  expectWords(...words: string[]): void {
    for (const word of words) {
      if (!this.isWord(word)) throw this.fail(`\`${words.join(" ")}\``);
      this.position++;
    }
  }

  // ------------------------------------------------------------ symbols

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === "symbol" && token.word === symbol;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.position++;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.fail(`\`${symbol}\``);
  }

  /** Reads NOT; `!` in its place is what Spark allowed once and refuses by name. */
  takeNot(): boolean {
    if (this.isSymbol("!")) {
      const { start, end } = this.peek();
      const hint = "write NOT";
      throw this.refuse(
        "SYNTAX_DISCONTINUED.BANG_EQUALS_NOT",
        "`!` does not stand here",
        { start, end },
        hint,
      );
    }
    return this.takeWords("NOT");
  }

  /** Reads NOT NULL, if it comes next. */
  takeNotNull(): boolean {
    if (!this.isNot() || !this.isWord("NULL", 1)) return false;
    this.takeNot();
    return this.takeWords("NULL");
  }

  isNot(ahead = 0): boolean {
    return this.isWord("NOT", ahead) || this.isSymbol("!", ahead);
  }

  // ------------------------------------------------------------ lists and brackets

  /** `item, item, …`, at least one. */
  commaList<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeSymbol(",")) items.push(item());
    return items;
  }

  /** `(item, item, …)`, at least one. */
  parenthesized<T>(item: () => T): T[] {
    this.expectSymbol("(");
    const items = this.commaList(item);
    this.expectSymbol(")");
    return items;
  }

  /** Index of the `)` that closes the `(` at a token index; the end token's when none does. */
  matching(index: number): number {
    this.matches ??= matchParentheses(this.tokens);
    return this.matches[index]!;
  }

  /**
   * Whether a word stands directly inside the `(` at `index`, not in brackets further down.
   * `DISTINCT FROM` does not count as FROM.
   */
  hasDirectWord(index: number, word: string): boolean {
    const close = this.matching(index);
    for (let i = index + 1; i < close; i++) {
      const token = this.tokens[i]!;
      if (token.kind === "symbol" && token.word === "(") i = this.matching(i);
      else if (token.kind === "word" && token.word === word) {
        if (this.tokens[i - 1]!.word !== "DISTINCT") return true;
      }
    }
    return false;
  }

  /** Runs a parser one level deeper; refuses beyond the nesting limit. */
  nested<T>(parse: () => T): T {
    if (this.nesting >= MAX_NESTING) {
      throw new SqlError(`the statement nests deeper than ${MAX_NESTING} levels`, {
        errorClass: "FAILED_TO_PARSE_TOO_COMPLEX",
        sqlState: "54001",
        span: { start: this.peek().start, end: this.peek().end },
        hint: "split it: name inner parts in a WITH clause or in views",
      });
    }
    this.nesting++;
    const result = parse();
    this.nesting--;
    return result;
  }

  // ------------------------------------------------------------ errors

  /** The syntax error at the next token; `expected` completes "expected …". */
  fail(expected: string, hint?: string): SqlError {
    const token = this.peek();
    const word = this.text.slice(token.start, Math.min(token.end, token.start + 60));
    const where = token.kind === "end" ? "end of input" : `\`${word}\``;
    return new SqlError(`syntax error at ${where}: expected ${expected}`, {
      errorClass: "PARSE_SYNTAX_ERROR",
      sqlState: "42601",
      span: { start: token.start, end: token.end },
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Any other parse-time condition of Spark. */
  refuse(errorClass: string, message: string, span: Span, hint?: string): SqlError {
    return new SqlError(message, {
      errorClass,
      sqlState: SQL_STATES[errorClass] ?? "42601",
      span,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** SQLSTATEs that are not 42601 (reference: Spark 4.2 `error-conditions.json`). */
const SQL_STATES: Readonly<Record<string, string>> = {
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: "22003",
  "INVALID_PARAMETER_VALUE.DATETIME_UNIT": "22023",
  INVALID_TYPED_LITERAL: "42604",
  INVALID_IDENTIFIER: "42602",
  UNSUPPORTED_TYPED_LITERAL: "0A000",
  UNSUPPORTED_DATATYPE: "0A000",
  DATATYPE_MISSING_SIZE: "42K01",
  "INCOMPLETE_TYPE_DEFINITION.ARRAY": "42K01",
  "INCOMPLETE_TYPE_DEFINITION.MAP": "42K01",
  "INCOMPLETE_TYPE_DEFINITION.STRUCT": "42K01",
  PARSE_EMPTY_STATEMENT: "42617",
  DUPLICATE_KEY: "23505",
  "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH": "42000",
  "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION": "22006",
  COLUMN_ALIASES_NOT_ALLOWED: "42601",
  IDENTITY_COLUMNS_ILLEGAL_STEP: "42611",
  IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE: "428H2",
  SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED: "42908",
  SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED: "42908",
  "UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES": "0A000",
  MERGE_WITHOUT_WHEN: "42601",
  TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS: "428EK",
  DUPLICATED_CTE_NAMES: "42602",
};

function matchParentheses(tokens: readonly Token[]): Int32Array {
  const matches = new Int32Array(tokens.length).fill(tokens.length - 1);
  const open: number[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "symbol") continue;
    if (token.word === "(") open.push(i);
    else if (token.word === ")") {
      const start = open.pop();
      if (start !== undefined) matches[start] = i;
    }
  }
  return matches;
}
