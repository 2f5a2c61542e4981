/**
 * The grammar of `--filter`, close to SQL's:
 *
 *     price < 10 AND (city = 'Bern' OR tags CONTAINS 'new') AND NOT name LIKE 'A%'
 *     year BETWEEN 2000 AND 2010, city [NOT] IN ('Bern', 'Basel'), city IS [NOT] NULL
 *
 * NOT binds before AND, AND before OR; keywords in any case; texts in single quotes (doubled
 * inside); names that are no words in backquotes or double quotes.
 */
import { SovereignError } from "../../core/errors.ts";
import type { Comparison, Filter, Literal } from "./filter.ts";

interface Token {
  readonly kind: "name" | "text" | "number" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

const MAX_DEPTH = 200;
/** Every row is tried on every condition. */
const MAX_LENGTH = 1_000_000;
const SCANNER =
  /\s*(?:([A-Za-z_][\w.]*)|`([^`]*(?:``[^`]*)*)`|"([^"]*(?:""[^"]*)*)"|'([^']*(?:''[^']*)*)'|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(<=|>=|<>|!=|==|[=<>(),]))/y;
const BLANKS = /\s*/y;
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "==": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** Reads a filter; INVALID_PARAMETER_VALUE with the column of what is wrong. */
export function parseFilter(text: string): Filter {
  return new FilterParser(text).parse();
}

class FilterParser {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    if (text.length > MAX_LENGTH) throw refuse("", MAX_LENGTH, "it is longer than any may be");
    this.#text = text;
    this.#tokens = scan(text);
  }

  parse(): Filter {
    const filter = this.#or();
    if (this.#peek().kind !== "end") throw this.#unexpected("AND, OR or the end");
    return filter;
  }

  #or(): Filter {
    if (++this.#depth > MAX_DEPTH) throw refuse(this.#text, this.#peek().at, "it nests too deep");
    const parts = [this.#and()];
    while (this.#takeWord("or")) parts.push(this.#and());
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: "or", parts };
  }

  #and(): Filter {
    const parts = [this.#not()];
    while (this.#takeWord("and")) parts.push(this.#not());
    return parts.length === 1 ? parts[0]! : { kind: "and", parts };
  }

  #not(): Filter {
    let isNegated = false;
    while (this.#takeWord("not")) isNegated = !isNegated;
    const part = this.#takeSign("(") ? this.#group() : this.#condition();
    return isNegated ? { kind: "not", part } : part;
  }

  #group(): Filter {
    const inner = this.#or();
    if (!this.#takeSign(")")) throw this.#unexpected("`)`");
    return inner;
  }

  #condition(): Filter {
    const token = this.#take();
    if (token.kind !== "name") {
      this.#next--;
      throw this.#unexpected("the name of a field");
    }
    const field = token.text;
    if (this.#takeWord("is")) {
      const isNegated = this.#takeWord("not");
      if (!this.#takeWord("null")) throw this.#unexpected("NULL");
      const part: Filter = { kind: "null", field };
      return isNegated ? { kind: "not", part } : part;
    }
    const isNegated = this.#takeWord("not");
    const part = this.#operation(field);
    return isNegated ? { kind: "not", part } : part;
  }

  #operation(field: string): Filter {
    if (this.#takeWord("in")) return { kind: "in", field, values: this.#list() };
    if (this.#takeWord("like")) return { kind: "like", field, pattern: this.#pattern() };
    if (this.#takeWord("contains")) return { kind: "contains", field, value: this.#literal() };
    if (this.#takeWord("between")) {
      const low = this.#literal();
      if (!this.#takeWord("and")) throw this.#unexpected("AND");
      const high = this.#literal();
      return {
        kind: "and",
        parts: [
          { kind: "compare", field, operator: ">=", value: low },
          { kind: "compare", field, operator: "<=", value: high },
        ],
      };
    }
    const token = this.#peek();
    const operator = token.kind === "sign" ? COMPARISONS[token.text] : undefined;
    if (operator === undefined) throw this.#unexpected("= != < <= > >= IN LIKE CONTAINS or IS");
    this.#next++;
    return { kind: "compare", field, operator, value: this.#literal() };
  }

  #list(): Literal[] {
    if (!this.#takeSign("(")) throw this.#unexpected("`(`");
    const values: Literal[] = [];
    do values.push(this.#literal());
    while (this.#takeSign(","));
    if (!this.#takeSign(")")) throw this.#unexpected("`,` or `)`");
    return values;
  }

  #pattern(): string {
    const value = this.#literal();
    if (typeof value !== "string") {
      this.#next--;
      throw this.#unexpected("a text in single quotes");
    }
    return value;
  }

  #literal(): Literal {
    const token = this.#take();
    if (token.kind === "text") return token.text;
    if (token.kind === "number") return toNumber(token.text);
    const word = token.kind === "name" ? token.text.toLowerCase() : "";
    if (word === "true" || word === "false") return word === "true";
    this.#next--;
    throw this.#unexpected("a number, TRUE, FALSE or a text in single quotes");
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #takeWord(word: string): boolean {
    const token = this.#peek();
    // A quoted name is never a keyword: it starts with its quote in the text.
    const isWord = token.kind === "name" && /[A-Za-z]/.test(this.#text[token.at] ?? "");
    if (!isWord || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takeSign(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== "sign" || token.text !== sign) return false;
    this.#next++;
    return true;
  }

  #unexpected(wanted: string): SovereignError {
    const { kind, text, at } = this.#peek();
    const found = kind === "end" ? "the end" : `\`${text}\``;
    return refuse(this.#text, at, `${found} stands where ${wanted} is expected`);
  }
}

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = SCANNER.lastIndex) {
    SCANNER.lastIndex = at;
    const match = SCANNER.exec(text);
    BLANKS.lastIndex = at;
    BLANKS.test(text);
    const start = BLANKS.lastIndex;
    if (match === null) throw refuse(text, start, `\`${text[start]}\` means nothing here`);
    const [, word, ticked, quoted, string, number, sign] = match;
    const name = word ?? ticked?.replaceAll("``", "`") ?? quoted?.replaceAll('""', '"');
    if (name !== undefined) tokens.push({ kind: "name", text: name, at: start });
    else if (string !== undefined) {
      tokens.push({ kind: "text", text: string.replaceAll("''", "'"), at: start });
    } else if (number !== undefined) tokens.push({ kind: "number", text: number, at: start });
    else tokens.push({ kind: "sign", text: sign!, at: start });
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

function toNumber(text: string): number | bigint {
  const value = Number(text);
  return /^[-+]?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

function refuse(text: string, at: number, problem: string): SovereignError {
  const message = `filter, column ${at + 1}: ${problem}`;
  return new SovereignError("INVALID_PARAMETER_VALUE", message, {
    hint: "write conditions such as `price < 10 AND city IN ('Bern', 'Basel')`",
    details: { filter: text, column: at + 1 },
  });
}
