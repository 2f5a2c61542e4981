/** The parts of a graph as bytes of a section (`graph-layout.ts`), and back with every id looked at. */
import { NONE } from "./build-graph.ts";
import { type GraphShape, HEADER_BYTES, partSizes, totalBytes } from "./graph-layout.ts";
import type { GraphParts, IndexMemory } from "./index-memory.ts";

/** A section: header and parts. */
export function writeParts(
  header: Uint8Array,
  shape: GraphShape,
  { graph }: IndexMemory,
): Uint8Array {
  const { rows, levels, linksOf, upperLinks } = graph!;
  const { nodeCount, upperWords } = shape;
  const bytes = new Uint8Array(totalBytes(shape));
  let at = 0;
  const put = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  put(header);
  put(bytesOf(rows.subarray(0, nodeCount)));
  put(levels.subarray(0, nodeCount));
  for (let node = 0; node < nodeCount; node++) put(bytesOf(linksOf(node)));
  put(bytesOf(upperLinks.subarray(0, upperWords)));
  return bytes;
}

/**
 * Takes a section's parts into memory and codes the nodes; false when rows, levels or links are not
 * what they must be, whatever the file says.
 */
export function readParts(section: Uint8Array, shape: GraphShape, memory: IndexMemory): boolean {
  const graph = memory.graph!;
  const { nodeCount, m, upperWords, entry, topLevel } = shape;
  const sizes = partSizes(shape);
  let at = HEADER_BYTES;
  const take = (length: number): Uint8Array => {
    at += length;
    return section.subarray(at - length, at);
  };
  bytesOf(graph.rows.subarray(0, nodeCount)).set(take(sizes.rows));
  graph.levels.set(take(sizes.levels));
  for (let node = 0; node < nodeCount; node++) bytesOf(graph.linksOf(node)).set(take(8 * m));
  bytesOf(graph.upperLinks.subarray(0, upperWords)).set(take(sizes.upperLinks));
  let words = 0;
  for (let node = 0; node < nodeCount; node++) {
    graph.upperOffsets[node] = words;
    words += graph.levels[node]! * m;
  }
  const isSound =
    words === upperWords && graph.levels[entry] === topLevel && isPermutation(graph, nodeCount);
  if (!isSound || !areLinksSound(graph, shape)) return false;
  memory.kernel.exports.encodeNodes!(memory.at, memory.scratch(0), 0, nodeCount);
  return true;
}

function isPermutation({ rows }: GraphParts, nodeCount: number): boolean {
  const isSeen = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const row = rows[node]!;
    if (row >= nodeCount || isSeen[row] === 1) return false;
    isSeen[row] = 1;
  }
  return true;
}

/** Links lead to nodes that are on the level: one below has no list there. */
function areLinksSound(graph: GraphParts, { nodeCount, m, topLevel }: GraphShape): boolean {
  const { levels, upperOffsets, upperLinks, linksOf } = graph;
  const isSound = (list: Uint32Array, level: number): boolean => {
    for (const id of list) {
      if (id === NONE) return true;
      if (id >= nodeCount || levels[id]! < level) return false;
    }
    return true;
  };
  for (let node = 0; node < nodeCount; node++) {
    if (levels[node]! > topLevel || !isSound(linksOf(node), 0)) return false;
    for (let level = 1; level <= levels[node]!; level++) {
      const at = upperOffsets[node]! + (level - 1) * m;
      if (!isSound(upperLinks.subarray(at, at + m), level)) return false;
    }
  }
  return true;
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
