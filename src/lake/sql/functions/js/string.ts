/**
 * String functions of Spark as TypeScript (Spark 4.2 `UTF8String`, `stringExpressions.scala`).
 * Positions count code points from 1.
 */
import { runtimeError } from "../builder.ts";

const ASCII = /^[\0-\x7f]*$/;

function points(text: string): string[] {
  return ASCII.test(text) ? text.split("") : [...text];
}

/** `substring`: position 0 counts as 1, a negative one from the end. */
export function substring(
  value: string | Uint8Array,
  position: number,
  length: number,
): string | Uint8Array {
  const items = typeof value === "string" ? points(value) : value;
  if (length <= 0) return typeof value === "string" ? "" : new Uint8Array(0);
  const start = position > 0 ? position - 1 : position < 0 ? items.length + position : 0;
  const end = Math.min(start + length, items.length);
  const from = Math.max(start, 0);
  if (end <= from) return typeof value === "string" ? "" : new Uint8Array(0);
  if (typeof items === "object" && items instanceof Uint8Array) return items.slice(from, end);
  return (items as string[]).slice(from, end).join("");
}

/** Cuts any of `characters` off one or both ends. */
export function trimCharacters(
  value: string,
  characters: string,
  sides: "both" | "left" | "right",
): string {
  const set = new Set(points(characters));
  const items = points(value);
  let start = 0;
  let end = items.length;
  if (sides !== "right") while (start < end && set.has(items[start]!)) start++;
  if (sides !== "left") while (end > start && set.has(items[end - 1]!)) end--;
  return items.slice(start, end).join("");
}

/** `lpad` and `rpad`: an empty pad only cuts. */
export function pad(value: string, length: number, fill: string, left: boolean): string {
  const items = points(value);
  if (length <= 0) return "";
  if (items.length >= length) return items.slice(0, length).join("");
  const filler = points(fill);
  if (filler.length === 0) return value;
  refuseLength("padding", length);
  const missing = length - items.length;
  let added = "";
  for (let i = 0; i < missing; i++) added += filler[i % filler.length]!;
  return left ? added + value : value + added;
}

const LONGEST_BUILT = 20_000_000;

/** Refuses to build a text of more than 20 million characters, which would exhaust the memory. */
export function refuseLength(name: string, length: number): void {
  if (length <= LONGEST_BUILT) return;
  throw runtimeError("UNSUPPORTED_FEATURE", "0A000", `${name} beyond 20 million characters`);
}

/** `lpad` and `rpad` of bytes. */
export function padBytes(
  value: Uint8Array,
  length: number,
  fill: Uint8Array,
  left: boolean,
): Uint8Array {
  if (length <= value.length || fill.length === 0) return value.slice(0, Math.max(0, length));
  refuseLength("padding", length);
  const missing = Uint8Array.from(
    { length: length - value.length },
    (_, i) => fill[i % fill.length]!,
  );
  return new Uint8Array(Buffer.concat(left ? [missing, value] : [value, missing]));
}

/** `locate`: position of `needle` from `start` on, 0 when absent. */
export function locate(needle: string, value: string, start: number): number {
  if (start < 1) return 0;
  const items = points(value);
  const prefix = items.slice(0, start - 1).join("").length;
  if (start - 1 > items.length) return 0;
  const found = value.indexOf(needle, prefix);
  if (found < 0) return 0;
  return ASCII.test(value) ? found + 1 : points(value.slice(0, found)).length + 1;
}

/** `substring_index`: what stands before the count-th delimiter, or after it from the right. */
export function substringIndex(value: string, delimiter: string, count: number): string {
  if (delimiter === "" || count === 0) return "";
  let at = count > 0 ? -1 : value.length;
  for (let i = 0; i < Math.abs(count); i++) {
    if (count > 0) {
      at = value.indexOf(delimiter, at + 1);
      if (at < 0) return value;
    } else {
      at = at - 1 < 0 ? -1 : value.lastIndexOf(delimiter, at - 1);
      if (at < 0) return value;
    }
  }
  return count > 0 ? value.slice(0, at) : value.slice(at + delimiter.length);
}

/** `initcap`: words are split by blanks alone. */
export function initcap(value: string): string {
  return value
    .toLowerCase()
    .split(" ")
    .map((word) => {
      const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
      if (word === "") return "";
      return titleCase(first) + word.slice(first.length);
    })
    .join(" ");
}

const TITLE_DIGRAPHS: Readonly<Record<string, string>> = { Ǆ: "ǅ", Ǉ: "ǈ", Ǌ: "ǋ", Ǳ: "ǲ" };

