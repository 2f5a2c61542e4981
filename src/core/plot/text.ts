/** Terminal text by display columns, not by characters. */
import { graphemes } from "../graphemes.ts";

const WIDE = new RegExp(
  [
    "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u33ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\ua000-\\ua4cf]",
    "[\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe4f\\uff00-\\uff60\\uffe0-\\uffe6]",
    "[\\u{20000}-\\u{3fffd}]",
    "\\p{Emoji_Presentation}",
  ].join("|"),
  "u",
);

/** Columns a terminal uses for the text; East Asian wide characters and emoji take two. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** Cut to `width` columns (the last one an ellipsis) or padded with spaces to it. */
export function fitText(text: string, width: number, ellipsis = "…"): string {
  // Control characters would move the cursor: show them as spaces.
  const clean = text.replace(/\p{Cc}/gu, " ");
  const wide = displayWidth(clean);
  if (wide <= width) return clean + " ".repeat(width - wide);
  let cut = "";
  let used = 0;
  for (const { segment } of graphemes(clean)) {
    const next = displayWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return cut + ellipsis + " ".repeat(Math.max(0, width - 1 - used));
}

/** The `index`-th colour of the palette around the text, or the text alone. */
export function paint(text: string, index: number, color: boolean): string {
  const codes = [36, 33, 32, 35, 34, 31];
  return color ? `\u001b[${codes[index % codes.length]}m${text}\u001b[39m` : text;
}
