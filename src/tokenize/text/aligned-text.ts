/**
 * A text under way through normalizers and splitters, with the place in the original text that
 * each of its UTF-16 units came from. Offsets of tokens are read off it at the end, so every step
 * keeps it.
 *
 * A text nothing has changed yet has no arrays: unit `i` is unit `base + i` of the original.
 */
import { SovereignError } from "../../core/errors.ts";
import { findMatches } from "./find-matches.ts";

export interface AlignedText {
  readonly text: string;
  /** Where unit `i` of `text` begins and ends in the original; null while nothing has changed. */
  readonly starts: Int32Array | null;
  readonly ends: Int32Array | null;
  /** Where an unchanged text begins in the original. */
  readonly base: number;
}

/** A change of a text: units `from` to `to` become `replacement`. In order, without overlap. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly replacement: string;
}

/** The original text itself. */
export function alignText(text: string, base = 0): AlignedText {
  return { text, starts: null, ends: null, base };
}

/** Units `from` to `to`, still pointing at the same original. */
export function sliceText(source: AlignedText, from: number, to: number): AlignedText {
  if (from === 0 && to === source.text.length) return source;
  return {
    text: source.text.slice(from, to),
    starts: source.starts?.subarray(from, to) ?? null,
    ends: source.ends?.subarray(from, to) ?? null,
    base: source.base + from,
  };
}

/** Where units `from` to `to` (`from < to`) came from, as UTF-16 positions of the original. */
export function originalRange(source: AlignedText, from: number, to: number): [number, number] {
  if (source.starts === null || source.ends === null) return [source.base + from, source.base + to];
  let start = source.starts[from]!;
  let end = source.ends[to - 1]!;
  for (let i = from; i < to; i++) {
    if (source.starts[i]! < start) start = source.starts[i]!;
    if (source.ends[i]! > end) end = source.ends[i]!;
  }
  return [start, end];
}

/** A text that a replacement has made longer than this was not meant. */
const MOST_UNITS = 2 ** 28;

function tooLong(): SovereignError {
  return new SovereignError("RESOURCE_EXHAUSTED", "the normalized text is too long", {
    hint: "encode less at a time, or with a tokenizer that does not lengthen texts so",
  });
}

/** Applies edits. What replaces a range points at all of it; an insertion, at what is before it. */
export function editText(source: AlignedText, edits: readonly Edit[]): AlignedText {
  if (edits.length === 0) return source;
  const { text } = source;
  let length = text.length;
  for (const { from, to, replacement } of edits) length += replacement.length - (to - from);
  if (length > MOST_UNITS) throw tooLong();
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  const parts: string[] = [];
  let at = 0;
  let read = 0;
  const copyUntil = (to: number): void => {
    if (read === to) return;
    parts.push(text.slice(read, to));
    for (; read < to; read++, at++) {
      starts[at] = source.starts === null ? source.base + read : source.starts[read]!;
      ends[at] = source.ends === null ? source.base + read + 1 : source.ends[read]!;
    }
  };
  for (const { from, to, replacement } of edits) {
    copyUntil(from);
    const [start, end] = rangeOfEdit(source, from, to);
    parts.push(replacement);
    starts.fill(start, at, at + replacement.length);
    ends.fill(end, at, at + replacement.length);
    at += replacement.length;
    read = to;
  }
  copyUntil(text.length);
  return { text: parts.join(""), starts, ends, base: 0 };
}

function rangeOfEdit(source: AlignedText, from: number, to: number): [number, number] {
  if (from < to) return originalRange(source, from, to);
  if (from > 0)
    return originalRange(source, from - (isLowSurrogate(source.text, from - 1) ? 2 : 1), from);
  const start = source.text === "" ? source.base : originalRange(source, 0, 1)[0];
  return [start, start];
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && at > 0;
}

/** Replaces every match of a global expression; `replace` gives the new text of one match. */
export function replaceMatches(
  source: AlignedText,
  expression: RegExp,
  replace: (match: string) => string,
): AlignedText {
  const edits: Edit[] = [];
  for (const { from, to } of findMatches(expression, source.text)) {
    const match = source.text.slice(from, to);
    const replacement = replace(match);
    if (replacement !== match) edits.push({ from, to, replacement });
  }
  return editText(source, edits);
}

/** Puts `prefix` in front; it points at the first character. */
export function prependText(source: AlignedText, prefix: string): AlignedText {
  const { text } = source;
  const width = Math.min(text.length, text.codePointAt(0)! > 0xffff ? 2 : 1);
  const edited = editText(source, [{ from: 0, to: 0, replacement: prefix }]);
  if (width > 0) edited.ends?.fill(originalRange(source, 0, width)[1], 0, prefix.length);
  return edited;
}
