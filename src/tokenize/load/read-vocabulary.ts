/** Vocabularies and merges of `tokenizer.json`: `{"token": id}`, `["a b", …]` or `[["a", "b"], …]`. */
import { malformed, readList, readNatural, readObject, readText } from "./fields.ts";

/** Tokens and their ids. */
export function readVocabulary(value: unknown): Map<string, number> {
  const ids = new Map<string, number>();
  const vocabulary = readObject(value, "model.vocab");
  for (const token of Object.keys(vocabulary)) {
    ids.set(token, readNatural(vocabulary[token], "model.vocab"));
  }
  return ids;
}

/**
 * Merges in order of rank: left, right and made, three ids each. `prefixLength`: of what stands
 * before the right one.
 */
export function readMerges(
  value: unknown,
  ids: ReadonlyMap<string, number>,
  prefixLength: number,
): Uint32Array {
  const list = readList(value, "model.merges");
  const merges = new Uint32Array(list.length * 3);
  for (let rank = 0; rank < list.length; rank++) {
    const entry = list[rank];
    const at = typeof entry === "string" ? splitAt(entry) : 0;
    const left = typeof entry === "string" ? entry.slice(0, at) : readHalf(entry, 0);
    const right = typeof entry === "string" ? entry.slice(at + 1) : readHalf(entry, 1);
    const leftId = ids.get(left);
    const rightId = ids.get(right);
    const made = ids.get(left + (prefixLength === 0 ? right : right.slice(prefixLength)));
    if (leftId === undefined || rightId === undefined || made === undefined) {
      throw malformed(
        `merge ${rank + 1}, \`${left} ${right}\`, has a token that is not in the vocabulary`,
      );
    }
    merges[rank * 3] = leftId;
    merges[rank * 3 + 1] = rightId;
    merges[rank * 3 + 2] = made;
  }
  return merges;
}

/** Where the one space of `a b` is. */
function splitAt(entry: string): number {
  const at = entry.indexOf(" ", 1);
  if (at > 0 && entry.indexOf(" ", at + 1) < 0) return at;
  throw malformed(`the merge \`${entry.slice(0, 60)}\` is no pair`);
}

function readHalf(entry: unknown, at: 0 | 1): string {
  return readText(readList(entry, "model.merges")[at], "model.merges");
}
