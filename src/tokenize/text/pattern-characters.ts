/**
 * What stands for one character in an expression of Oniguruma or fancy-regex, as JavaScript has it:
 * classes in brackets, escapes, Unicode properties, code points. `pattern.ts` reads the rest.
 */
import { malformed, unsupported } from "../load/fields.ts";
import { DIGIT, WHITE_SPACE, WORD } from "./character-classes.ts";

const SHORTHANDS: Readonly<Record<string, string>> = {
  s: WHITE_SPACE,
  w: WORD,
  d: DIGIT,
  h: "0-9a-fA-F",
};
/** Of fancy-regex and Oniguruma: the start and the end of the text. */
const ANCHORS: Readonly<Record<string, string>> = { A: "^", z: "$", b: "", B: "" };

/** Goes over a pattern character by character. */
export class CharacterReader {
  protected readonly pattern: string;
  protected at = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  /** A class, behind its bracket. */
  protected readClass(ignoreCase: boolean): string {
    let source = this.take("^") ? "[^" : "[";
    let isFirst = true;
    for (;;) {
      const character = this.next();
      if (character === "]" && !isFirst) return `${source}]`;
      isFirst = false;
      if (character === "[") throw unsupported("a class inside a class of a pattern is not known");
      if (character === "&" && this.pattern[this.at] === "&") {
        throw unsupported("`&&` in a class of a pattern is not known");
      }
      source +=
        character === "\\"
          ? this.readEscape(true)
          : /[\^\]]/.test(character)
            ? `\\${character}`
            : this.#readClassCharacter(character, ignoreCase);
    }
  }

  /** A range of letters keeps its ends together, whatever their case. */
  #readClassCharacter(character: string, ignoreCase: boolean): string {
    const range = ignoreCase ? /^-([A-Za-z])/.exec(this.pattern.slice(this.at, this.at + 2)) : null;
    if (range === null || !/[A-Za-z]/.test(character)) return foldInClass(character, ignoreCase);
    this.at += 2;
    const [from, to] = [character, range[1]!];
    return `${from.toLowerCase()}-${to.toLowerCase()}${from.toUpperCase()}-${to.toUpperCase()}`;
  }

  /** An escape, behind its backslash. */
  protected readEscape(inClass: boolean): string {
    const character = this.next();
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
      this.pattern.slice(this.at, this.at + 60),
    );
    if (found === null) throw this.refuse("has a `\\p` without a name");
    this.at += found[0].length;
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
    const rest = this.pattern.slice(this.at, this.at + 12);
    const found =
      /^\{([0-9a-fA-F]{1,6})\}/.exec(rest) ??
      (letter === "x" ? /^([0-9a-fA-F]{2})/ : /^([0-9a-fA-F]{4})/).exec(rest);
    if (found === null) throw this.refuse(`has a \`\\${letter}\` without a number`);
    this.at += found[0].length;
    return `\\u{${found[1]}}`;
  }

  protected next(): string {
    if (this.at >= this.pattern.length) throw this.refuse("ends too early");
    const character = String.fromCodePoint(this.pattern.codePointAt(this.at)!);
    this.at += character.length;
    return character;
  }

  protected take(text: string): boolean {
    if (!this.pattern.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  protected refuse(what: string): Error {
    return malformed(`the pattern \`${shorten(this.pattern)}\` ${what}`);
  }
}

/** The beginning of a long pattern. */
export function shorten(pattern: string): string {
  return pattern.length <= 60 ? pattern : `${pattern.slice(0, 57)}...`;
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** A character, or all that are the same but for case. */
export function foldCharacter(character: string, ignoreCase: boolean): string {
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
