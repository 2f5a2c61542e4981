/**
 * Building a graph, and adding rows to one.
 *
 * Upper levels first, from the top; the rows of each level in the order of the nodes above that
 * they are nearest to. So neighbours lie near one another in memory, and are added when that memory
 * is at hand. One thread makes the same graph of the same rows every time; several do not.
 */
import type { KernelPool } from "../../compute/index.ts";
import { createRng } from "../../core/rng.ts";
import { runAtOnce, type Steps } from "../../core/turns.ts";
import { type GraphShape, MOST_LEVELS } from "./graph-layout.ts";
import type { IndexMemory } from "./index-memory.ts";

const SEED = 20_261_121;

/** Threads of a pool that knows the kernel by that number. */
export interface Threads {
  readonly pool: KernelPool;
  readonly kernel: number;
}

/** Levels of rows by chance, one in M of each on the next; the same for the same rows. */
export function drawLevels(rowCount: number, m: number, seed = SEED): Uint8Array {
  const rng = createRng(seed);
  const scale = 1 / Math.log(m);
  return Uint8Array.from({ length: rowCount }, () =>
    Math.min(MOST_LEVELS, Math.floor(-Math.log(1 - rng.next()) * scale)),
  );
}

/**
 * Links as many rows as there are levels, the vectors of which lie in memory. Yields how many are
 * linked.
 */
export function* linkRows(
  memory: IndexMemory,
  levelsOfRows: Uint8Array,
  threads: Threads,
): Steps<void, number> {
  const { exports } = memory.kernel;
  const topLevel = levelsOfRows.reduce((a, b) => Math.max(a, b), 0);
  const { words: order, at: orderAt } = memory.buffer("order", levelsOfRows.length * 4);
  let next = 0;
  let upperWords = 0;
  for (let level = topLevel; level >= 0; level--) {
    let rows = Uint32Array.from(rowsOfLevel(levelsOfRows, level));
    if (next > 0) {
      order.set(rows);
      for (const [from, to] of partsOf(0, rows.length, ROWS_AT_ONCE)) {
        const above = [orderAt + from * 4, to - from, level + 1] as const;
        exports.nearestAbove!(memory.at, memory.scratch(0), ...above);
        yield next;
      }
      const byNode = Array.from(rows.keys()).sort((a, b) => order[a]! - order[b]! || a - b);
      rows = Uint32Array.from(byNode, (i) => rows[i]!);
    }
    upperWords = yield* addNodes(memory, { rows, first: next, level, upperWords }, threads);
    next += rows.length;
  }
}

interface NewNodes {
  readonly rows: Uint32Array;
  /** Id of the first of them. */
  readonly first: number;
  readonly level: number;
  /** Words of upper links in use. */
  readonly upperWords: number;
}

/** Makes the rows nodes of one level and links them; returns the words of upper links then in use. */
function* addNodes(
  memory: IndexMemory,
  { rows, first, level, upperWords }: NewNodes,
  { pool, kernel }: Threads,
): Steps<number, number> {
  const graph = memory.graph!;
  const m = graph.linksOf(0).length / 2;
  rows.forEach((row, i) => {
    const node = first + i;
    graph.rows[node] = row;
    graph.levels[node] = level;
    graph.upperOffsets[node] = upperWords + i * level * m;
    graph.linksOf(node).fill(NONE);
  });
  const words = upperWords + rows.length * level * m;
  graph.upperLinks.fill(NONE, upperWords, words);
  const end = first + rows.length;
  memory.kernel.exports.encodeNodes!(memory.at, memory.scratch(0), first, end);
  const shares = rows.length < LEAST_SHARED ? 1 : pool.threads;
  for (const [start, stop] of partsOf(first, end, shares * ROWS_AT_ONCE)) {
    const args = cutRange(start, stop, shares).map(([from, to], thread) => [
      ...[memory.at, memory.scratch(thread), from, to, 1],
    ]);
    pool.run(kernel, "addNodes", args);
    yield stop;
  }
  return words;
}

/** Behind the last link of a node. */
export const NONE = 0xffff_ffff;
/** Fewer nodes are added by one thread. */
const LEAST_SHARED = 2000;
/** Rows that a thread adds between two steps: long vectors take about a millisecond each. */
const ROWS_AT_ONCE = 500;

function* rowsOfLevel(levels: Uint8Array, level: number): Generator<number> {
  for (let row = 0; row < levels.length; row++) if (levels[row] === level) yield row;
}

/** Adds rows to a graph, as many as there is room for; returns its new shape. */
export function addRows(
  memory: IndexMemory,
  { shape, from, to }: { shape: GraphShape; from: number; to: number },
  threads: Threads,
): GraphShape {
  const graph = memory.graph!;
  const { nodeCount, m, topLevel } = shape;
  const count = Math.min(to - from, graph.capacity - nodeCount);
  const drawn = drawLevels(count, m, SEED + nodeCount);
  let { upperWords } = shape;
  let next = nodeCount;
  // The entry stays where it is, and rows for whose upper links there is no room go without.
  let room = Math.floor((graph.upperLinks.length - upperWords) / m);
  const levels = drawn.map((level) => {
    const own = Math.min(level, topLevel);
    if (own > room) return 0;
    room -= own;
    return own;
  });
  for (let level = topLevel; level >= 0; level--) {
    const rows: number[] = [];
    levels.forEach((own, i) => {
      if (own === level) rows.push(from + i);
    });
    if (rows.length === 0) continue;
    const added = { rows: Uint32Array.from(rows), first: next, level, upperWords };
    memory.describe({ ...shape, nodeCount: next + rows.length });
    upperWords = runAtOnce(addNodes(memory, added, threads));
    next += rows.length;
  }
  return { ...shape, nodeCount: next, upperWords };
}

/**
 * Takes nodes whose rows are gone out of the graph: nodes that are linked to them are linked to
 * what those were linked to. Returns the shape with an entry that is there.
 */
export function repairGraph(
  memory: IndexMemory,
  { shape, alive }: { shape: GraphShape; alive: Uint8Array },
  { pool, kernel }: Threads,
): GraphShape {
  const { nodeCount } = shape;
  const { rows, levels } = memory.graph!;
  const placed = memory.buffer("alive", alive.length);
  placed.bytes.set(alive);
  const shares = nodeCount < LEAST_SHARED ? 1 : pool.threads;
  const args = cutRange(0, nodeCount, shares).map(([from, to], thread) => [
    ...[memory.at, memory.scratch(thread), placed.at, from, to],
  ]);
  pool.run(kernel, "repairNodes", args);
  if (alive[rows[shape.entry]!] === 1) return shape;
  let entry = -1;
  for (let node = 0; node < nodeCount; node++) {
    const isHigher = entry < 0 || levels[node]! > levels[entry]!;
    if (isHigher && alive[rows[node]!] === 1) entry = node;
  }
  const moved = entry < 0 ? shape : { ...shape, entry, topLevel: levels[entry]! };
  memory.describe(moved);
  return moved;
}

/** A range in parts of at most `most`. */
function* partsOf(from: number, to: number, most: number): Generator<[from: number, to: number]> {
  for (let at = from; at < to; at += most) yield [at, Math.min(to, at + most)];
}

/** A range in parts of the same length, about. */
export function cutRange(from: number, to: number, parts: number): [from: number, to: number][] {
  const at = (part: number): number => from + Math.floor(((to - from) * part) / parts);
  return Array.from({ length: parts }, (_, part) => [at(part), at(part + 1)]);
}
