/**
 * What a text became: ids with their places in it, and what models want beside them. Places are
 * UTF-16 units of the original; `offsets` gives them in code points or bytes too.
 */
import { requireNumber, requireOneOf, wrongArgument } from "../core/arguments.ts";

export type OffsetUnit = "utf16" | "codePoints" | "bytes";
const requireUnit = requireOneOf("utf16", "codePoints", "bytes");

/** One entry per token in every list. */
export interface TokenColumns {
  ids: number[];
  /** First unit and the one after the last, in the text of the token's own sequence. */
  starts: number[];
  ends: number[];
  /** Which word (piece of the pre-tokenizer) of its sequence; -1 for tokens put in. */
  wordIds: number[];
  /** 0 or 1 for the texts of a pair, -1 for tokens put in. */
  sequenceIds: number[];
  typeIds: number[];
  /** 1 for tokens that are not of the text. */
  specialTokensMask: number[];
  /** 0 for padding. */
  attentionMask: number[];
}

export class Encoding implements TokenColumns {
  ids: number[] = [];
  starts: number[] = [];
  ends: number[] = [];
  wordIds: number[] = [];
  sequenceIds: number[] = [];
  typeIds: number[] = [];
  specialTokensMask: number[] = [];
  attentionMask: number[] = [];
  /** What truncation cut off, in windows of the same length. */
  overflowing: Encoding[] = [];
  readonly texts: readonly string[];

  constructor(texts: readonly string[]) {
    if (!Array.isArray(texts)) throw wrongArgument("what was encoded", texts, "a list of texts");
    this.texts = texts;
  }

  get length(): number {
    return this.ids.length;
  }

  /** Appends one token. */
  push(token: Partial<Record<keyof TokenColumns, number>> & { ids: number }): void {
    // Looked at by itself: one for each token comes here.
    if (typeof token?.ids !== "number") throw wrongArgument("a token", token, "`{ ids: number }`");
    this.ids.push(token.ids);
    this.starts.push(token.starts ?? 0);
    this.ends.push(token.ends ?? 0);
    this.wordIds.push(token.wordIds ?? -1);
    this.sequenceIds.push(token.sequenceIds ?? -1);
    this.typeIds.push(token.typeIds ?? 0);
    this.specialTokensMask.push(token.specialTokensMask ?? 0);
    this.attentionMask.push(token.attentionMask ?? 1);
  }

  /** Appends all tokens of another one. */
  append(other: Encoding): void {
    if (!(other instanceof Encoding)) throw wrongArgument("what is appended", other, "an Encoding");
    for (const column of COLUMNS) {
      for (const value of other[column]) this[column].push(value);
    }
  }

  /** Tokens `from` to `to` alone. */
  slice(from: number, to: number): Encoding {
    requireNumber(from, "the first");
    requireNumber(to, "the end");
    const part = new Encoding(this.texts);
    for (const column of COLUMNS) part[column] = this[column].slice(from, to);
    return part;
  }

  /** Where each token stands, in the unit asked for; `[0, 0]` for tokens not of the text. */
  offsets(unit: OffsetUnit = "codePoints"): [number, number][] {
    requireUnit(unit, "the unit");
    const counters = this.texts.map((text) => new UnitCounter(text, unit));
    return this.ids.map((_, i) => {
      const counter = counters[this.sequenceIds[i]!];
      return counter === undefined
        ? [0, 0]
        : [counter.at(this.starts[i]!), counter.at(this.ends[i]!)];
    });
  }
}

const COLUMNS = [
  "ids",
  "starts",
  "ends",
  "wordIds",
  "sequenceIds",
  "typeIds",
  "specialTokensMask",
  "attentionMask",
] as const satisfies readonly (keyof TokenColumns)[];

/** Counts from the last place asked for, so places in order cost one pass over the text. */
class UnitCounter {
  readonly #text: string;
  readonly #unit: OffsetUnit;
  #at = 0;
  #count = 0;

  constructor(text: string, unit: OffsetUnit) {
    this.#text = text;
    this.#unit = unit;
  }

  at(place: number): number {
    if (this.#unit === "utf16") return place;
    const text = this.#text;
    while (this.#at < place) this.#count += this.#weight(text.charCodeAt(this.#at++));
    while (this.#at > place) this.#count -= this.#weight(text.charCodeAt(--this.#at));
    return this.#count;
  }

  /** Of a pair of surrogates the first counts the character, and all four of its bytes. */
  #weight(unit: number): number {
    const isLow = (unit & 0xfc00) === 0xdc00;
    if (this.#unit === "codePoints") return isLow ? 0 : 1;
    if (unit < 0x80) return 1;
    if (unit < 0x800) return 2;
    return isLow ? 0 : (unit & 0xfc00) === 0xd800 ? 4 : 3;
  }
}
