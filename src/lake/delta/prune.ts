/** Data skipping over partition values and file statistics; see `createFilePruner`. */
import type { AddFile, PrunePredicate } from "./types.ts";

export interface FilePruner {
  readonly predicate: PrunePredicate;
  /** False only when no row of the file can satisfy the predicate. */
  mayMatch(add: AddFile): boolean;
}

import type { TableSnapshot } from "./snapshot.ts";

export function createFilePruner(_snapshot: TableSnapshot, predicate: PrunePredicate): FilePruner {
  return { predicate, mayMatch: () => true };
}
