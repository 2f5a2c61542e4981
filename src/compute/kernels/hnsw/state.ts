// Where everything lies. Two blocks of u32, filled by the caller: the graph, which all threads
// share, and the scratch of one thread. Globals belong to an instance, so every thread has its own.
//
// graph: 0 nodes · 4 numbers of a vector · 8 bytes of a code · 12 bytes of a node · 16 M · 20 links
//   of a node on level 0 · 24 efConstruction · 28 entry node · 32 its level · 36 how codes compare
//   (`distance.ts`) · 40 how vectors compare (`exact.ts`) · 44 nodes · 48 offsets into the upper
//   links, a word a node · 52 upper links · 56 levels, a byte a node · 60 locks, a word a node · 64
//   row of each node, a word each · 68 vectors of the rows, f32 · 72 what numbers are multiplied by
//   to be coded, f32
// scratch: 0 marks of visited nodes, u16 a node · 4 epoch · 8 candidates · 12 results · 16 sorted ·
//   20 chosen (8 bytes a node each) · 24 ids, a word a link, and items, 8 bytes a link · 28 query,
//   f32 · 32 code of the query · 36 what was found: f64 score and i32 row, 16 bytes an item · 40 a
//   word that nobody reads
//
// A node is its code, then its links of level 0, on whole lines of 64 bytes. Links are u32 ids, -1
// behind the last one; upper links of a node: M for level 1, M for level 2, …
export let n: i32 = 0;
export let dims: i32 = 0;
export let codeBytes: usize = 0;
export let nodeBytes: usize = 0;
export let m: i32 = 0;
export let m0: i32 = 0;
export let efConstruction: i32 = 0;
export let entry: i32 = 0;
export let topLevel: i32 = 0;
export let codeKind: i32 = 0;
export let metric: i32 = 0;
export let nodes: usize = 0;
export let upperOffsets: usize = 0;
export let upperLinks: usize = 0;
export let levels: usize = 0;
export let locks: usize = 0;
export let rowsOf: usize = 0;
export let vectors: usize = 0;
export let scale: f32 = 0;
export let visited: usize = 0;
export let epoch: u16 = 0;
export let candidates: usize = 0;
export let results: usize = 0;
export let sorted: usize = 0;
export let chosen: usize = 0;
export let fresh: usize = 0;
export let items: usize = 0;
export let touched: usize = 0;
export let query: usize = 0;
export let queryCode: usize = 0;
export let found: usize = 0;
let epochAt: usize = 0;

export function bind(graph: usize, scratch: usize): void {
  n = load<i32>(graph);
  dims = load<i32>(graph, 4);
  codeBytes = load<u32>(graph, 8);
  nodeBytes = load<u32>(graph, 12);
  m = load<i32>(graph, 16);
  m0 = load<i32>(graph, 20);
  efConstruction = load<i32>(graph, 24);
  entry = load<i32>(graph, 28);
  topLevel = load<i32>(graph, 32);
  codeKind = load<i32>(graph, 36);
  metric = load<i32>(graph, 40);
  nodes = load<u32>(graph, 44);
  upperOffsets = load<u32>(graph, 48);
  upperLinks = load<u32>(graph, 52);
  levels = load<u32>(graph, 56);
  locks = load<u32>(graph, 60);
  rowsOf = load<u32>(graph, 64);
  vectors = load<u32>(graph, 68);
  scale = load<f32>(graph, 72);
  visited = load<u32>(scratch);
  epochAt = scratch + 4;
  candidates = load<u32>(scratch, 8);
  results = load<u32>(scratch, 12);
  sorted = load<u32>(scratch, 16);
  chosen = load<u32>(scratch, 20);
  fresh = load<u32>(scratch, 24);
  touched = scratch + 40;
  items = fresh + (<usize>(2 * m + 2) << 2);
  query = load<u32>(scratch, 28);
  queryCode = load<u32>(scratch, 32);
  found = load<u32>(scratch, 36);
}

/** Makes every node unvisited. */
@inline
export function nextEpoch(): void {
  epoch = <u16>(load<u32>(epochAt) + 1);
  if (epoch == 0) {
    memory.fill(visited, 0, <usize>n << 1);
    epoch = 1;
  }
  store<u32>(epochAt, epoch);
}

/** Its code; the links of level 0 lie `codeBytes` behind. */
@inline
export function nodeAt(id: i32): usize {
  return nodes + <usize>id * nodeBytes;
}

@inline
export function linksOf(id: i32, level: i32): usize {
  if (level == 0) return nodeAt(id) + codeBytes;
  const at = load<u32>(upperOffsets + (<usize>id << 2)) + (level - 1) * m;
  return upperLinks + (<usize>at << 2);
}

@inline
export function mostLinks(level: i32): i32 {
  return level == 0 ? m0 : m;
}

@inline
export function rowOf(id: i32): i32 {
  return load<i32>(rowsOf + (<usize>id << 2));
}

@inline
export function vectorOf(row: i32): usize {
  return vectors + ((<usize>row * <usize>dims) << 2);
}
