/**
 * Number patterns of `to_number` and `to_char` (Spark 4.2 `ToNumberParser`): what a pattern holds,
 * and whether it is one. The order is `[MI|S] [$] digits [. digits] [$] [PR|MI|S]`; PR becomes a
 * bracket at either end.
 *
 * Read `number-text.ts` next: it reads and writes numbers by a pattern.
 */

/** A run of 0 and 9. A run that starts with 0 before the point asks for all of its digits. */
export interface Digits {
  readonly count: number;
  readonly exact: boolean;
}

export type PatternPart =
  /** Runs of digits with `,` or G between them. */
  | { readonly kind: "digits"; readonly runs: readonly Digits[] }
  | { readonly kind: "point" | "dollar" | "sign" | "minus" | "open" | "close" };

export interface NumberPattern {
  /** In upper case, for messages. */
  readonly text: string;
  readonly parts: readonly PatternPart[];
  readonly precision: number;
  readonly scale: number;
}

/** Why a text is no pattern: the sub-class of INVALID_FORMAT. */
export type PatternFault = { readonly fault: string };

type Token = Digits | "," | Exclude<PatternPart["kind"], "digits"> | { readonly unknown: string };

const WORDS: readonly (readonly [RegExp, Token])[] = [
  [/[.D]/y, "point"],
  [/[,G]/y, ","],
  [/\$/y, "dollar"],
  [/S/y, "sign"],
  [/MI/y, "minus"],
  [/PR/y, "close"],
];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let behindPoint = false;
  for (let at = 0; at < text.length; ) {
    const digits = /^[09]+/.exec(text.slice(at))?.[0];
    if (digits) {
      tokens.push({ count: digits.length, exact: digits[0] === "0" && !behindPoint });
      at += digits.length;
      continue;
    }
    const word = WORDS.find(([pattern]) => {
      pattern.lastIndex = at;
      return pattern.test(text);
    });
    tokens.push(word ? word[1] : { unknown: text[at]! });
    at += word?.[1] === "minus" || word?.[1] === "close" ? 2 : 1;
    if (word?.[1] === "point") behindPoint = true;
    if (word?.[1] === "close") tokens.unshift("open");
  }
  return tokens;
}

function isDigits(token: Token): token is Digits {
  return typeof token === "object" && "count" in token;
}

/** Digits and separators that stand together. */
function groupTokens(tokens: readonly Token[]): (Token | (Digits | ",")[])[] {
  const grouped: (Token | (Digits | ",")[])[] = [];
  for (const token of tokens) {
    if (!isDigits(token) && token !== ",") {
      grouped.push(token);
      continue;
    }
    const last = grouped.at(-1);
    if (Array.isArray(last)) last.push(token);
    else grouped.push([token]);
  }
  return grouped;
}

type Grouped = ReturnType<typeof groupTokens>[number];

/** Reads a pattern; letters count without case. */
export function readNumberPattern(raw: string): NumberPattern | PatternFault {
  const text = raw.toUpperCase();
  const tokens = groupTokens(tokenize(text));
  const fault = faultOf(text, tokens);
  if (fault) return { fault };
  const parts = tokens.map((token): PatternPart => {
    if (Array.isArray(token)) return { kind: "digits", runs: token.filter((t) => t !== ",") };
    return { kind: token as Exclude<PatternPart["kind"], "digits"> };
  });
  const point = parts.findIndex((part) => part.kind === "point");
  const behind = point < 0 ? [] : parts.slice(point);
  return { text, parts, precision: countDigits(parts), scale: countDigits(behind) };
}

/** How many digits the parts hold. */
export function countDigits(parts: readonly PatternPart[]): number {
  let count = 0;
  for (const part of parts) {
    if (part.kind === "digits") for (const run of part.runs) count += run.count;
  }
  return count;
}

function faultOf(text: string, tokens: readonly Grouped[]): string | null {
  const firstDigits = tokens.findIndex((t) => Array.isArray(t) || isDigits(t));
  const dollar = tokens.indexOf("dollar");
  const point = tokens.indexOf("point");
  if (text === "") return "EMPTY";
  if (firstDigits < 0) return "WRONG_NUM_DIGIT";
  if (firstDigits < dollar) return "CUR_MUST_BEFORE_DIGIT";
  if (point >= 0 && point < dollar) return "CUR_MUST_BEFORE_DEC";
  const front = point < 0 ? tokens : tokens.slice(0, point);
  if (front.some((t) => Array.isArray(t) && hasLoneSeparator(t))) return "CONT_THOUSANDS_SEPS";
  const back = point < 0 ? [] : tokens.slice(point);
  if (back.some((t) => Array.isArray(t) && t.includes(","))) {
    return "THOUSANDS_SEPS_MUST_BEFORE_DEC";
  }
  for (const once of ["point", "sign", "minus", "dollar", "close"]) {
    if (tokens.filter((t) => t === once).length > 1) return "WRONG_NUM_TOKEN";
  }
  return isInOrder(tokens) ? null : "UNEXPECTED_TOKEN";
}

function hasLoneSeparator(group: readonly (Digits | ",")[]): boolean {
  const isSeparator = (i: number) => group[i] === undefined || group[i] === ",";
  return group.some((t, i) => t === "," && (isSeparator(i - 1) || isSeparator(i + 1)));
}

const ORDER: readonly (readonly string[])[] = [
  ["open"],
  ["minus", "sign"],
  ["dollar"],
  ["digits"],
  ["point"],
  ["digits"],
  ["dollar"],
  ["minus", "sign", "close"],
];

function isInOrder(tokens: readonly Grouped[]): boolean {
  let at = 0;
  for (const slot of ORDER) {
    const token = tokens[at];
    if (token === undefined) break;
    const kind = Array.isArray(token) ? "digits" : token;
    if (typeof kind === "string" && slot.includes(kind)) at++;
  }
  return at === tokens.length;
}
