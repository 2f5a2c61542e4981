/** Whether what was typed so far is whole statements, by the rules of the SQL lexer itself. */
import { type Token, tokenize } from "../../lake/sql/lex/index.ts";

/** True when the text, comments aside, ends with a `;` outside of quotes. */
export function isComplete(text: string): boolean {
  // A long statement is asked about at every line: most need no second reading.
  const lastLine = text.trimEnd().slice(text.trimEnd().lastIndexOf("\n") + 1);
  if (!/;|\*\//.test(lastLine)) return false;
  const tokens = readTokens(text);
  return tokens?.at(-2)?.word === ";";
}

/** Whether there is anything to run: not only blanks, comments and semicolons. */
export function isBlank(text: string): boolean {
  return readTokens(text)?.every(({ kind, word }) => kind === "end" || word === ";") ?? false;
}

/**
 * The lines to recall a statement by: one, without comments, unless a string or name in it spans
 * lines, which then stay as they were typed.
 */
export function historyLines(text: string): string[] {
  const tokens = readTokens(text);
  const parts = (tokens ?? []).map((token) => text.slice(token.start, token.end));
  if (tokens === null || parts.some((part) => part.includes("\n"))) {
    return text.split("\n").filter((line) => line.trim() !== "");
  }
  const joined = parts.map((part, i) => {
    const isApart = i > 0 && tokens[i]!.start > tokens[i - 1]!.end;
    return isApart ? ` ${part}` : part;
  });
  return [joined.join("").trim()];
}

/** Null while a string, name or comment is open. */
function readTokens(text: string): Token[] | null {
  try {
    return tokenize(text);
  } catch {
    return null;
  }
}
