/**
 * The embedder of the course's vector-search demo, for comparing results with it: every character
 * adds 0.1 at (code × (number of its word from 1) + place in the word) mod D. It knows no meaning.
 */
import { type Embedder, normaliseRows } from "./embedder.ts";

/** What Rust's `split_whitespace` splits at: Unicode White_Space, which `\s` is not (U+FEFF). */
const WHITE_SPACE = /\p{White_Space}+/u;

/** For example `ab` in 64 dimensions: (97·1 + 0) mod 64 = 33 and (98·1 + 1) mod 64 = 35. */
export function createLabHash(dims: number): Embedder {
  return {
    name: "lab-hash",
    dims,
    digest: `lab-hash:${dims}`,
    async embed(texts) {
      const vectors = new Float32Array(texts.length * dims);
      texts.forEach((text, row) => {
        addText(text, vectors.subarray(row * dims, (row + 1) * dims));
      });
      return normaliseRows(vectors, dims);
    },
    close: async () => {},
  };
}

function addText(text: string, vector: Float32Array): void {
  const words = text.split(WHITE_SPACE).filter((word) => word !== "");
  words.forEach((word, i) => {
    let j = 0;
    for (const character of word) {
      const at = (character.codePointAt(0)! * (i + 1) + j) % vector.length;
      vector[at]! += 0.1;
      j++;
    }
  });
}
