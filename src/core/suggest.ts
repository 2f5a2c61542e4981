/** "Did you mean": the nearest known name by edit distance, for messages about unknown ones. */
import { distance } from "fastest-levenshtein";

const MOST_LETTERS = 300;

/**
 * The candidate nearest to `word`, or null when none is near enough to be a slip of the keyboard
 * (two letters, or a third of a long word, may differ). Case does not count; the first of several
 * wins.
 */
export function suggestName(word: string, candidates: Iterable<string>): string | null {
  // Nobody mistypes a name so long, and comparing it with many takes its time.
  if (word.length > MOST_LETTERS) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = (wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const isNear = (known.startsWith(wanted) && wanted.length >= 3) || isShuffled(wanted, known);
    const edits = isNear ? 1 : distance(wanted, known);
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

/** Whether `word` is `known`, its beginning, or one letter away from it. */
export function isSlipOf(word: string, known: string): boolean {
  const isStart = word.length >= 3 && known.startsWith(word);
  return isStart || distance(word, known) <= 1 || isShuffled(word, known);
}

/** Two letters swapped count as one slip; edit distance alone would count two. */
function isShuffled(wanted: string, known: string): boolean {
  if (wanted.length !== known.length || wanted === known) return false;
  const differing = [...wanted].filter((letter, i) => letter !== known[i]).length;
  return differing === 2 && [...wanted].sort().join("") === [...known].sort().join("");
}
