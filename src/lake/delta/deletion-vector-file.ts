/** Where deletion vectors live; the bitmap itself is in `deletion-vector.ts`. */
import type { DeletionVectorDescriptor } from "./types.ts";

export function createDeletedRowsReader(
  tableRoot: string,
  vector: DeletionVectorDescriptor,
): () => Promise<BigUint64Array> {
  return async () => {
    throw new Error(`${tableRoot} ${vector.storageType}`);
  };
}
