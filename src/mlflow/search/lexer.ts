/**
 * Cuts a filter string or an order_by clause into the tokens that sqlparse 0.6 (the lexer under
 * MLflow 3.11.1) sees. Every character ends up in exactly one token. One pass; an opening quote
 * without its partner is looked for once. Left out: dollar-quoted literals, hints in comments.
 *
 * `metrics.loss > 0.5` -> name `metrics`, punct `.`, name `loss`, space, comparison `>`, space, float.
 */
import { BUILTIN_TYPES, KEYWORDS, STATEMENT_WORDS } from "./keywords.ts";

export type TokenKind =
  | "space"
  | "newline"
  | "comment"
  | "name"
  | "builtin"
  | "placeholder"
  | "keyword"
  | "statement"
  | "order"
  | "integer"
  | "float"
  | "hex"
  | "string"
  | "symbol"
  | "punct"
  | "operator"
  | "comparison"
  | "wildcard"
  | "other";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const WORD_CHARS = "\\p{L}\\p{N}_";
const SPACE =
  "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const IS_SPACE = new RegExp(SPACE);
const IS_WORD = new RegExp(`[${WORD_CHARS}]`, "u");
const WORD = new RegExp(`[${WORD_CHARS}]+`, "uy");
const WORD_OR_DOLLAR = new RegExp(`[${WORD_CHARS}][$#${WORD_CHARS}]*`, "uy");
const LETTER_FIRST = /^[A-ZÀ-Ü]/iu;
const BEFORE_DOT = new RegExp(`${SPACE}*\\.(?!\\d)`, "y");
const NUMBERS: readonly (readonly [RegExp, TokenKind])[] = [
  [/-?0x[\dA-F]+/iy, "hex"],
  [/-?\d+(\.\d+)?E-?\d+/iy, "float"],
  [/-?(\d+(\.\d*)|\.\d+)(?![_A-ZÀ-Ü])/iuy, "float"],
  [/-?\d+(?![_A-ZÀ-Ü])/iuy, "integer"],
];
const NEVER_FUNCTIONS = new Set(["CASE", "IN", "VALUES", "USING", "FROM", "AS"]);

// Several words that make one token.
const PHRASES: readonly (readonly [string, TokenKind])[] = [
  ["((LEFT |RIGHT |FULL )?(INNER |OUTER |STRAIGHT )?|(CROSS |NATURAL )?)?JOIN", "keyword"],
  ["END( IF| LOOP| WHILE| FOR| CASE)?", "keyword"],
  ["IF (NOT )?EXISTS", "keyword"],
  ["NOT NULL", "keyword"],
  ["(ASC|DESC)( NULLS (FIRST|LAST))?", "order"],
  ["NULLS (FIRST|LAST)", "order"],
  ["UNION ALL", "keyword"],
  ["CREATE( OR REPLACE)?", "statement"],
  ["DOUBLE PRECISION", "builtin"],
  ["(GROUP BY|ORDER BY|PRIMARY KEY|HANDLER FOR)", "keyword"],
  ["LATERAL VIEW (EXPLODE|INLINE|PARSE_URL_TUPLE|POSEXPLODE|STACK)", "keyword"],
  ["(NOT )?(LIKE|ILIKE|RLIKE)", "comparison"],
  ["(NOT )?REGEXP( BINARY)?", "comparison"],
];
const PHRASE_PATTERNS = PHRASES.map(
  ([words, kind]) =>
    [
      new RegExp(`(?:${words.replaceAll(" ", `${SPACE}+`)})(?![${WORD_CHARS}])`, "iuy"),
      kind,
    ] as const,
);
// A phrase starts with one of these letters: the others need not be tried.
const PHRASE_START = /[acdefghijlnopru]/i;

