// A navigable graph over int8 vectors (HNSW, Malkov and Yashunin 2016): building and searching. The
// caller lays out the graph and a scratch for each thread (`hnsw/state.ts`); exact scores of what is
// found are the caller's business too.
export { addNodes } from "./hnsw/build";
export { searchGraph, scanAllowed } from "./hnsw/search";
