/** The graph of a collection: whether it has one, built with its file, kept in the section `HNSW`. */
import { SovereignError } from "../../core/errors.ts";
import type { Rows } from "../store/rows.ts";
import type { CollectionSettings } from "../types.ts";
import { Graph, MOST_GRAPH_DIMS } from "./graph.ts";
import { tuneEf } from "./tune.ts";

export const GRAPH_SECTION = "HNSW";

/** Below so many rows looking at all of them is quick, and exact. */
const LEAST_ROWS = 20_000;
const DEFAULT_RECALL = 0.99;

/** How `optimize` indexes vectors. */
export interface IndexOptions {
  /** `auto`: a graph from 20,000 rows. */
  readonly index?: "auto" | "flat" | "hnsw";
  /** Links of a node; default 16. */
  readonly m?: number;
  /** How many of the nearest are looked at for them; default 200. */
  readonly efConstruction?: number;
  /** How many of the nearest a search keeps: given, or tuned. */
  readonly ef?: number;
  /** Share of the ten nearest that a search is tuned to find; default 0.99. */
  readonly targetRecall?: number;
}

/** Builds the graph that rows without gaps ask for, or null. */
export async function buildGraph(
  rows: Rows,
  { dims, metric }: CollectionSettings,
  options: IndexOptions,
): Promise<Graph | null> {
  checkOptions(options);
  const { index = "auto" } = options;
  const isWanted = index === "hnsw" || (index === "auto" && rows.length >= LEAST_ROWS);
  if (!isWanted || rows.length === 0 || dims === 0 || dims > MOST_GRAPH_DIMS) return null;
  const vectors = rows.vectors.subarray(0, rows.length * dims);
  const { m, efConstruction, ef, targetRecall = DEFAULT_RECALL } = options;
  const graph = await Graph.build(vectors, dims, {
    metric,
    ...(m === undefined ? {} : { m }),
    ...(efConstruction === undefined ? {} : { efConstruction }),
  });
  graph.shape = {
    ...graph.shape,
    ef: ef ?? tuneEf(graph, { vectors, dims, metric }, targetRecall),
  };
  return graph;
}

function checkOptions({ m, efConstruction, ef, targetRecall }: IndexOptions): void {
  const isWithin = (value: number | undefined, from: number, to: number): boolean =>
    value === undefined || (Number.isInteger(value) && value >= from && value <= to);
  const isSound =
    isWithin(m, 2, 256) && isWithin(efConstruction, 8, 10_000) && isWithin(ef, 1, 10_000);
  if (isSound && (targetRecall === undefined || (targetRecall > 0 && targetRecall <= 1))) return;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "the index cannot be built so", {
    hint: "give M from 2 to 256, efConstruction from 8, ef from 1 and a recall above 0 up to 1",
  });
}
