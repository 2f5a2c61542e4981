/** Whether a file another writer added may hold rows our predicates would have read. */
import type { AddFile, PrunePredicate, Snapshot } from "../types.ts";

/** False only if partition values or statistics rule every row of the file out. */
export function mayMatchPredicate(
  _snapshot: Snapshot,
  _file: AddFile,
  _predicate: PrunePredicate,
): boolean {
  return true;
}
