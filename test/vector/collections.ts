/** Small collections for tests. */
import { createRng, type Rng } from "../../src/core/rng.ts";
import { checkRows } from "../../src/vector/input/check-row.ts";
import type { DiskCollection } from "../../src/vector/store/disk-collection.ts";
import type { CollectionSettings, VectorRow } from "../../src/vector/types.ts";

export const SETTINGS: CollectionSettings = {
  dims: 4,
  metric: "cosine",
  createdAtMs: 0,
  text: [],
  language: "none",
  k1: 1.2,
  b: 0.75,
  fields: {},
};

/** Rows `from`…`to - 1`, each told from its number and `mark`. */
export function makeRows(from: number, to: number, mark = "a"): VectorRow[] {
  return Array.from({ length: to - from }, (_, i) => ({
    id: `row-${from + i}`,
    vector: [from + i, 1, mark.length, -(from + i)],
    metadata: { number: from + i, mark },
  }));
}

export function put(collection: DiskCollection, rows: readonly VectorRow[]) {
  return collection.upsert(checkRows(rows, collection.settings));
}

/** Everything a collection says about its rows, by id. */
export function contentOf({ rows }: Pick<DiskCollection, "rows">): Record<string, unknown> {
  return Object.fromEntries(
    [...rows.live()].map((i) => [rows.ids[i]!, [rows.metadata(i), ...rows.vector(i)]]),
  );
}

export function randomVector(rng: Rng, dims: number): number[] {
  return Array.from({ length: dims }, () => rng.normal());
}

export { createRng };
