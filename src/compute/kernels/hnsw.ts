// Nearest vectors: by a navigable graph over their codes (HNSW, Malkov and Yashunin 2016) or by looking
// at all of them; scores are exact either way. The caller lays out the graph and a scratch for each
// thread (`hnsw/state.ts`).
export { addNodes, encodeNodes, nearestAbove, repairNodes } from "./hnsw/build";
export { search } from "./hnsw/search";
