/**
 * Regular expressions of tokenizer files, written for Oniguruma or Rust's fancy-regex, turned into
 * JavaScript's: Unicode classes for `\s \w \d`, `(?i:…)`, possessive quantifiers and atomic groups.
 * What has no equal here is refused by name. How many ways a pattern has to match is told on the
 * way, so that `find-matches.ts` can watch those a hostile file makes take for ever.
 */
import { SovereignError } from "../../core/errors.ts";
import { malformed, unsupported } from "../load/fields.ts";
import { DIGIT, WHITE_SPACE, WORD } from "./character-classes.ts";
import { type Effort, noteEffort, withinTime } from "./find-matches.ts";
import { isSpacePattern } from "./known-patterns.ts";

const SHORTHANDS: Readonly<Record<string, string>> = {
  s: WHITE_SPACE,
  w: WORD,
  d: DIGIT,
  h: "0-9a-fA-F",
};
/** Of fancy-regex and Oniguruma: the start and the end of the text. */
const ANCHORS: Readonly<Record<string, string>> = { A: "^", z: "$", b: "", B: "" };
const MAX_LENGTH = 20_000;

/** A global expression that matches what `pattern` matches. */
export function compilePattern(pattern: string): RegExp {
  if (pattern.length > MAX_LENGTH) {
    throw malformed(`a pattern has ${pattern.length} characters; ${MAX_LENGTH} are allowed`);
  }
  const { source, ...effort } = new PatternReader(pattern).readAll();
  try {
    const expression = new RegExp(source, "gu");
    if (isSpacePattern(pattern) !== null) return expression;
    noteEffort(expression, effort);
    // What is too large is found out only now.
    withinTime(expression, pattern.length, () => expression.test(""));
    return expression;
  } catch (cause) {
    if (cause instanceof SovereignError) throw cause;
    throw malformed(
      `the pattern \`${shorten(pattern)}\` is no regular expression: ${(cause as Error).message}`,
    );
  }
}

/** An expression that matches the text itself. */
export function literalPattern(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "gu");
}

function shorten(pattern: string): string {
  return pattern.length <= 60 ? pattern : `${pattern.slice(0, 57)}...`;
}

interface Atom extends Effort {
  readonly source: string;
}

/** What matches in one way. */
function plainAtom(source: string): Atom {
  return { source, ways: 1, degree: 0 };
}

class PatternReader {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;
  #captures = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  readAll(): Atom {
    const atom = this.#readAlternatives(false);
    if (this.#at < this.#pattern.length) throw this.#refuse("has a `)` too many");
    return atom;
  }

