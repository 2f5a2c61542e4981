/** Whether what was typed so far is whole statements: the shell reads on until it is. */

/** True when the text, comments aside, ends with a `;` outside of quotes. */
export function isComplete(text: string): boolean {
  const bare = text.replace(
    /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|--[^\n]*|\/\*[\s\S]*?\*\//g,
    (part) => (part.startsWith("-") || part.startsWith("/") ? " " : "x"),
  );
  if (/['"`]|\/\*/.test(bare)) return false;
  return bare.trimEnd().endsWith(";");
}

/** Whether there is anything to run: not only blanks and comments. */
export function isBlank(text: string): boolean {
  return (
    text
      .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "")
      .replaceAll(";", "")
      .trim() === ""
  );
}
