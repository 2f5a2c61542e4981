/**
 * Regular expressions of tokenizer files, written for Oniguruma or Rust's fancy-regex, turned into
 * JavaScript's: Unicode classes for `\s \w \d`, `(?i:…)`, possessive quantifiers and atomic groups.
 * What has no equal here is refused by name. How many ways a pattern has to match is told on the
 * way, so that `find-matches.ts` can watch those a hostile file makes take for ever.
 */
import { SovereignError } from "../../core/errors.ts";
import { malformed, unsupported } from "../load/fields.ts";
import { type Effort, noteEffort, withinTime } from "./find-matches.ts";
import { isSpacePattern } from "./known-patterns.ts";
import { CharacterReader, foldCharacter, shorten } from "./pattern-characters.ts";

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

interface Atom extends Effort {
  readonly source: string;
}

/** What matches in one way. */
function plainAtom(source: string): Atom {
  return { source, ways: 1, degree: 0 };
}

class PatternReader extends CharacterReader {
  #depth = 0;
  #captures = 0;

  readAll(): Atom {
    const atom = this.#readAlternatives(false);
    if (this.at < this.pattern.length) throw this.refuse("has a `)` too many");
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
    while (this.at < this.pattern.length && this.pattern[this.at] !== ")") {
      if (this.take("|")) {
        source += "|";
        others = whole();
        branch = plainAtom("");
        continue;
      }
      if (this.take("(?i)")) {
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
        this.pattern.slice(this.at, this.at + 24),
      )?.[0];
      if (quantifier === undefined || quantifier === "{}" || quantifier === "{,}") return atom;
      this.at += quantifier.length;
      const counted = quantifier.startsWith("{,") ? `{0${quantifier.slice(1)}` : quantifier;
      const effort = effortOf(atom, quantifier);
      if (this.take("?")) atom = { source: `${atom.source}${counted}?`, ...effort };
      else if (!quantifier.startsWith("{") && this.take("+")) {
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
    const character = this.next();
    switch (character) {
      case "(":
        return this.#readGroup(ignoreCase);
      case "[":
        return plainAtom(this.readClass(ignoreCase));
      case "\\":
        return plainAtom(this.readEscape(false));
      case ".":
        return plainAtom("[^\\n]");
      case "^":
        return plainAtom("(?:^|(?<=\\n)(?!$))");
      case "$":
        return plainAtom("(?=\\n|$)");
      case "*":
      case "+":
      case "?":
        throw this.refuse("repeats nothing");
      default:
        return plainAtom(foldCharacter(character, ignoreCase));
    }
  }

  #readGroup(ignoreCase: boolean): Atom {
    if (++this.#depth > 100) throw this.refuse("nests too deep");
    let open = "(?:";
    let isAtomic = false;
    let isCaseless = ignoreCase;
    if (this.take("?")) {
      const kind = ["i:", ":", "=", "!", "<=", "<!", ">"].find((prefix) => this.take(prefix));
      if (kind === undefined) {
        throw unsupported(
          `a pattern's group \`(?${this.pattern.slice(this.at, this.at + 6)}\` is not known`,
        );
      }
      if (kind === "i:") isCaseless = true;
      else if (kind === ">") isAtomic = true;
      else open = `(?${kind}`;
    }
    const inside = this.#readAlternatives(isCaseless);
    if (!this.take(")")) throw this.refuse("lacks a `)`");
    this.#depth--;
    const source = isAtomic ? this.#makeAtomic(`(?:${inside.source})`) : `${open}${inside.source})`;
    return { ...inside, source };
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
