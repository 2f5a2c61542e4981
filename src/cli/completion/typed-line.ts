/**
 * A half-typed command line as bash hands it over: raw text up to the cursor. Bash replaces only
 * what follows the last break character (`=`, `:` …) or the opening quote, and inserts candidates as
 * they are, so they must come without that prefix and quoted. zsh and fish do both themselves.
 */

export interface TypedLine {
  /** Unquoted; the last is unfinished and may be empty. */
  readonly words: readonly string[];
  /** How bash wants a candidate for the last word. */
  quote(candidate: string): string;
}

const ESCAPED = /[^\w@%+=:,./-]/g;

/** Splits the line; `breaks` is bash's COMP_WORDBREAKS. */
export function splitTypedLine(line: string, breaks: string): TypedLine {
  const words: string[] = [];
  let word: string | null = null;
  let open = "";
  /** Length of the last word's part that bash keeps. */
  let kept = 0;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (open === "" && (char === " " || char === "\t")) {
      if (word !== null) words.push(word);
      word = null;
      kept = 0;
      continue;
    }
    word ??= "";
    if (char === open) open = "";
    else if (open === "" && (char === "'" || char === '"')) {
      open = char;
      kept = word.length;
    } else if (char === "\\" && open !== "'" && i + 1 < line.length) word += line[++i];
    else {
      word += char;
      if (open === "" && /[=:@]/.test(char) && breaks.includes(char)) kept = word.length;
    }
  }
  return {
    words: [...words, word ?? ""],
    quote(candidate) {
      const rest = candidate.slice(kept);
      if (open === "'") return rest.replaceAll("'", "'\\''");
      if (open === '"') return rest.replace(/["$`\\]/g, "\\$&");
      return rest.replace(ESCAPED, "\\$&");
    },
  };
}
