// Where everything lies. Two blocks of u32, filled by the caller: the graph, which all threads share,
// and the scratch of one thread. Globals belong to an instance, so every thread has its own.
//
// graph: 0 n · 4 bytes of a vector (a multiple of 16) · 8 M · 12 links of a node on level 0 · 16
//   efConstruction · 20 entry node · 24 its level · 28 metric (0 product, 1 squared distance) · 32
//   vectors · 36 links of level 0 · 40 offsets into the upper links, one a node · 44 upper links ·
//   48 levels, a byte a node · 52 locks, u32 a node
// scratch: 0 marks of visited nodes, u16 a node · 4 epoch · 8 candidates · 12 results · 16 sorted ·
//   20 chosen (8 bytes a node each) · 24 ids, u32 a link
//
// A list of links is its length and then ids, u32 each. Upper links of a node: level 1, level 2, …
export let n: i32 = 0;
export let stride: usize = 0;
export let m: i32 = 0;
export let m0: i32 = 0;
export let efConstruction: i32 = 0;
export let entry: i32 = 0;
export let topLevel: i32 = 0;
export let isSquared: bool = false;
export let vectors: usize = 0;
export let links0: usize = 0;
export let upperOffsets: usize = 0;
export let upperLinks: usize = 0;
export let levels: usize = 0;
export let locks: usize = 0;
export let visited: usize = 0;
export let epoch: u16 = 0;
export let candidates: usize = 0;
export let results: usize = 0;
export let sorted: usize = 0;
export let chosen: usize = 0;
export let fresh: usize = 0;
let epochAt: usize = 0;

export function bind(graph: usize, scratch: usize): void {
  n = load<i32>(graph);
  stride = load<u32>(graph, 4);
  m = load<i32>(graph, 8);
  m0 = load<i32>(graph, 12);
  efConstruction = load<i32>(graph, 16);
  entry = load<i32>(graph, 20);
  topLevel = load<i32>(graph, 24);
  isSquared = load<i32>(graph, 28) == 1;
  vectors = load<u32>(graph, 32);
  links0 = load<u32>(graph, 36);
  upperOffsets = load<u32>(graph, 40);
  upperLinks = load<u32>(graph, 44);
  levels = load<u32>(graph, 48);
  locks = load<u32>(graph, 52);
  visited = load<u32>(scratch);
  epochAt = scratch + 4;
  candidates = load<u32>(scratch, 8);
  results = load<u32>(scratch, 12);
  sorted = load<u32>(scratch, 16);
  chosen = load<u32>(scratch, 20);
  fresh = load<u32>(scratch, 24);
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

@inline
export function vectorOf(id: i32): usize {
  return vectors + <usize>id * stride;
}

@inline
export function linksOf(id: i32, level: i32): usize {
  if (level == 0) return links0 + (<usize>id * <usize>(m0 + 1) << 2);
  const at = load<u32>(upperOffsets + (<usize>id << 2)) + (level - 1) * (m + 1);
  return upperLinks + (<usize>at << 2);
}

@inline
function dot(a: usize, b: usize): i32 {
  let s = i32x4.splat(0), t = s;
  for (let i: usize = 0; i < stride; i += 16) {
    s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i), v128.load_ext<i8>(b + i)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i, 8), v128.load_ext<i8>(b + i, 8)));
  }
  s = i32x4.add(s, t);
  s = i32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1);
}

@inline
function squared(a: usize, b: usize): i32 {
  let s = i32x4.splat(0), t = s;
  for (let i: usize = 0; i < stride; i += 16) {
    const x = i16x8.sub(v128.load_ext<i8>(a + i), v128.load_ext<i8>(b + i));
    const y = i16x8.sub(v128.load_ext<i8>(a + i, 8), v128.load_ext<i8>(b + i, 8));
    s = i32x4.add(s, i32x4.dot_i16x8_s(x, x));
    t = i32x4.add(t, i32x4.dot_i16x8_s(y, y));
  }
  s = i32x4.add(s, t);
  s = i32x4.add(s, i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1);
}

/** Smaller is nearer; of products the negative. */
@inline
export function distance(a: usize, b: usize): i32 {
  return isSquared ? squared(a, b) : -dot(a, b);
}
