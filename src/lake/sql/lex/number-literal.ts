/**
 * Where a number ends (reference: the numeric rules of Spark 4.2 `SqlBaseLexer.g4`). The longest
 * match wins, so `1e` and `12abc` are words, and `1.5x` is not a decimal at all.
 */
import type { NumberSuffix } from "./token.ts";

export interface NumberMatch {
  end: number;
  /** End of the digits, before the suffix. */
  digitsEnd: number;
  suffix: NumberSuffix;
}

const NUMBER = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const SUFFIX = /(?:BD|[LSYDF])/iy;
const WORD_CHARACTER = /[A-Za-z0-9_]/;

function continuesWord(text: string, at: number): boolean {
  const ch = text[at];
  return ch !== undefined && WORD_CHARACTER.test(ch);
}

/** A number starting at `start`, or undefined when the text there reads as a word or a dot. */
export function matchNumber(text: string, start: number): NumberMatch | undefined {
  NUMBER.lastIndex = start;
  const found = NUMBER.exec(text);
  if (!found) return undefined;
  const whole = accept(text, start, start + found[0].length);
  if (whole) return whole;
  // `1.5x` and `1.x`: the digits in front of the dot are a number of their own.
  const dot = found[0].indexOf(".");
  if (dot > 0) return accept(text, start, start + dot) ?? undefined;
  return undefined;
}

function accept(text: string, start: number, digitsEnd: number): NumberMatch | undefined {
  if (!continuesWord(text, digitsEnd)) return { end: digitsEnd, digitsEnd, suffix: "" };
  SUFFIX.lastIndex = digitsEnd;
  const found = SUFFIX.exec(text);
  if (!found) return undefined;
  const end = digitsEnd + found[0].length;
  const suffix = found[0].toUpperCase() as NumberSuffix;
  const integral = suffix === "L" || suffix === "S" || suffix === "Y";
  if (integral && !/^\d+$/.test(text.slice(start, digitsEnd))) return undefined;
  return continuesWord(text, end) ? undefined : { end, digitsEnd, suffix };
}
