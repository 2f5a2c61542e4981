/** The search structures of a collection's rows, built and written with them as a file anew. */
import { runInTurns, type StopSign, takeTurn } from "../core/turns.ts";
import type { CollectionEmbedder } from "./embed/collection-embedder.ts";
import { EMBEDDER_SECTION } from "./embed/embedder.ts";
import {
  addGraphSections,
  buildIndex,
  type IndexOptions,
  wantsGraph,
} from "./graph/collection-index.ts";
import type { VectorIndex } from "./graph/vector-index.ts";
import type { DiskCollection } from "./store/disk-collection.ts";
import type { Rows } from "./store/rows.ts";
import type { CollectionSettings } from "./types.ts";

/** What came of it: the index of the rows that the collection has now. */
export interface Rebuilt {
  readonly index: VectorIndex | null;
  /** Rows that were to be in a graph and are not: there is no room for it. */
  readonly unindexed: number;
}

/** Writes the file anew, with what its rows ask for. Nothing changes when that fails. */
export async function rebuild(
  disk: DiskCollection,
  embedder: CollectionEmbedder | null,
  options: IndexOptions,
): Promise<Rebuilt> {
  const rows = disk.packedRows();
  const { signal } = options;
  const learnt = (await embedder?.learn(rows, signal)) ?? null;
  await takeTurn(signal);
  const index = await buildIndex(rows, disk.settings, options);
  try {
    const extras = new Map<string, Uint8Array>();
    addGraphSections(extras, index);
    if (learnt !== null) extras.set(EMBEDDER_SECTION, learnt.section);
    await addTextSection(extras, disk.settings, { rows, signal });
    await takeTurn(signal);
    await disk.rewrite(rows, extras);
  } catch (error) {
    await index?.close();
    throw error;
  }
  learnt?.adopt();
  const unindexed = wantsGraph(rows, options) ? rows.length - (index?.linkedRows ?? 0) : 0;
  return { index, unindexed };
}

async function addTextSection(
  extras: Map<string, Uint8Array>,
  settings: CollectionSettings,
  { rows, signal }: { rows: Rows; signal: StopSign | undefined },
): Promise<void> {
  if (settings.text.length === 0 || rows.length === 0) return;
  const { TextIndex } = await import("./text/text-index.ts");
  const { encodeTextParts, TEXT_SECTION } = await import("./text/text-section.ts");
  const index = new TextIndex(settings);
  await runInTurns(index.refreshInSteps(rows, 0), { signal });
  extras.set(TEXT_SECTION, encodeTextParts(index.parts));
}
