/** Truncation and padding, as `tokenizers` does them. */
import { SovereignError } from "../../core/errors.ts";
import type { Encoding } from "../encoding.ts";

export interface Truncation {
  readonly maxLength: number;
  /** How many tokens a window of the overflow shares with the one before. */
  readonly stride?: number;
  readonly strategy?: "longest_first" | "only_first" | "only_second";
  /** The end that is cut. */
  readonly direction?: "left" | "right";
}

export interface Padding {
  /** A fixed length; without it the longest of a batch. */
  readonly length?: number;
  readonly multipleOf?: number;
  readonly padId?: number;
  readonly padTypeId?: number;
  readonly direction?: "left" | "right";
}

/** Cuts the sequences so that together they have `maxLength` tokens at most. */
export function truncate(encodings: readonly Encoding[], options: Truncation): Encoding[] {
  const { maxLength, strategy = "longest_first" } = options;
  if (maxLength === 0) return encodings.map((encoding) => window(encoding, 0, options));
  const total = encodings.reduce((sum, { length }) => sum + length, 0);
  const excess = total - maxLength;
  if (excess <= 0) return [...encodings];
  const [first, second] = encodings;
  if (strategy === "longest_first") {
    if (second === undefined) return [window(first!, maxLength, options)];
    const lengths = shareLength(first!.length, second.length, maxLength);
    return encodings.map((encoding, i) => window(encoding, lengths[i]!, options));
  }
  const target = strategy === "only_first" ? 0 : 1;
  const chosen = encodings[target];
  if (chosen === undefined || chosen.length <= excess) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `the ${target === 0 ? "first" : "second"} text is too short to be cut by ${excess} tokens`,
      { hint: "raise the length, or let the longest text be cut" },
    );
  }
  return encodings.map((encoding, i) =>
    i === target ? window(encoding, encoding.length - excess, options) : encoding,
  );
}

/** The longer one is cut down to the shorter, then both alike. */
function shareLength(first: number, second: number, maxLength: number): [number, number] {
  const isSwapped = first > second;
  const short = Math.min(first, second);
  const long = Math.max(short, short > maxLength ? short : maxLength - short);
  const halves = short + long > maxLength;
  const low = halves ? Math.floor(maxLength / 2) : short;
  const high = halves ? low + (maxLength % 2) : long;
  return isSwapped ? [high, low] : [low, high];
}

function window(encoding: Encoding, length: number, options: Truncation): Encoding {
  const { stride = 0, direction = "right" } = options;
  if (encoding.length <= length) return encoding;
  if (length === 0) {
    const empty = encoding.slice(0, 0);
    empty.overflowing = [encoding];
    return empty;
  }
  if (stride >= length) {
    throw new SovereignError(
      "INVALID_PARAMETER_VALUE",
      `a stride of ${stride} is not below ${length}`,
      {
        hint: "the stride must be smaller than the length that is left for text",
      },
    );
  }
  const parts = windows(encoding.length, { length, step: length - stride, direction }).map(
    ([from, to]) => encoding.slice(from, to),
  );
  const [kept, ...overflowing] = parts;
  kept!.overflowing = overflowing;
  return kept!;
}

function windows(
  total: number,
  { length, step, direction }: { length: number; step: number; direction: "left" | "right" },
): [number, number][] {
  const ranges: [number, number][] = [];
  if (direction === "right") {
    for (let from = 0; ; from += step) {
      const to = Math.min(total, from + length);
      ranges.push([from, to]);
      if (to === total) return ranges;
    }
  }
  for (let to = total; ; to -= step) {
    const from = Math.max(0, to - length);
    ranges.push([from, to]);
    if (from === 0) return ranges;
  }
}

/** Fills every encoding, and its overflow, up to one length. */
export function pad(encodings: readonly Encoding[], options: Padding): void {
  const longest = encodings.reduce((most, { length }) => Math.max(most, length), 0);
  let length = options.length ?? longest;
  const { multipleOf = 0 } = options;
  if (multipleOf > 0) length = Math.ceil(length / multipleOf) * multipleOf;
  for (const encoding of encodings) fill(encoding, length, options);
}

function fill(encoding: Encoding, length: number, options: Padding): void {
  const { padId = 0, padTypeId = 0, direction = "right" } = options;
  for (const part of encoding.overflowing) fill(part, length, options);
  const missing = length - encoding.length;
  if (missing <= 0) return;
  const padding = encoding.slice(0, 0);
  for (let i = 0; i < missing; i++) {
    padding.push({ ids: padId, typeIds: padTypeId, specialTokensMask: 1, attentionMask: 0 });
  }
  if (direction === "right") {
    encoding.append(padding);
    return;
  }
  padding.append(encoding);
  Object.assign(encoding, padding, { overflowing: encoding.overflowing });
}
