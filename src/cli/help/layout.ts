/** The shapes help text is made of: headings, two-column lists, wrapped paragraphs. */
import type { Style } from "../style.ts";

export interface HelpLayout {
  readonly style: Style;
  /** Total width in cells; text wraps at it, commands and examples never do. */
  readonly width: number;
}

export interface HelpItem {
  readonly label: string;
  readonly text: string;
}

/** Words broken at `width` cells, each line after the first indented by `indent`. */
export function wrapText(text: string, width: number, indent = 0): string {
  const pad = " ".repeat(indent);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width - indent) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${pad}`);
}

/** A heading and its lines; nothing when there are none. */
export function formatSection(title: string, lines: readonly string[], layout: HelpLayout): string {
  if (lines.length === 0) return "";
  const body = lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
  return `\n${layout.style.bold(title)}\n${body}\n`;
}

/** A column of text narrower than this is hard to read. */
const NARROWEST = 24;

/** Labels on the left, texts wrapped on the right; on a narrow terminal below their labels. */
export function formatItems(items: readonly HelpItem[], layout: HelpLayout): string[] {
  const longest = Math.max(0, ...items.map((item) => item.label.length));
  const labelWidth = Math.min(longest, 28);
  const isNarrow = layout.width - labelWidth - 4 < NARROWEST;
  return items.map(({ label, text }) => {
    if (isNarrow) {
      return `${layout.style.green(label)}\n      ${wrapText(text, layout.width, 6)}`;
    }
    const wrapped = wrapText(text, layout.width - 2, labelWidth + 4).replaceAll("\n", "\n");
    const shown = layout.style.green(label) + " ".repeat(Math.max(0, labelWidth - label.length));
    if (label.length > labelWidth) return `${shown}\n${" ".repeat(labelWidth + 4)}${wrapped}`;
    return `${shown}  ${wrapped}`;
  });
}
