/** Names of the collections of vectors there are. */
import { join } from "node:path";
import type { Candidate } from "./complete.ts";
import { readPlaceConfig, type ValuePlace } from "./place.ts";

/** Names from the folder alone: no collection is opened. */
export async function readCollectionNames(place: ValuePlace): Promise<Candidate[]> {
  const { VectorStore } = await import("../../vector/index.ts");
  const store = new VectorStore(join(readPlaceConfig(place).home, "vector"));
  return store.names().map((word) => ({ word, text: "collection" }));
}
