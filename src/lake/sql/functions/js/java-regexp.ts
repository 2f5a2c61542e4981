/**
 * Java regular expressions as JavaScript ones (`java.util.regex.Pattern`, JDK 17). Only what means
 * the same in both is translated; the rest is refused as not supported: possessive quantifiers,
 * atomic groups, class intersections, inline flags except at the start, `\G`, `\X`, most `\p`.
 */
import { runtimeError } from "../builder.ts";

const cache = new Map<string, RegExp>();

/** The global, code-point-wise JavaScript form of a Java pattern. */
export function javaRegExp(pattern: string, name: string): RegExp {
  const known = cache.get(pattern);
  if (known) return known;
  const { source, flags } = translate(pattern);
  let regexp: RegExp;
  try {
    regexp = new RegExp(source, flags);
  } catch {
    throw runtimeError(
      "INVALID_PARAMETER_VALUE.PATTERN",
      "22023",
      `\`${name}\` got the pattern '${pattern}', which is not a regular expression`,
    );
  }
  if (cache.size < 500) cache.set(pattern, regexp);
  return regexp;
}

function refuse(what: string): Error {
  return runtimeError(
    "UNSUPPORTED_FEATURE",
    "0A000",
    `${what} in a regular expression is not supported yet`,
  );
}

const SPACE = " \\t\\n\\u000B\\f\\r";
const LINE_END = "\\n\\r\\u0085\\u2028\\u2029";

/** Escapes outside and inside classes that stand for sets. */
const SETS: Readonly<Record<string, string>> = {
  d: "0-9",
  w: "a-zA-Z0-9_",
  s: SPACE,
  h: " \\t\\u00A0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  v: "\\n\\u000B\\f\\r\\u0085\\u2028\\u2029",
};

const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\u0000-\\u007F",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Blank: " \\t",
  XDigit: "0-9a-fA-F",
  Space: SPACE,
  L: "\\p{L}",
  Lu: "\\p{Lu}",
  Ll: "\\p{Ll}",
  N: "\\p{N}",
  Nd: "\\p{Nd}",
  P: "\\p{P}",
  IsAlphabetic: "\\p{Alphabetic}",
};

const CONTROLS: Readonly<Record<string, string>> = {
  t: "\\t",
  n: "\\n",
  r: "\\r",
  f: "\\f",
  a: "\\u0007",
  e: "\\u001B",
};

class Translator {
  readonly text: string;
  at = 0;
  out = "";
  dotAll = false;
  multiline = false;
  insensitive = false;

  constructor(text: string) {
    this.text = text;
  }

  run(): void {
    const flags = /^\(\?([ismu]+)\)/.exec(this.text);
    if (flags) {
      this.at = flags[0].length;
      if (flags[1]!.includes("u")) throw refuse("the flag (?u)");
      this.dotAll = flags[1]!.includes("s");
      this.multiline = flags[1]!.includes("m");
      this.insensitive = flags[1]!.includes("i");
      if (this.insensitive && /[^\0-\x7f]/.test(this.text)) throw refuse("(?i) beside non-ASCII");
    }
    while (this.at < this.text.length) this.outside();
  }

  private outside(): void {
    const ch = this.next();
    switch (ch) {
      case "\\":
        this.out += this.escape(false);
        return;
      case "[":
        this.out += this.characterClass();
        return;
      case ".":
        this.out += this.dotAll ? "[^]" : `[^${LINE_END}]`;
        return;
      case "^":
        if (this.multiline) throw refuse("(?m)");
        this.out += "^";
        return;
      case "$":
        if (this.multiline) throw refuse("(?m)");
        this.out += `(?=(?:\\r\\n|[${LINE_END}])?(?![^]))`;
        return;
      case "(":
        this.group();
        return;
      case "*":
      case "+":
      case "?":
        this.out += ch;
        this.quantifierTail();
        return;
      case "{":
        this.counted();
        return;
      case "}":
      case "]":
      case "/":
        this.out += `\\${ch}`;
        return;
      default:
        this.out += ch;
    }
  }

  private next(): string {
    const ch = String.fromCodePoint(this.text.codePointAt(this.at)!);
    this.at += ch.length;
    return ch;
  }

  private quantifierTail(): void {
    if (this.text[this.at] === "+") throw refuse("a possessive quantifier");
    if (this.text[this.at] === "?") {
      this.out += "?";
      this.at++;
    }
  }

