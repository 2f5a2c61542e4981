/** Whether a file another writer added may hold rows our predicates would have read. */
import { createFilePruner, type FilePruner } from "../prune.ts";
import type { AddFile, PrunePredicate, Snapshot } from "../types.ts";

/**
 * A test over one snapshot's columns: false only if partition values or statistics rule every row
 * of the file out.
 */
export function createFileMatcher(
  snapshot: Snapshot,
): (file: AddFile, predicate: PrunePredicate) => boolean {
  const pruners = new Map<PrunePredicate, FilePruner>();
  return (file, predicate) => {
    let pruner = pruners.get(predicate);
    if (!pruner) {
      pruner = createFilePruner(snapshot, predicate);
      pruners.set(predicate, pruner);
    }
    return pruner.mayMatch(file);
  };
}
