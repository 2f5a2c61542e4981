/**
 * What a term embedder has learnt, as bytes of the section `EMBD` of a collection's file:
 * uint32 version 1, texts, buckets in use U, values of the matrix M; uint32 bucket (U), uint32
 * texts with it (U), float32 matrix (M).
 */
import { bucketCountOf, type TermEmbedderName, type TermState } from "./term-embedder.ts";

const VERSION = 1;
const HEAD_WORDS = 4;

export function encodeTermState({ counts, matrix }: TermState): Uint8Array {
  const used = [...counts.documents.keys()].filter((bucket) => counts.documents[bucket]! > 0);
  const values = matrix ?? new Float32Array(0);
  const words = new Uint32Array(HEAD_WORDS + 2 * used.length + values.length);
  words.set([VERSION, counts.texts, used.length, values.length]);
  words.set(used, HEAD_WORDS);
  const documents = used.map((bucket) => counts.documents[bucket]!);
  words.set(documents, HEAD_WORDS + used.length);
  new Float32Array(words.buffer).set(values, HEAD_WORDS + 2 * used.length);
  return new Uint8Array(words.buffer);
}

/** Null when the bytes are no state of such an embedder. */
export function decodeTermState(
  bytes: Uint8Array,
  name: TermEmbedderName,
  dims: number,
): TermState | null {
  if (bytes.length % 4 !== 0 || bytes.length < HEAD_WORDS * 4) return null;
  const words = new Uint32Array(bytes.slice().buffer);
  const [version, texts, used, valueCount] = words as unknown as [number, number, number, number];
  const wanted = name === "lsa" ? used * dims : 0;
  if (version !== VERSION || words.length !== HEAD_WORDS + 2 * used + valueCount) return null;
  if (valueCount !== wanted) return null;
  const documents = new Uint32Array(bucketCountOf(name, dims));
  const buckets = words.subarray(HEAD_WORDS, HEAD_WORDS + used);
  const counts = words.subarray(HEAD_WORDS + used, HEAD_WORDS + 2 * used);
  for (let i = 0; i < used; i++) {
    const [bucket, count] = [buckets[i]!, counts[i]!];
    const isNext = i === 0 || bucket > buckets[i - 1]!;
    if (!isNext || bucket >= documents.length || count === 0 || count > texts) return null;
    documents[bucket] = count;
  }
  const values = new Float32Array(words.buffer, (HEAD_WORDS + 2 * used) * 4, valueCount);
  if (!values.every(Number.isFinite)) return null;
  return { counts: { texts, documents }, matrix: name === "lsa" ? values : null };
}
