/**
 * A graph's parts, in a kernel's memory and in a file; `compute/kernels/hnsw/state.ts` says how the
 * kernel reads them. The section `HNSW` of a collection's file is a header of 48 bytes, then the
 * parts in the order of `PartSizes`:
 *
 * | offset | bytes | header                                                            |
 * |--------|-------|-------------------------------------------------------------------|
 * | 0      | 4     | version 1                                                         |
 * | 4      | 20    | n, bytes of a vector, M, efConstruction, entry node               |
 * | 24     | 8     | level of the entry, metric (0 product, 1 squared distance)        |
 * | 32     | 4     | length of the upper links in words                                |
 * | 36     | 4     | ef of a search                                                    |
 * | 40     | 8     | scale of the codes (float64)                                      |
 */

export const GRAPH_VERSION = 1;
export const HEADER_BYTES = 48;
/** Levels a node can be on above the first; with M 16 one of 10^19 would need more. */
export const MOST_LEVELS = 16;

/** What a graph is. */
export interface GraphShape {
  readonly nodeCount: number;
  readonly stride: number;
  readonly m: number;
  readonly efConstruction: number;
  readonly entry: number;
  readonly topLevel: number;
  readonly isSquared: boolean;
  readonly upperWords: number;
  readonly scale: number;
  /** How many of the nearest a search keeps by default. */
  readonly ef: number;
}

export interface PartSizes {
  readonly vectors: number;
  readonly links0: number;
  readonly upperOffsets: number;
  readonly upperLinks: number;
  readonly levels: number;
}

/** Bytes of each part. */
export function partSizes({ nodeCount, stride, m, upperWords }: GraphShape): PartSizes {
  return {
    vectors: nodeCount * stride,
    links0: nodeCount * (2 * m + 1) * 4,
    upperOffsets: nodeCount * 4,
    upperLinks: upperWords * 4,
    levels: nodeCount,
  };
}

export function totalBytes(shape: GraphShape): number {
  return Object.values(partSizes(shape)).reduce((sum, size) => sum + size, HEADER_BYTES);
}

/** The header of a section. */
export function encodeShape(shape: GraphShape): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  const { nodeCount, stride, m, efConstruction, entry, topLevel, isSquared, upperWords } = shape;
  const words = [GRAPH_VERSION, nodeCount, stride, m, efConstruction, entry, topLevel];
  [...words, Number(isSquared), upperWords, shape.ef].forEach((word, i) => {
    header.writeUInt32LE(word, i * 4);
  });
  header.writeDoubleLE(shape.scale, 40);
  return header;
}

/** The shape a section says it has, or null when its bytes are none. */
export function decodeShape(section: Uint8Array): GraphShape | null {
  if (section.length < HEADER_BYTES) return null;
  const header = Buffer.from(section.buffer, section.byteOffset, HEADER_BYTES);
  const word = (i: number): number => header.readUInt32LE(i * 4);
  const shape: GraphShape = {
    nodeCount: word(1),
    stride: word(2),
    m: word(3),
    efConstruction: word(4),
    entry: word(5),
    topLevel: word(6),
    isSquared: word(7) === 1,
    upperWords: word(8),
    ef: word(9),
    scale: header.readDoubleLE(40),
  };
  const isSound =
    word(0) === GRAPH_VERSION &&
    shape.entry < shape.nodeCount &&
    shape.topLevel <= MOST_LEVELS &&
    shape.scale > 0 &&
    shape.ef > 0 &&
    shape.m >= 2;
  return isSound && totalBytes(shape) === section.length ? shape : null;
}
