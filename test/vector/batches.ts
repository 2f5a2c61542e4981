/** Batches of rows by number, and what a collection must hold after some of them. */
import type { Collection, VectorRow } from "../../src/vector/index.ts";

const SIZE = 20;

export function batchRows(batch: number): VectorRow[] {
  return Array.from({ length: SIZE }, (_, i) => ({
    // Every third batch replaces rows of the one before it.
    id: `${batch % 3 === 2 ? batch - 1 : batch}-${i}`,
    vector: [batch, i, 0.5],
    metadata: { batch, note: `batch of ${SIZE}` },
  }));
}

/** The rows after batches 0 to `last`, as a map from id to batch. */
export function expectedRows(last: number): Map<string, number> {
  const rows = new Map<string, number>();
  for (let batch = 0; batch <= last; batch++) {
    if (batch % 5 === 4) for (const { id } of batchRows(batch - 3)) rows.delete(id);
    else for (const { id } of batchRows(batch)) rows.set(id, batch);
  }
  return rows;
}

/** Throws unless the collection is as after `last` batches, or one more; returns how many it is. */
export function checkAcknowledged(collection: Collection, last: number): number {
  const found = new Map<string, number>();
  for (const { id, metadata, vector } of collection.rows()) {
    const batch = metadata?.batch as number;
    if (vector?.[0] !== batch) throw new Error(`row ${id} has the vector of another batch`);
    found.set(id, batch);
  }
  const words = collection.query({ text: "batch", numResults: 100_000 });
  if (words.length !== found.size) throw new Error("the index of words has other rows");
  const text = (rows: Map<string, number>): string => JSON.stringify([...rows].sort());
  for (const candidate of [last, last + 1]) {
    if (text(found) === text(expectedRows(candidate))) return candidate;
  }
  throw new Error(`after batch ${last} the collection holds ${found.size} rows`);
}