  #readAlternatives(ignoreCase: boolean): Atom {
    let isCaseless = ignoreCase;
    let source = "";
    let branch = plainAtom("");
    let others: Effort = { ways: 0, degree: 0 };
    const whole = (): Effort => ({
      ways: others.ways + branch.ways,
      degree: Math.max(others.degree, branch.degree),
    });
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      if (this.#take("|")) {
        source += "|";
        others = whole();
        branch = plainAtom("");
        continue;
      }
      if (this.#take("(?i)")) {
        isCaseless = true;
        continue;
      }
      const part = this.#readRepeated(isCaseless);
      source += part.source;
      const { ways, degree } = branch;
      branch = { source: "", ways: ways * part.ways, degree: degree + part.degree };
    }
    return { source, ...whole() };
  }

  #readRepeated(ignoreCase: boolean): Atom {
    let atom = this.#readAtom(ignoreCase);
    for (;;) {
      const quantifier = /^(?:[*+?]|\{\d*,?\d*\})/.exec(
        this.#pattern.slice(this.#at, this.#at + 24),
      )?.[0];
      if (quantifier === undefined || quantifier === "{}" || quantifier === "{,}") return atom;
      this.#at += quantifier.length;
      const counted = quantifier.startsWith("{,") ? `{0${quantifier.slice(1)}` : quantifier;
      const effort = effortOf(atom, quantifier);
      if (this.#take("?")) atom = { source: `${atom.source}${counted}?`, ...effort };
      else if (!quantifier.startsWith("{") && this.#take("+")) {
        atom = { source: this.#makeAtomic(`${atom.source}${counted}`), ...effort };
      } else atom = { source: `${atom.source}${counted}`, ...effort };
    }
  }

  /** A look-ahead does not give back what it took; a reference to its group then takes it. */
  #makeAtomic(source: string): string {
    const name = `a${this.#captures++}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #readAtom(ignoreCase: boolean): Atom {
    const character = this.#next();
    switch (character) {
      case "(":
        return this.#readGroup(ignoreCase);
      case "[":
        return plainAtom(this.#readClass(ignoreCase));
      case "\\":
        return plainAtom(this.#readEscape(false));
      case ".":
        return plainAtom("[^\\n]");
      case "^":
        return plainAtom("(?:^|(?<=\\n)(?!$))");
      case "$":
        return plainAtom("(?=\\n|$)");
      case "*":
      case "+":
      case "?":
        throw this.#refuse("repeats nothing");
      default:
        return plainAtom(foldCharacter(character, ignoreCase));
    }
  }

  #readGroup(ignoreCase: boolean): Atom {
    if (++this.#depth > 100) throw this.#refuse("nests too deep");
    let open = "(?:";
    let isAtomic = false;
    let isCaseless = ignoreCase;
    if (this.#take("?")) {
      const kind = ["i:", ":", "=", "!", "<=", "<!", ">"].find((prefix) => this.#take(prefix));
      if (kind === undefined) {
        throw unsupported(
          `a pattern's group \`(?${this.#pattern.slice(this.#at, this.#at + 6)}\` is not known`,
        );
      }
      if (kind === "i:") isCaseless = true;
      else if (kind === ">") isAtomic = true;
      else open = `(?${kind}`;
    }
    const inside = this.#readAlternatives(isCaseless);
    if (!this.#take(")")) throw this.#refuse("lacks a `)`");
    this.#depth--;
    const source = isAtomic ? this.#makeAtomic(`(?:${inside.source})`) : `${open}${inside.source})`;
    return { ...inside, source };
  }

  #readClass(ignoreCase: boolean): string {
    let source = this.#take("^") ? "[^" : "[";
    let isFirst = true;
    for (;;) {
      const character = this.#next();
      if (character === "]" && !isFirst) return `${source}]`;
      isFirst = false;
      if (character === "[") throw unsupported("a class inside a class of a pattern is not known");
      if (character === "&" && this.#pattern[this.#at] === "&") {
        throw unsupported("`&&` in a class of a pattern is not known");
      }
      source +=
        character === "\\"
          ? this.#readEscape(true)
          : /[\^\]]/.test(character)
            ? `\\${character}`
            : this.#readClassCharacter(character, ignoreCase);
    }
  }

  /** A range of letters keeps its ends together, whatever their case. */
  #readClassCharacter(character: string, ignoreCase: boolean): string {
    const range = ignoreCase
      ? /^-([A-Za-z])/.exec(this.#pattern.slice(this.#at, this.#at + 2))
      : null;
    if (range === null || !/[A-Za-z]/.test(character)) return foldInClass(character, ignoreCase);
    this.#at += 2;
    const [from, to] = [character, range[1]!];
    return `${from.toLowerCase()}-${to.toLowerCase()}${from.toUpperCase()}-${to.toUpperCase()}`;
  }

  #readEscape(inClass: boolean): string {
    const character = this.#next();
    const lower = character.toLowerCase();
    if (lower === "p") return this.#readProperty(character);
    const inside = SHORTHANDS[lower];
    if (inside !== undefined) return this.#shorthand(inside, character === lower, inClass);
    if (/[nrtfv]/.test(character)) return `\\${character}`;
    if (character === "x" || character === "u") return this.#readCodePoint(character);
    if (!inClass && character in ANCHORS && ANCHORS[character] !== "") return ANCHORS[character]!;
    if (/[A-Za-z0-9]/.test(character)) {
      throw unsupported(`\`\\${character}\` in a pattern is not known`);
    }
    return /[\^$\\.*+?()[\]{}|/-]/.test(character) && (inClass || character !== "-")
      ? `\\${character}`
      : character;
  }

  #shorthand(inside: string, isPositive: boolean, inClass: boolean): string {
    if (isPositive) return inClass ? inside : `[${inside}]`;
    if (!inClass) return `[^${inside}]`;
    const single = /^\\p(\{[^}]+\})$/.exec(inside)?.[1];
    if (single !== undefined) return `\\P${single}`;
    throw unsupported("a negated shorthand in a class of a pattern is not known");
  }

  #readProperty(letter: string): string {
    const found = /^(?:\{(\^?)([\w=: ]+)\}|([A-Z]))/.exec(
      this.#pattern.slice(this.#at, this.#at + 60),
    );
    if (found === null) throw this.#refuse("has a `\\p` without a name");
    this.#at += found[0].length;
    const name = found[2] ?? found[3]!;
    const isNegated = (letter === "P") !== (found[1] === "^");
    const letterOf = isNegated ? "P" : "p";
    for (const candidate of [name, `Script=${name}`]) {
      const source = `\\${letterOf}{${candidate}}`;
      if (isExpression(source)) return source;
    }
    throw unsupported(`the class \`\\p{${name}}\` in a pattern is not known`);
  }

  #readCodePoint(letter: string): string {
    const rest = this.#pattern.slice(this.#at, this.#at + 12);
    const found =
      /^\{([0-9a-fA-F]{1,6})\}/.exec(rest) ??
      (letter === "x" ? /^([0-9a-fA-F]{2})/ : /^([0-9a-fA-F]{4})/).exec(rest);
    if (found === null) throw this.#refuse(`has a \`\\${letter}\` without a number`);
    this.#at += found[0].length;
    return `\\u{${found[1]}}`;
  }

  #next(): string {
    if (this.#at >= this.#pattern.length) throw this.#refuse("ends too early");
    const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    this.#at += character.length;
    return character;
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #refuse(what: string): Error {
    return malformed(`the pattern \`${shorten(this.#pattern)}\` ${what}`);
  }
}

