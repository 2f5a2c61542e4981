/**
 * Texts as counts of hashed terms. A term is a word, or 3 to 5 characters of one with its ends
 * marked (`_ca`, `cat`, `at_`, …), so that words of one stem share some; case and Unicode form do
 * not count.
 */

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const SHORTEST = 3;
const LONGEST = 5;
/** Characters of a word that are looked at: the rest of a longer one tells no more. */
const MOST_OF_WORD = 64;

/** Words alone, or words and their parts. */
export type TermKind = "words" | "parts";

/** How often each 32-bit hash of a term occurs. */
export function countTerms(text: string, kind: TermKind): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (term: string): void => {
    const hash = hashTerm(term);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  };
  for (const [found] of text.normalize("NFKC").toLowerCase().matchAll(WORD)) {
    const word = found.slice(0, MOST_OF_WORD);
    add(word);
    if (kind === "words") continue;
    const marked = `_${word}_`;
    for (let length = SHORTEST; length <= Math.min(LONGEST, marked.length - 1); length++) {
      for (let at = 0; at + length <= marked.length; at++) add(marked.slice(at, at + length));
    }
  }
  return counts;
}

/** FNV-1a over UTF-16 units, then MurmurHash3's finish, so that every bit counts. */
function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A text's weights by bucket, as two lists of the same length. */
export interface SparseVector {
  readonly buckets: readonly number[];
  readonly values: readonly number[];
}

/** What a training has counted: texts, and how many of them each bucket occurs in. */
export interface TermCounts {
  readonly texts: number;
  readonly documents: Uint32Array;
}

/**
 * TF-IDF of length 1: (1 + ln tf) × (1 + ln((1 + N) / (1 + df))) in a bucket of the hash, with a
 * sign from it, so that terms that meet in a bucket cancel on average. Without counts every term
 * weighs alike.
 */
export function weighTerms(
  terms: ReadonlyMap<number, number>,
  bucketCount: number,
  counts: TermCounts | null,
): SparseVector {
  const sums = new Map<number, number>();
  for (const [hash, tf] of terms) {
    const bucket = hash % bucketCount;
    const sign = (hash & 0x80000000) === 0 ? 1 : -1;
    const df = counts?.documents[bucket] ?? 0;
    const idf = counts === null ? 1 : 1 + Math.log((1 + counts.texts) / (1 + df));
    sums.set(bucket, (sums.get(bucket) ?? 0) + sign * (1 + Math.log(tf)) * idf);
  }
  const values = [...sums.values()];
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return {
    buckets: [...sums.keys()],
    values: values.map((value) => (norm > 0 ? value / norm : 0)),
  };
}

/** Counts in how many texts each bucket occurs. */
export function countDocuments(
  texts: readonly ReadonlyMap<number, number>[],
  bucketCount: number,
): TermCounts {
  const documents = new Uint32Array(bucketCount);
  for (const terms of texts) {
    for (const bucket of new Set([...terms.keys()].map((hash) => hash % bucketCount))) {
      documents[bucket]!++;
    }
  }
  return { texts: texts.length, documents };
}
