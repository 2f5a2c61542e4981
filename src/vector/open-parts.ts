/** What searches need of a collection's file beside its rows; `build-parts.ts` writes it. */
import type { CollectionEmbedder } from "./embed/collection-embedder.ts";
import { EMBEDDER_SECTION } from "./embed/embedder.ts";
import { GRAPH_SECTIONS } from "./graph/collection-index.ts";
import type { VectorIndex } from "./graph/vector-index.ts";
import type { DiskCollection } from "./store/disk-collection.ts";
import { collectionPaths } from "./store/folder.ts";
import { damaged } from "./store/section-file.ts";
import type { TextIndex } from "./text/text-index.ts";

/** Search structures of an open collection. */
export interface Parts {
  readonly index: VectorIndex | null;
  readonly textIndex: TextIndex | null;
  readonly embedder: CollectionEmbedder | null;
}

/** What the file keeps for searches, beside the rows. */
export const EXTRA_SECTIONS = [...GRAPH_SECTIONS, EMBEDDER_SECTION];

/** What makes its vectors, or null. */
export async function openCollectionEmbedder(
  disk: DiskCollection,
): Promise<CollectionEmbedder | null> {
  const { embedder } = disk.settings;
  if (embedder === undefined) return null;
  const { CollectionEmbedder } = await import("./embed/collection-embedder.ts");
  return new CollectionEmbedder(embedder, disk);
}

/** The index of words, whose section is read when the first text is searched. */
export async function openTextIndex(disk: DiskCollection): Promise<TextIndex> {
  // The stemmers are a megabyte of code.
  const { TextIndex } = await import("./text/text-index.ts");
  const { decodeTextParts, TEXT_SECTION } = await import("./text/text-section.ts");
  return new TextIndex(disk.settings, () => {
    const section = disk.readExtra(TEXT_SECTION);
    if (section === null) return null;
    const fieldCount = disk.settings.text.length;
    const parts = decodeTextParts(section, { rowCount: disk.fileRowCount, fieldCount });
    if (parts !== null) return parts;
    throw damaged(collectionPaths(disk.base).file, 0, "its text index is no index of its rows");
  });
}