/** What an atom may cost when a quantifier stands behind it. */
function effortOf({ ways, degree }: Effort, quantifier: string): Effort {
  const [, low = "", comma, high = ""] = /^\{(\d*)(,?)(\d*)\}$/.exec(quantifier) ?? [];
  const isUnbounded = /^[*+]$/.test(quantifier) || (comma === "," && high === "");
  const isPlain = ways === 1 && degree === 0;
  if (isUnbounded) {
    return isPlain ? { ways, degree: 1 } : { ways: Number.POSITIVE_INFINITY, degree };
  }
  const [least, most] = quantifier === "?" ? [0, 1] : [Number(low), Number(comma ? high : low)];
  return { ways: (most - least + 1) * ways ** most, degree: degree * most };
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function foldCharacter(character: string, ignoreCase: boolean): string {
  if (ignoreCase && /\p{L}/u.test(character)) return `[${foldInClass(character, true)}]`;
  return /[\]{}/]/.test(character) ? `\\${character}` : character;
}

/** All characters that are the same but for case: `s`, `S` and the long s. */
function foldInClass(character: string, ignoreCase: boolean): string {
  if (!ignoreCase || !/\p{L}/u.test(character)) return character;
  const forms = new Set([character, character.toLowerCase(), character.toUpperCase()]);
  if (forms.has("s")) forms.add("\u017f");
  if (forms.has("k")) forms.add("\u212a");
  return [...forms].filter((form) => [...form].length === 1).join("");
}
