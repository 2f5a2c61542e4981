// Byte-pair encoding of UTF-8: a scanner cuts text into pieces, pieces are looked up in a cache, and
// what is not there is merged. `configure` first; then `addTokens` or `addPair`, then `encode`.
export { configure } from "./bpe/context";
export { addPairs, addTokens } from "./bpe/vocabulary";
export { encode } from "./bpe/encode";
export { countPieces, growCounts } from "./bpe/count";
