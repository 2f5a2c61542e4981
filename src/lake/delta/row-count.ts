/** How many rows a file has by its statistics, for planning and for deletion vectors. */
import type { AddFile } from "./types.ts";

/** Rows of a file, deleted ones included, as its statistics say; null when they do not. */
export function physicalRowCount(add: AddFile): number | null {
  const match = /"numRecords"\s*:\s*(\d{1,15})\b/.exec(add.stats ?? "");
  return match === null ? null : Number(match[1]);
}

/** Rows of a file that its deletion vector leaves; null when unknown. */
export function liveRowCount(add: AddFile): number | null {
  const rows = physicalRowCount(add);
  return rows === null ? null : rows - Number(add.deletionVector?.cardinality ?? 0);
}