/** A letter as a title begins with it: `ß` is `SS` in upper case, but `Ss` here. */
function titleCase(letter: string): string {
  const [initial, ...others] = points(letter.toUpperCase());
  const digraph = TITLE_DIGRAPHS[initial!];
  if (digraph) return digraph;
  const isLetter = initial!.toLowerCase() !== initial;
  return initial + (isLetter ? others.join("").toLowerCase() : others.join(""));
}

/** `translate`: characters without a counterpart disappear. */
export function translate(value: string, from: string, to: string): string {
  const map = new Map<string, string>();
  const targets = points(to);
  for (const [i, ch] of points(from).entries()) if (!map.has(ch)) map.set(ch, targets[i] ?? "");
  return points(value)
    .map((ch) => map.get(ch) ?? ch)
    .join("");
}

/** `overlay`: `length` < 0 means the length of the replacement. */
export function overlay(value: string, put: string, position: number, length: number): string {
  const size = length >= 0 ? length : points(put).length;
  const before = substring(value, 1, position - 1) as string;
  return before + put + (substring(value, position + size, 2147483647) as string);
}

const SOUNDEX = "01230127022455012623010202";

/** `soundex`; text that does not begin with a letter comes back as it is. */
export function soundex(value: string): string {
  if (value === "") return value;
  const letter = value[0]!.toUpperCase();
  if (!/[A-Z]/.test(letter)) return value;
  let code = letter;
  let last = SOUNDEX[letter.charCodeAt(0) - 65]!;
  for (let i = 1; i < value.length && code.length < 4; i++) {
    const ch = value[i]!.toUpperCase();
    if (!/[A-Z]/.test(ch)) {
      last = "0";
      continue;
    }
    const digit = SOUNDEX[ch.charCodeAt(0) - 65]!;
    if (digit === "7") continue;
    if (digit !== "0" && digit !== last) code += digit;
    last = digit;
  }
  return code.padEnd(4, "0");
}

/** Edit distance; with a threshold, -1 beyond it. */
export function levenshtein(a: string, b: string, threshold?: number): number {
  const [x, y] = [points(a), points(b)];
  let row = Array.from({ length: y.length + 1 }, (_, i) => i);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      const cost = x[i - 1] === y[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + cost);
    }
    row = next;
  }
  const result = row[y.length]!;
  return threshold !== undefined && result > threshold ? -1 : result;
}

/** `format_number(x, n)`: grouped by thousands, rounded half to even from the decimal text. */
export function groupThousands(plain: string): string {
  const [whole, fraction] = plain.split(".");
  const sign = whole!.startsWith("-") ? "-" : "";
  const grouped = whole!.replace("-", "").replace(/\B(?=(\d{3})+$)/g, ",");
  return sign + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** `mask`: upper, lower, digit and other characters replaced; null keeps. */
export function mask(
  value: string,
  [upper, lower, digit, other]: readonly (string | null)[],
): string {
  return points(value)
    .map((ch) => {
      if (/\p{Lu}/u.test(ch)) return upper ?? ch;
      if (/\p{Ll}/u.test(ch)) return lower ?? ch;
      if (/\p{Nd}/u.test(ch)) return digit ?? ch;
      return other ?? ch;
    })
    .join("");
}

/** Luhn checksum of a digit string. */
export function luhnCheck(value: string): boolean {
  if (!/^\d+$/.test(value)) return false;
  let sum = 0;
  for (let i = 0; i < value.length; i++) {
    let digit = Number(value[value.length - 1 - i]);
    if (i % 2 === 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** `split_part`: 1-based, negative from the end, empty when out of range. */
export function splitPart(value: string, delimiter: string, part: number): string {
  const parts = delimiter === "" ? [value] : value.split(delimiter);
  const index = part > 0 ? part - 1 : parts.length + part;
  return parts[index] ?? "";
}

/**
 * Bytes of base64 text, or null: Java's MIME decoder, which skips every other character but wants
 * whole last units.
 */
export function decodeBase64(text: string): Uint8Array | null {
  const end = text.indexOf("=");
  const digits = (end < 0 ? text : text.slice(0, end)).replace(/[^A-Za-z0-9+/]/g, "");
  const partial = digits.length % 4;
  if (partial === 1) return null;
  if (end >= 0) {
    const padded = partial === 2 ? text[end + 1] === "=" : partial === 3;
    const rest = text.slice(end + (partial === 2 ? 2 : 1));
    if (!padded || /[A-Za-z0-9+/]/.test(rest)) return null;
  }
  return new Uint8Array(Buffer.from(digits, "base64"));
}