  private counted(): void {
    const match = /^\d+(?:,\d*)?\}/.exec(this.text.slice(this.at));
    if (!match) throw invalid();
    this.out += `{${match[0]}`;
    this.at += match[0].length;
    this.quantifierTail();
  }

  private group(): void {
    const rest = this.text.slice(this.at);
    const special = /^\?(?:[:=!]|<[=!])/.exec(rest);
    const named = /^\?<([A-Za-z][A-Za-z0-9]*)>/.exec(rest);
    if (special) {
      this.out += `(${special[0]}`;
      this.at += special[0].length;
    } else if (named) {
      this.out += `(?<${named[1]}>`;
      this.at += named[0].length;
    } else if (rest.startsWith("?")) {
      throw refuse("an inline flag or atomic group");
    } else {
      this.out += "(";
    }
  }

  /** What follows a backslash; inside a class sets come without brackets. */
  private escape(inClass: boolean): string {
    if (this.at >= this.text.length) throw invalid();
    const ch = this.next();
    const set = SETS[ch];
    if (set !== undefined) return inClass ? set : `[${set}]`;
    const lower = SETS[ch.toLowerCase()];
    if (lower !== undefined && /[DWSHV]/.test(ch)) {
      if (!inClass) return `[^${lower}]`;
      if (ch === "D" || ch === "W") return `\\${ch}`;
      throw refuse(`\\${ch} in a class`);
    }
    if (CONTROLS[ch] !== undefined) return CONTROLS[ch];
    if (ch === "p" || ch === "P") return this.property(ch === "P", inClass);
    if (ch === "x" || ch === "u") return this.codePoint(ch);
    if (inClass) return this.literalEscape(ch, true);
    return this.outsideEscape(ch);
  }

  private outsideEscape(ch: string): string {
    switch (ch) {
      case "b":
        return "\\b";
      case "B":
        return "\\B";
      case "A":
        return "(?<![^])";
      case "z":
        return "(?![^])";
      case "Z":
        return `(?=(?:\\r\\n|[${LINE_END}])?(?![^]))`;
      case "R":
        return `(?:\\r\\n|[\\n\\u000B\\f\\r\\u0085\\u2028\\u2029])`;
      case "Q": {
        const end = this.text.indexOf("\\E", this.at);
        const quoted = this.text.slice(this.at, end < 0 ? undefined : end);
        this.at = end < 0 ? this.text.length : end + 2;
        return quoted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      }
      case "k": {
        const name = /^<([A-Za-z][A-Za-z0-9]*)>/.exec(this.text.slice(this.at));
        if (!name) throw invalid();
        this.at += name[0].length;
        return `\\k<${name[1]}>`;
      }
      default:
        // JavaScript lets a back-reference to a group that took no part match; Java does not.
        if (/[0-9]/.test(ch)) throw refuse("a back-reference or octal escape");
        return this.literalEscape(ch, false);
    }
  }

  private literalEscape(ch: string, inClass: boolean): string {
    if (/[A-Za-z0-9]/.test(ch)) throw refuse(`\\${ch}`);
    const special = inClass ? /[\\^\]\-[]/ : /[\\^$.*+?()[\]{}|/]/;
    return special.test(ch) ? `\\${ch}` : ch;
  }

  private codePoint(ch: string): string {
    const rest = this.text.slice(this.at);
    const match =
      ch === "u"
        ? /^[0-9a-fA-F]{4}/.exec(rest)
        : /^(?:[0-9a-fA-F]{2}|\{[0-9a-fA-F]{1,6}\})/.exec(rest);
    if (!match) throw invalid();
    this.at += match[0].length;
    const hex = match[0].replace(/[{}]/g, "");
    if (ch === "u" && /^d[89ab]/i.test(hex)) throw refuse("a surrogate escape");
    return `\\u{${hex}}`;
  }

  private property(negated: boolean, inClass: boolean): string {
    const match = /^(?:\{(\w+)\}|([A-Z]))/.exec(this.text.slice(this.at));
    if (!match) throw invalid();
    this.at += match[0].length;
    const set = POSIX[(match[1] ?? match[2])!];
    if (set === undefined || (negated && inClass)) throw refuse(`\\p{${match[1] ?? match[2]}}`);
    if (inClass) return set;
    return `[${negated ? "^" : ""}${set}]`;
  }

  private characterClass(): string {
    let source = "[";
    if (this.text[this.at] === "^") {
      source += "^";
      this.at++;
    }
    if (this.text[this.at] === "]") {
      source += "\\]";
      this.at++;
    }
    for (;;) {
      if (this.at >= this.text.length) throw invalid();
      const ch = this.next();
      if (ch === "]") return `${source}]`;
      if (ch === "[") throw refuse("a class inside a class");
      if (ch === "&" && this.text[this.at] === "&") throw refuse("a class intersection");
      if (ch === "\\") source += this.escape(true);
      else if (ch === "^") source += "\\^";
      else source += ch;
    }
  }
}

function invalid(): Error {
  return runtimeError(
    "INVALID_PARAMETER_VALUE.PATTERN",
    "22023",
    "the pattern is not a regular expression",
  );
}

function translate(pattern: string): { source: string; flags: string } {
  const translator = new Translator(pattern);
  translator.run();
  return { source: translator.out, flags: translator.insensitive ? "giu" : "gu" };
}
