/** Graphemes, what people take for characters, in time proportional to the text. */

/** A grapheme and the UTF-16 unit where it begins. */
export interface Grapheme {
  readonly segment: string;
  readonly index: number;
}

/** Made on first use: it takes ten milliseconds, and most text is ASCII. */
let segmenter: Intl.Segmenter | undefined;
/** Units at a time: the engine copies all it was given for each segment of it. */
const WINDOW = 256;

/** The graphemes of a text in order (Unicode Standard Annex 29, as the engine knows it). */
export function* graphemes(text: string): Generator<Grapheme> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let size = WINDOW;
  for (let from = 0; from < text.length; ) {
    const end = endOfCharacter(text, from + size);
    let held: Grapheme | null = null;
    for (const { segment, index } of segmenter.segment(text.slice(from, end))) {
      if (held !== null) yield held;
      held = { segment, index: from + index };
    }
    // Where one begins nothing before counts, and the last one may go on behind the window.
    const isLast = end === text.length;
    if (isLast) yield held!;
    const to = isLast ? end : held!.index;
    size = to > from ? WINDOW : size * 2;
    from = to;
  }
}

function endOfCharacter(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const isHigh = (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return isHigh ? at + 1 : at;
}