/** Every token of `text`, in order; their texts joined are `text`. Never throws. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const lexer = new Lexer(text);
  for (let token = lexer.next(); token !== null; token = lexer.next()) tokens.push(token);
  return tokens;
}

class Lexer {
  readonly #text: string;
  #position = 0;
  // Where a search for the end of a comment came to nothing: no later one can succeed.
  #unclosedComment = false;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | null {
    if (this.#position >= this.#text.length) return null;
    const token = this.#scan(this.#text.charAt(this.#position));
    this.#position += token.text.length;
    return token;
  }

  #scan(char: string): Token {
    return (
      this.#comment(char) ??
      this.#space(char) ??
      this.#special(char) ??
      this.#word(char) ??
      this.#number(char) ??
      this.#quoted(char) ??
      this.#phrase(char) ??
      this.#plainWord() ??
      this.#operator(char)
    );
  }

  #comment(char: string): Token | null {
    const start = this.#position;
    if (char === "/" && this.#text[start + 1] === "*" && !this.#unclosedComment) {
      const end = this.#text.indexOf("*/", start + (this.#text[start + 2] === "+" ? 3 : 2));
      if (end >= 0) return this.#take("comment", end + 2);
      this.#unclosedComment = true;
    }
    const opens = this.#text.startsWith("--", start) || this.#text.startsWith("# ", start);
    if (!opens) return null;
    let end = start + 2;
    while (end < this.#text.length && !"\r\n".includes(this.#text.charAt(end))) end++;
    if (this.#text.startsWith("\r\n", end)) return this.#take("comment", end + 2);
    return this.#take("comment", Math.min(end + 1, this.#text.length));
  }

  #space(char: string): Token | null {
    if (char === "\r" && this.#text[this.#position + 1] === "\n") {
      return this.#take("newline", this.#position + 2);
    }
    if (char === "\r" || char === "\n") return { kind: "newline", text: char };
    return IS_SPACE.test(char) ? { kind: "space", text: char } : null;
  }

  #special(char: string): Token | null {
    const start = this.#position;
    if (this.#text.startsWith("::", start)) return { kind: "punct", text: "::" };
    if (this.#text.startsWith(":=", start)) return { kind: "other", text: ":=" };
    if (char === "*") return { kind: "wildcard", text: char };
    if (char === "?") return { kind: "placeholder", text: char };
    if (char === "%") return this.#match(/%(\([\p{L}\p{N}_]+\))?s/iuy, "placeholder");
    if (char === "\\") return this.#match(/\\[\p{L}\p{N}_]+/uy, "other");
    if (char === "@" || char === "#") {
      return this.#match(/(@|##|#)[A-ZÀ-Ü][\p{L}\p{N}_]+/iuy, "name");
    }
    if ((char === "$" || char === ":") && !this.#afterWord()) {
      return this.#match(/[$:][\p{L}\p{N}_]+/uy, "placeholder");
    }
    return null;
  }

  // A name by its neighbours: before or after a dot, or before a parenthesis.
  #word(char: string): Token | null {
    if (!LETTER_FIRST.test(char)) return null;
    const word = this.#match(WORD, "name");
    if (word === null) return null;
    if (NEVER_FUNCTIONS.has(word.text.toUpperCase())) return { kind: "keyword", text: word.text };
    const end = this.#position + word.text.length;
    if (this.#text[this.#position - 1] === "." || this.#text[end] === "(") return word;
    BEFORE_DOT.lastIndex = end;
    return BEFORE_DOT.test(this.#text) ? word : null;
  }

  #number(char: string): Token | null {
    if (!/[-.0-9]/.test(char)) return null;
    for (const [pattern, kind] of NUMBERS) {
      const token = this.#match(pattern, kind);
      if (token !== null) return token;
    }
    return null;
  }

  #quoted(char: string): Token | null {
    if (char === "`" || char === "´") return this.#closed(char, "name", false);
    if (char === "'") return this.#closed(char, "string", true);
    if (char === '"') return this.#closed(char, "symbol", true);
    if (char !== "[" || this.#afterWord() || "])".includes(this.#text[this.#position - 1] ?? "x")) {
      return null;
    }
    return this.#match(/\[[^[\]]+\]/y, "name");
  }

  #phrase(char: string): Token | null {
    if (!PHRASE_START.test(char)) return null;
    for (const [pattern, kind] of PHRASE_PATTERNS) {
      const token = this.#match(pattern, kind);
      if (token !== null) return token;
    }
    return null;
  }

  #plainWord(): Token | null {
    const word = this.#match(WORD_OR_DOLLAR, "name");
    if (word === null) return null;
    const upper = word.text.toUpperCase();
    if (KEYWORDS.has(upper)) return { kind: "keyword", text: word.text };
    if (STATEMENT_WORDS.has(upper)) return { kind: "statement", text: word.text };
    if (BUILTIN_TYPES.has(upper)) return { kind: "builtin", text: word.text };
    return upper === "DIV" ? { kind: "operator", text: word.text } : word;
  }

  #operator(char: string): Token {
    if (";:()[],.".includes(char)) return { kind: "punct", text: char };
    const token =
      this.#match(/->>?|#>>?|@>|<@|-|#-/y, "operator") ??
      this.#match(/[<>=~!]+/y, "comparison") ??
      this.#match(/[+/@#%^&|-]+/y, "operator");
    if (token !== null) return token;
    const letter = this.#text.codePointAt(this.#position) ?? 0;
    return { kind: "other", text: String.fromCodePoint(letter) };
  }

  /**
   * A quoted text. Doubled quotes and (with `escapes`) `\'` stay inside; when that leaves no end,
   * the last quote of all ends it, as a backtracking expression would find.
   */
  #closed(quote: string, kind: TokenKind, escapes: boolean): Token | null {
    let last = -1;
    let at = this.#position + 1;
    for (; at < this.#text.length; at++) {
      const char = this.#text[at];
      if (escapes && char === "\\" && this.#text[at + 1] === quote) {
        at++;
        last = at;
      } else if (char === quote) {
        if (this.#text[at + 1] !== quote) return this.#take(kind, at + 1);
        last = at;
        at++;
      }
    }
    return last < 0 ? null : this.#take(kind, last + 1);
  }

  #match(pattern: RegExp, kind: TokenKind): Token | null {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text);
    return found === null ? null : { kind, text: found[0] };
  }

  #take(kind: TokenKind, end: number): Token {
    return { kind, text: this.#text.slice(this.#position, end) };
  }

  #afterWord(): boolean {
    return IS_WORD.test(this.#text[this.#position - 1] ?? " ");
  }
}
