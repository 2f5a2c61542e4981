/** A text with its pieces told apart: by turns of colour, or by bars where there is none. */
import type { Encoding } from "../../tokenize/index.ts";
import { printable } from "../output/printable.ts";
import type { Style } from "../style.ts";

/** The line; pieces of one character, such as its bytes, stand as one. */
export function paintPieces(text: string, encoding: Encoding, style: Style): string {
  const paints = [style.cyan, style.yellow, style.green];
  const parts: string[] = [];
  let shown = 0;
  for (let i = 0; i < encoding.length; i++) {
    const end = encoding.ends[i]!;
    if (end <= shown) continue;
    const piece = printable(text.slice(shown, end));
    parts.push(paints[parts.length % paints.length]!(piece));
    shown = end;
  }
  return parts.join(style.enabled ? "" : "|");
}
