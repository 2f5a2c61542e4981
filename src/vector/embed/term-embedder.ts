/**
 * Embedders that learn from the texts they are for, without a model: `tfidf` (hashed words and
 * parts of words, rare ones weighing more) and `lsa` (the same for words, brought to the directions
 * in which the texts differ: latent semantic analysis, Deerwester et al. 1990). Before training
 * `tfidf` weighs all terms alike and `lsa` is hashed words.
 */
import { type ComputeBackend, openCompute } from "../../compute/index.ts";
import { createRng } from "../../core/rng.ts";
import { runInTurns, type Steps, type StopSign } from "../../core/turns.ts";
import { type Embedder, normaliseRows } from "./embedder.ts";
import { findSubspace, project } from "./subspace.ts";
import { countDocuments, countTerms, type TermCounts, type TermKind, weighTerms } from "./terms.ts";

export type TermEmbedderName = "tfidf" | "lsa";

/** An embedder that can learn; what it has learnt is in `state`. */
export interface TermEmbedder extends Embedder {
  readonly name: TermEmbedderName;
  readonly state: TermState | null;
  /** One like it, trained on these texts; an aborted signal ends it with its reason. */
  train(texts: readonly string[], signal?: StopSign): Promise<TermEmbedder>;
}

/** What training found; `matrix` (bucket in use, D) is of `lsa`. */
export interface TermState {
  readonly counts: TermCounts;
  readonly matrix: Float32Array | null;
}

const LSA_BUCKETS = 1 << 15;
const KINDS: Readonly<Record<TermEmbedderName, TermKind>> = { tfidf: "parts", lsa: "words" };
/** A text of length 1 of which no more than this lies in the directions known is told by rounding. */
const LEAST_SEEN = 1e-4;
/** Looked at between two steps. */
const TEXTS_AT_ONCE = 1000;
/** More texts than these show an analysis nothing new; a sample of them is taken. */
const MOST_TEXTS = 10_000;
const SEED = 20_261_122;

/** Buckets that terms are hashed into. */
export function bucketCountOf(name: TermEmbedderName, dims: number): number {
  return name === "tfidf" ? dims : LSA_BUCKETS;
}

/** Opens it with what it has learnt, or null. */
export function createTermEmbedder(
  name: TermEmbedderName,
  dims: number,
  state: TermState | null,
): TermEmbedder {
  const places = state === null ? null : placesOf(state.counts);
  return {
    ...{ name, dims, state },
    digest: `${name}:${dims}`,
    embed: async (texts) => {
      const isHashed = state?.matrix == null;
      const bucketCount = isHashed ? dims : LSA_BUCKETS;
      const counts = isHashed && name === "lsa" ? null : (state?.counts ?? null);
      const rows = texts.map((text) =>
        weighTerms(countTerms(text, KINDS[name]), bucketCount, counts),
      );
      if (!isHashed) {
        const known = rows.map((row) => keepKnown(row, places!));
        return normaliseRows(project(known, state.matrix!, dims), dims, LEAST_SEEN);
      }
      const vectors = new Float32Array(rows.length * dims);
      rows.forEach(({ buckets, values }, row) => {
        buckets.forEach((bucket, i) => {
          vectors[row * dims + bucket] = values[i]!;
        });
      });
      return vectors;
    },
    train: async (texts, signal) => {
      const isLinear = name === "lsa";
      const compute = await openCompute(isLinear ? { build: "plain" } : { backend: "reference" });
      try {
        const learnt = await runInTurns(learn({ name, dims }, texts, compute), { signal });
        return createTermEmbedder(name, dims, learnt);
      } finally {
        await compute.close();
      }
    },
    close: async () => {},
  };
}

function* learn(
  { name, dims }: { readonly name: TermEmbedderName; readonly dims: number },
  texts: readonly string[],
  compute: ComputeBackend,
): Steps<TermState> {
  const bucketCount = bucketCountOf(name, dims);
  const terms: ReturnType<typeof countTerms>[] = [];
  for (const text of texts) {
    terms.push(countTerms(text, KINDS[name]));
    if (terms.length % TEXTS_AT_ONCE === 0) yield;
  }
  const counts = countDocuments(terms, bucketCount);
  if (name === "tfidf") return { counts, matrix: null };
  yield;
  const places = placesOf(counts);
  const rows = sample(terms).map((text) =>
    keepKnown(weighTerms(text, bucketCount, counts), places),
  );
  yield;
  const columns = places.size;
  return { counts, matrix: yield* findSubspace(rows, { columns, dims }, compute) };
}

/** At most `MOST_TEXTS` of them, the same ones each time. */
function sample<T>(all: readonly T[]): T[] {
  if (all.length <= MOST_TEXTS) return [...all];
  const rng = createRng(SEED);
  return Array.from({ length: MOST_TEXTS }, () => all[rng.int(all.length)]!);
}

/** The row of the matrix that each bucket in use has. */
function placesOf({ documents }: TermCounts): Map<number, number> {
  const places = new Map<number, number>();
  documents.forEach((count, bucket) => {
    if (count > 0) places.set(bucket, places.size);
  });
  return places;
}

function keepKnown(
  { buckets, values }: { readonly buckets: readonly number[]; readonly values: readonly number[] },
  places: ReadonlyMap<number, number>,
): { buckets: number[]; values: number[] } {
  const known = buckets.flatMap((bucket, i) => {
    const place = places.get(bucket);
    return place === undefined ? [] : [{ place, value: values[i]! }];
  });
  return { buckets: known.map(({ place }) => place), values: known.map(({ value }) => value) };
}
