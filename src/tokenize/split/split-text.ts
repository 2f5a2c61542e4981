/** Cutting a text at matches of an expression, with the five ways of `tokenizers` to treat a match. */
import { type AlignedText, sliceText } from "../text/aligned-text.ts";
import { NUMERIC, PUNCTUATION } from "../text/character-classes.ts";
import { findMatches } from "../text/find-matches.ts";
import { maskNew } from "../text/new-characters.ts";

export const BEHAVIORS = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
] as const;
export type Behavior = (typeof BEHAVIORS)[number];

/** A stretch of a text: units `from` to `to`, and whether it is a match. */
interface Stretch {
  from: number;
  to: number;
  readonly isMatch: boolean;
}

/** The pieces of a text; empty ones are left out. */
export function splitText(
  source: AlignedText,
  expression: RegExp,
  behavior: Behavior,
  invert = false,
): AlignedText[] {
  const stretches = findStretches(maskFor(source.text, expression), expression, invert);
  return arrange(stretches, behavior)
    .filter(({ from, to }) => to > from)
    .map(({ from, to }) => sliceText(source, from, to));
}

/** The text as the tables behind this expression have it; those of numbers are up to date. */
function maskFor(text: string, expression: RegExp): string {
  if (expression === NUMERIC) return text;
  return maskNew(text, expression === PUNCTUATION ? "punctuation" : "letters");
}

function findStretches(text: string, expression: RegExp, invert: boolean): Stretch[] {
  const stretches: Stretch[] = [];
  let last = 0;
  for (const { from, to } of findMatches(expression, text)) {
    if (from > last) stretches.push({ from: last, to: from, isMatch: invert });
    stretches.push({ from, to, isMatch: !invert });
    last = to;
  }
  if (last < text.length) stretches.push({ from: last, to: text.length, isMatch: invert });
  return stretches;
}

function arrange(stretches: readonly Stretch[], behavior: Behavior): readonly Stretch[] {
  switch (behavior) {
    case "Isolated":
      return stretches;
    case "Removed":
      return stretches.filter(({ isMatch }) => !isMatch);
    case "Contiguous":
      return join(stretches, (before, next) => before.isMatch === next.isMatch);
    case "MergedWithPrevious":
      return join(stretches, (before, next) => next.isMatch && !before.isMatch);
    case "MergedWithNext":
      return joinFromRight(stretches);
  }
}

/** Appends a stretch to the one before it where `belong` says so of the two as they were found. */
function join(
  stretches: readonly Stretch[],
  belong: (before: Stretch, next: Stretch) => boolean,
): Stretch[] {
  const joined: Stretch[] = [];
  let before: Stretch | null = null;
  for (const stretch of stretches) {
    const last = joined.at(-1);
    if (before !== null && last !== undefined && belong(before, stretch)) last.to = stretch.to;
    else joined.push({ ...stretch });
    before = stretch;
  }
  return joined;
}

function joinFromRight(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  let next: Stretch | null = null;
  for (const stretch of stretches.toReversed()) {
    const last = joined.at(-1);
    if (next !== null && last !== undefined && stretch.isMatch && !next.isMatch)
      last.from = stretch.from;
    else joined.push({ ...stretch });
    next = stretch;
  }
  return joined.reverse();
}
