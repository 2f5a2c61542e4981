/** Vocabularies and merges of `tokenizer.json`: `{"token": id}`, `["a b", …]` or `[["a", "b"], …]`. */
import { malformed, readList, readNatural, readObject, readText } from "./fields.ts";

/** Tokens and their ids. */
export function readVocabulary(value: unknown): Map<string, number> {
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(readObject(value, "model.vocab"))) {
    ids.set(token, readNatural(id, "model.vocab"));
  }
  return ids;
}

export interface MergeList {
  readonly pairs: (readonly [number, number])[];
  /** What each pair becomes. */
  readonly made: Uint32Array;
}

/** Merges in order of rank, as pairs of ids. `prefixLength`: of what stands before the right one. */
export function readMerges(
  value: unknown,
  ids: ReadonlyMap<string, number>,
  prefixLength: number,
): MergeList {
  const list = readList(value, "model.merges");
  const made = new Uint32Array(list.length);
  const pairs = list.map((entry, rank): readonly [number, number] => {
    const [left, right] = readPair(entry);
    const found = [left, right, left + right.slice(prefixLength)].map((token) => ids.get(token));
    if (found.includes(undefined)) {
      throw malformed(
        `merge ${rank + 1}, \`${left} ${right}\`, has a token that is not in the vocabulary`,
      );
    }
    made[rank] = found[2]!;
    return [found[0]!, found[1]!];
  });
  return { pairs, made };
}

function readPair(entry: unknown): [string, string] {
  if (typeof entry === "string") {
    const at = entry.indexOf(" ", 1);
    if (at > 0 && entry.indexOf(" ", at + 1) < 0) return [entry.slice(0, at), entry.slice(at + 1)];
    throw malformed(`the merge \`${entry.slice(0, 60)}\` is no pair`);
  }
  const [left, right] = readList(entry, "model.merges");
  return [readText(left, "model.merges"), readText(right, "model.merges")];
}
