/** The index of a collection: whether it has one, built with its file, kept in the section `HNSW`. */
import {
  optional,
  requireFunction,
  requireNumber,
  requireObjectOf,
  requireOneOf,
} from "../../core/arguments.ts";
import { SovereignError } from "../../core/errors.ts";
import { runInTurns } from "../../core/turns.ts";
import type { DiskCollection } from "../store/disk-collection.ts";
import { collectionPaths } from "../store/folder.ts";
import type { Rows } from "../store/rows.ts";
import { damaged } from "../store/section-file.ts";
import type { CollectionSettings } from "../types.ts";
import { isOldSection } from "./graph-layout.ts";
import { tuneEf } from "./tune.ts";
import { type GraphOptions, MOST_GRAPH_DIMS, VectorIndex } from "./vector-index.ts";

/** The sections of graphs, one a shard; shards beyond have none. */
export const GRAPH_SECTIONS: readonly string[] = [
  "HNSW",
  ...Array.from({ length: 19 }, (_, i) => `HN${String(i + 1).padStart(2, "0")}`),
];

/** Below so many rows looking at all of them is quick, and exact. */
const LEAST_ROWS = 20_000;
const DEFAULT_RECALL = 0.99;
/** Numbers below which scoring them takes less than loading a kernel. */
const LEAST_NUMBERS = 500_000;

/** How vectors are searched. */
export type IndexInfo =
  | { readonly kind: "flat" }
  | {
      readonly kind: "hnsw";
      readonly m: number;
      readonly efConstruction: number;
      readonly ef: number;
      /** Rows in the graph; newer ones are looked at one by one until they are linked. */
      readonly rowCount: number;
    };

/** What there is to say of an index; none is flat. */
export function describeIndex(index: VectorIndex | null): IndexInfo {
  const shape = index?.shape ?? null;
  if (shape === null) return { kind: "flat" };
  const { m, efConstruction, ef, nodeCount } = shape;
  return { kind: "hnsw", m, efConstruction, ef, rowCount: nodeCount };
}

/** How `optimize` indexes vectors. */
export interface IndexOptions extends GraphOptions {
  /** `auto`: a graph from 20,000 rows. */
  readonly index?: "auto" | "flat" | "hnsw";
  /** How many of the nearest a search keeps: given, or tuned. */
  readonly ef?: number;
  /** Share of the ten nearest that a search is tuned to find; default 0.99. */
  readonly targetRecall?: number;
}

/** The index that rows without gaps ask for, or null where they are scored as they lie. */
export async function buildIndex(
  rows: Rows,
  settings: CollectionSettings,
  options: IndexOptions,
): Promise<VectorIndex | null> {
  checkOptions(options);
  const { ef, targetRecall = DEFAULT_RECALL, threads } = options;
  if (!wantsGraph(rows, options)) return flatIndex(rows, settings);
  const index = await VectorIndex.create(rows, settings.metric, { threads });
  if (index === null) return null;
  try {
    await index.build(options);
    if (index.shape === null) return index;
    const { signal } = options;
    index.setEf(ef ?? (await runInTurns(tuneEf(index, rows, targetRecall), { signal })));
    return index;
  } catch (error) {
    await index.close();
    throw error;
  }
}

/** Whether rows are to have a graph; there may be no room for it. */
export function wantsGraph({ length, dims }: Rows, { index = "auto" }: IndexOptions): boolean {
  const isWanted = index === "hnsw" || (index === "auto" && length >= LEAST_ROWS);
  return isWanted && length > 0 && dims > 0 && dims <= MOST_GRAPH_DIMS;
}

/** Without a graph; null for few rows. */
export async function flatIndex(
  rows: Rows,
  { metric }: CollectionSettings,
): Promise<VectorIndex | null> {
  if (rows.length * rows.dims < LEAST_NUMBERS) return null;
  return VectorIndex.create(rows, metric);
}

/** The index of a collection's file; DATA_LOSS when its bytes are no graph of these rows. */
export async function loadIndex(disk: DiskCollection): Promise<VectorIndex | null> {
  const sections = GRAPH_SECTIONS.map((name) => disk.takeExtra(name));
  // A graph of an earlier version is not read: `optimize` builds it anew.
  if (sections.every((section) => section === null || isOldSection(section))) {
    return flatIndex(disk.rows, disk.settings);
  }
  const index = await VectorIndex.create(disk.rows, disk.settings.metric);
  if (index === null || index.load(sections, disk.fileRowCount)) return index;
  throw damaged(collectionPaths(disk.base).file, 0, "its index is no index of its rows");
}

/** Adds the graphs to what is written with a file. */
export function addGraphSections(extras: Map<string, Uint8Array>, index: VectorIndex | null): void {
  const sections = index?.encode().slice(0, GRAPH_SECTIONS.length) ?? [];
  sections.forEach((section, i) => {
    if (section !== null) extras.set(GRAPH_SECTIONS[i]!, section);
  });
}

/** What programs without types give; ranges are `buildIndex`'s. */
export const requireIndexOptions = requireObjectOf({
  index: optional(requireOneOf("auto", "flat", "hnsw")),
  codes: optional(requireOneOf("int8", "float32")),
  ...Object.fromEntries(
    ["m", "efConstruction", "ef", "targetRecall", "threads"].map((name) => [
      name,
      optional(requireNumber),
    ]),
  ),
  signal: optional(requireObjectOf({ throwIfAborted: requireFunction })),
  onProgress: optional(requireFunction),
});

function checkOptions({ m, efConstruction, ef, targetRecall, threads }: IndexOptions): void {
  checkWhole("m", m, 2, 256);
  checkWhole("efConstruction", efConstruction, 8, 10_000);
  checkWhole("ef", ef, 1, 10_000);
  checkWhole("threads", threads, 1, 64);
  if (targetRecall === undefined || (targetRecall > 0 && targetRecall <= 1)) return;
  throw refuse("targetRecall", targetRecall, "a share above 0, up to 1");
}

function checkWhole(name: string, value: number | undefined, from: number, to: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) return;
  throw refuse(name, value, `a whole number from ${from} to ${to}`);
}

/** Names the option as it is called here and as the command line has it. */
function refuse(name: string, value: number, wanted: string): SovereignError {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new SovereignError("INVALID_PARAMETER_VALUE", `${value} is no value of \`${name}\``, {
    hint: `give it (\`--${flag}\`) ${wanted}`,
  });
}
