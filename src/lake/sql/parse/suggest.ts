/** Which keyword a misspelt word may have meant. */
import { distance } from "fastest-levenshtein";
import type { Cursor } from "./cursor.ts";

const CLAUSES = [
  ...["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "JOIN", "UNION", "VALUES"],
  ...["SELECT", "USING", "PARTITIONED", "TBLPROPERTIES", "LOCATION", "COMMENT", "WINDOW", "SET"],
  ...["INTERSECT", "EXCEPT", "QUALIFY", "CLUSTER", "INNER", "LEFT", "RIGHT", "CROSS", "LATERAL"],
];

/** The candidate nearest to an upper-case word, if it is near enough. */
export function suggestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word === "" || word.length > 20) return undefined;
  let best: { name: string; edits: number } | undefined;
  for (const name of candidates) {
    const edits = distance(word, name);
    if (!best || edits < best.edits) best = { name, edits };
  }
  if (!best || best.edits > Math.max(1, Math.floor(best.name.length / 2.5))) return undefined;
  return best.name;
}

/** A hint for the word where reading stopped, or for an alias before it that looks misspelt. */
export function suggestClause(c: Cursor): string | undefined {
  const here = c.peek();
  const before = c.at(Math.max(0, c.index - 1));
  for (const { kind, word } of [before, here]) {
    if (kind !== "word" || word.length < 3 || CLAUSES.includes(word)) continue;
    const name = suggestWord(word, CLAUSES);
    if (name) return `did you mean \`${name}\`?`;
  }
  return undefined;
}
