/** What a text is searched with, or found: some models are told by a prompt before it. */
export type TextRole = "query" | "document";

/** What turns texts into vectors; `open-embedder.ts` finds one by its name or its files. */
export interface Embedder {
  /** Short, for people: `lab-hash`, or the name of a model's folder. */
  readonly name: string;
  /** D, the length of a vector. */
  readonly dims: number;
  /** Tells embedders apart: vectors compare only where it is the same. */
  readonly digest: string;
  /** Vectors of the texts (N, D), row-major; of length 1 but for models that say otherwise. */
  embed(texts: readonly string[], role?: TextRole): Promise<Float32Array>;
  /** Gives back memory and threads. */
  close(): Promise<void>;
}

/** How a model runs. */
export interface EmbedderOptions {
  /** By default the cores of the machine. */
  readonly threads?: number;
}

/** Scales each row of `vectors` to length 1; one that is no longer than `least` becomes zero. */
export function normaliseRows(vectors: Float32Array, dims: number, least = 0): Float32Array {
  for (let from = 0; from < vectors.length; from += dims) {
    let sum = 0;
    for (let i = from; i < from + dims; i++) sum += vectors[i]! * vectors[i]!;
    const norm = Math.sqrt(sum);
    for (let i = from; i < from + dims; i++) vectors[i] = norm > least ? vectors[i]! / norm : 0;
  }
  return vectors;
}

/** The section of a collection's file that keeps what its embedder has learnt. */
export const EMBEDDER_SECTION = "EMBD";
