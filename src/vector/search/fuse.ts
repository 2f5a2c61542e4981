/**
 * One ranking from two. The default adds scores (convex fusion), which measured better than ranks
 * wherever one side is weak: text scores are divided by the best one of the query, unbounded vector
 * scores (dot) too. Reciprocal rank fusion (Cormack 2009) asks for nothing but the order.
 */
import type { Metric } from "../types.ts";
import type { ScoredRow } from "./top-rows.ts";

export type Fusion =
  /** `text` × text score + (1 − `text`) × vector score. */
  | { readonly kind: "weighted"; readonly text: number }
  /** Σ 1 / (`k` + rank), ranks from 1. */
  | { readonly kind: "rrf"; readonly k: number };

export const DEFAULT_FUSION: Fusion = { kind: "weighted", text: 0.7 };
export const DEFAULT_RRF_K = 60;

/** Adds scores; both lists hold the same rows. Best first. */
export function fuseScores(
  text: readonly ScoredRow[],
  vector: readonly ScoredRow[],
  { weight, metric }: { weight: number; metric: Metric },
): ScoredRow[] {
  const textScale = scaleOf(text);
  const vectorScale = metric === "dot" ? scaleOf(vector) : 1;
  const fused = new Map<number, number>();
  for (const { row, score } of text) fused.set(row, (weight * score) / textScale);
  for (const { row, score } of vector) {
    fused.set(row, (fused.get(row) ?? 0) + ((1 - weight) * score) / vectorScale);
  }
  return ranked(fused);
}

/** Adds reciprocal ranks of two lists, each best first. Best first. */
export function fuseRanks(lists: readonly (readonly ScoredRow[])[], k: number): ScoredRow[] {
  const fused = new Map<number, number>();
  for (const list of lists) {
    list.forEach(({ row }, i) => {
      fused.set(row, (fused.get(row) ?? 0) + 1 / (k + i + 1));
    });
  }
  return ranked(fused);
}

function scaleOf(rows: readonly ScoredRow[]): number {
  return rows.reduce((most, { score }) => Math.max(most, Math.abs(score)), 0) || 1;
}

function ranked(scores: ReadonlyMap<number, number>): ScoredRow[] {
  return [...scores]
    .map(([row, score]) => ({ row, score }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}
