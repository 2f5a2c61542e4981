/**
 * A graph in a collection's file: the section `HNSW` is a header of 48 bytes, then the parts in the
 * order of `partSizes`. Codes are not in it: they are told from the vectors. Rows beyond a shard's
 * (`shardRowsOf`) are in sections `HN01`, `HN02`, …, each counting from the first of its own.
 *
 * | offset | bytes | header                                                            |
 * |--------|-------|-------------------------------------------------------------------|
 * | 0      | 4     | version 2                                                         |
 * | 4      | 12    | n, dims, metric (0 cosine, 1 dot, 2 l2) + 256 × codes (0, 1)      |
 * | 16     | 8     | M, efConstruction                                                 |
 * | 24     | 8     | entry node and its level                                          |
 * | 32     | 4     | length of the upper links in words                                |
 * | 36     | 4     | ef of a search                                                    |
 * | 40     | 8     | what numbers are multiplied by to be coded (float64)              |
 */
import type { Metric } from "../types.ts";

export const GRAPH_VERSION = 2;
export const HEADER_BYTES = 48;
/** Levels a node can be on above the first; with M 16 one of 10^19 would need more. */
export const MOST_LEVELS = 16;
/** How a kernel and a file name metrics. */
export const METRIC_CODES: readonly Metric[] = ["cosine", "dot", "l2"];

/** What a walk compares: 7-bit codes in a byte each, or the numbers themselves. */
export type CodeKind = "int8" | "float32";
export const CODE_KINDS: readonly CodeKind[] = ["int8", "float32"];

/** What a graph is. */
export interface GraphShape {
  readonly nodeCount: number;
  readonly dims: number;
  readonly metric: Metric;
  readonly codes: CodeKind;
  /** Links of a node on the upper levels, twice as many on the first. */
  readonly m: number;
  readonly efConstruction: number;
  readonly entry: number;
  readonly topLevel: number;
  readonly upperWords: number;
  readonly scale: number;
  /** How many of the nearest a search keeps by default. */
  readonly ef: number;
}

/** Bytes of each part of a section. */
export function partSizes({ nodeCount, m, upperWords }: GraphShape) {
  return {
    /** Row of each node, u32. */
    rows: nodeCount * 4,
    /** Level of each node, a byte. */
    levels: nodeCount,
    /** (nodes, 2M) u32 ids, all ones behind a node's last. */
    links: nodeCount * 2 * m * 4,
    /** M for each level of each node above the first, likewise. */
    upperLinks: upperWords * 4,
  };
}

export function totalBytes(shape: GraphShape): number {
  return Object.values(partSizes(shape)).reduce((sum, size) => sum + size, HEADER_BYTES);
}

/** The header of a section. */
export function encodeShape(shape: GraphShape): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  const { nodeCount, dims, metric, m, efConstruction, entry, topLevel, upperWords, ef } = shape;
  const kinds = METRIC_CODES.indexOf(metric) + 256 * CODE_KINDS.indexOf(shape.codes);
  const facts = [GRAPH_VERSION, nodeCount, dims, kinds, m, efConstruction];
  [...facts, entry, topLevel, upperWords, ef].forEach((word, i) => {
    header.writeUInt32LE(word, i * 4);
  });
  header.writeDoubleLE(shape.scale, 40);
  return header;
}

/** Whether a section is of a version that is no longer read. */
export function isOldSection(section: Uint8Array): boolean {
  return section.length >= HEADER_BYTES && section[0] === 1 && section[1] === 0;
}

/** The shape a section says it has, or null when its bytes are none. */
export function decodeShape(section: Uint8Array): GraphShape | null {
  if (section.length < HEADER_BYTES) return null;
  const header = Buffer.from(section.buffer, section.byteOffset, HEADER_BYTES);
  const word = (i: number): number => header.readUInt32LE(i * 4);
  const metric = METRIC_CODES[word(3) % 256];
  const codes = CODE_KINDS[Math.floor(word(3) / 256)];
  if (word(0) !== GRAPH_VERSION || metric === undefined || codes === undefined) return null;
  const shape: GraphShape = {
    nodeCount: word(1),
    dims: word(2),
    metric,
    codes,
    m: word(4),
    efConstruction: word(5),
    entry: word(6),
    topLevel: word(7),
    upperWords: word(8),
    ef: word(9),
    scale: header.readDoubleLE(40),
  };
  const isSound =
    shape.entry < shape.nodeCount &&
    shape.topLevel <= MOST_LEVELS &&
    shape.scale > 0 &&
    shape.ef > 0 &&
    shape.m >= 2;
  return isSound && totalBytes(shape) === section.length ? shape : null;
}
