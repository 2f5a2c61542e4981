/** One line of printable text: tabs, line breaks and other controls become `\n`-like escapes. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    if (char === "\r") return "\\r";
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
