/**
 * Reads and writes numbers by a pattern (`number-pattern.ts`), as `to_number` and `to_char` do
 * (Spark 4.2 `ToNumberParser`). Numbers are unscaled integers with the pattern's scale.
 */
import {
  countDigits,
  type Digits,
  type NumberPattern,
  type PatternPart,
} from "./number-pattern.ts";

/** Java's white space: the separators U+001C to U+001F, and no spaces that do not break. */
function isBlank(ch: string): boolean {
  const code = ch.charCodeAt(0);
  if (code >= 0x1c && code <= 0x1f) return true;
  return /\s/.test(ch) && !"\u00a0\u2007\u202f\ufeff".includes(ch);
}

interface Reading {
  readonly text: string;
  at: number;
  before: string;
  after: string;
  negative: boolean;
  behindPoint: boolean;
  opened: boolean;
  closed: boolean;
}

/** The number a text spells, unscaled; null where it does not fit the pattern. */
export function readPatterned(text: string, pattern: NumberPattern): bigint | null {
  const reading: Reading = {
    ...{ text, at: 0, before: "", after: "" },
    ...{ negative: false, behindPoint: false, opened: false, closed: false },
  };
  for (const part of pattern.parts) if (!readPart(part, reading)) return null;
  const { before, after } = reading;
  if (reading.at < text.length || reading.opened !== reading.closed) return null;
  if (before === "" && after === "") return null;
  const unscaled = BigInt(before + after.padEnd(pattern.scale, "0"));
  return reading.negative ? -unscaled : unscaled;
}

/** Whether the part fits what stands next; past the end only digits can fail to. */
function readPart(part: PatternPart, reading: Reading): boolean {
  if (part.kind === "digits") return readDigits(part.runs, reading);
  const next = reading.text[reading.at];
  if (next === undefined) return true;
  switch (part.kind) {
    case "point":
      if (next !== ".") return true;
      reading.behindPoint = true;
      break;
    case "dollar":
      if (next !== "$") return false;
      break;
    case "sign":
      if (next !== "+" && next !== "-") return true;
      if (next === "-") reading.negative = !reading.negative;
      break;
    case "minus":
      if (next !== "-") return true;
      reading.negative = !reading.negative;
      break;
    case "open":
      if (next !== "<") return true;
      reading.opened = true;
      break;
    case "close":
      if (next !== ">") return true;
      if (!reading.opened) return false;
      reading.closed = true;
      reading.negative = !reading.negative;
  }
  reading.at++;
  return true;
}

/** Digits, separators and blanks; the sizes of the groups are compared from the right. */
function readDigits(runs: readonly Digits[], reading: Reading): boolean {
  const sizes = [0];
  for (; reading.at < reading.text.length; reading.at++) {
    const ch = reading.text[reading.at]!;
    if (ch === ",") sizes.unshift(0);
    else if (/[0-9]/.test(ch)) {
      sizes[0]!++;
      if (reading.behindPoint) reading.after += ch;
      else reading.before += ch;
    } else if (!isBlank(ch)) break;
  }
  if (sizes.length > runs.length) return false;
  return [...runs].reverse().every((run, i) => {
    const size = sizes[i] ?? 0;
    return run.exact ? size === run.count : size <= run.count;
  });
}

/** The text of a number of the given scale by a pattern; `#` for digits where it does not fit. */
export function writePatterned(unscaled: bigint, scale: number, pattern: NumberPattern): string {
  const { before, after } = digitsFor(unscaled, scale, pattern);
  const out: string[] = [];
  const negative = unscaled < 0n;
  let behindPoint = false;
  let at = 0;
  for (const part of pattern.parts) {
    if (part.kind === "point") {
      if (out.at(-1) === " ") out[out.length - 1] = "0";
      out.push(".");
      behindPoint = true;
      at = 0;
    } else if (part.kind !== "digits") writeMark(part.kind, negative, out);
    else if (behindPoint) {
      for (const { count } of part.runs) {
        out.push(...after.slice(at, at + count));
        at += count;
      }
    } else at = writeWhole(part.runs, before, at, out);
  }
  dropLonePoint(out);
  const text = out.join("");
  return text === "" || text === "+" || text === "-" ? "0" : text;
}

/** As many digits either side of the point as the pattern has, blanks in front. */
function digitsFor(unscaled: bigint, scale: number, { parts }: NumberPattern) {
  const point = parts.findIndex((part) => part.kind === "point");
  const front = countDigits(point < 0 ? parts : parts.slice(0, point));
  const back = point < 0 ? 0 : countDigits(parts.slice(point));
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const before = digits.slice(0, digits.length - scale).replace(/^0+/, "");
  const after = digits.slice(digits.length - scale).replace(/0+$/, "");
  if (before.length > front || after.length > back) {
    return { before: "#".repeat(front), after: "#".repeat(back) };
  }
  return { before: before.padStart(front), after: after.padEnd(back, "0") };
}

function writeWhole(runs: readonly Digits[], before: string, from: number, out: string[]): number {
  let at = from;
  runs.forEach(({ count, exact }, i) => {
    if (i > 0) {
      if (/[0-9]/.test(out.at(-1) ?? "")) out.push(",");
      else pushBlank(out);
    }
    for (let n = 0; n < count; n++, at++) {
      const ch = before[at]!;
      if (ch !== " ") out.push(ch);
      else if (exact) out.push("0");
      else pushBlank(out);
    }
  });
  return at;
}

function writeMark(kind: string, negative: boolean, out: string[]): void {
  if (kind === "dollar") out.push("$");
  else if (kind === "open") {
    if (negative) out.push("<");
  } else if (kind === "sign") {
    dropLonePoint(out);
    pushMark(negative ? "-" : "+", out);
  } else if (kind === "minus") {
    if (negative) dropLonePoint(out);
    if (negative) pushMark("-", out);
    else out.push(" ");
  } else {
    dropLonePoint(out);
    if (negative) pushMark(">", out);
    else out.push(" ", " ");
  }
}

/** Marks stand in front of the blanks at the end. */
function pushMark(mark: string, out: string[]): void {
  let at = out.length;
  while (at > 0 && out[at - 1] === " ") at--;
  out.splice(at, 0, mark);
}

/** Blanks stand in front of signs and brackets. */
function pushBlank(out: string[]): void {
  let at = out.length;
  while (at > 0 && /[-+<]/.test(out[at - 1]!)) at--;
  out.splice(at, 0, " ");
}

/** A point without digits behind it becomes a blank. */
function dropLonePoint(out: string[]): void {
  const at = out.indexOf(".");
  if (at >= 0 && (at === out.length - 1 || out[at + 1] === " ")) out[at] = " ";
}
