/** The definition of BLAKE3 (specification of 2020): one compression at a time, the tree by recursion. */
const CHUNK = 1024;
const BLOCK = 64;
const FLAG = { start: 1, end: 2, parent: 4, root: 8 } as const;
const IV = [
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a],
  ...[0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
];
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

/** What a node's chaining value or, for the root, its output is made of. */
interface Node {
  values: readonly number[];
  words: readonly number[];
  counter: number;
  size: number;
  flags: number;
}

/** The hash of `bytes`, `length` bytes long; `key` is 32 bytes. */
export function blake3Reference(bytes: Uint8Array, key?: Uint8Array, length = 32): Uint8Array {
  const values = key === undefined ? IV : readWords(key);
  const root = hashTree(bytes, 0, values, key === undefined ? 0 : 16);
  const output = new Uint8Array(Math.ceil(length / BLOCK) * BLOCK);
  const view = new DataView(output.buffer);
  for (let i = 0; i * BLOCK < length; i++) {
    const block = compress({ ...root, counter: i, flags: root.flags | FLAG.root });
    for (const [word, value] of block.entries()) view.setUint32(i * BLOCK + word * 4, value, true);
  }
  return output.subarray(0, length);
}

function hashTree(bytes: Uint8Array, counter: number, key: readonly number[], flags: number): Node {
  if (bytes.length <= CHUNK) return hashChunk(bytes, counter, key, flags);
  // The left side is the largest power of two of chunks that leaves something for the right.
  let chunks = 1;
  while (chunks * 2 * CHUNK < bytes.length) chunks *= 2;
  const left = hashTree(bytes.subarray(0, chunks * CHUNK), counter, key, flags);
  const right = hashTree(bytes.subarray(chunks * CHUNK), counter + chunks, key, flags);
  const words = [...compress(left).slice(0, 8), ...compress(right).slice(0, 8)];
  return { values: key, words, counter: 0, size: BLOCK, flags: flags | FLAG.parent };
}

function hashChunk(
  bytes: Uint8Array,
  counter: number,
  key: readonly number[],
  flags: number,
): Node {
  let values = key;
  let start: number = FLAG.start;
  let at = 0;
  for (; bytes.length - at > BLOCK; at += BLOCK) {
    const words = readWords(bytes.subarray(at, at + BLOCK));
    values = compress({ values, words, counter, size: BLOCK, flags: flags | start }).slice(0, 8);
    start = 0;
  }
  const last = new Uint8Array(BLOCK);
  last.set(bytes.subarray(at));
  const size = bytes.length - at;
  return { values, words: readWords(last), counter, size, flags: flags | start | FLAG.end };
}

function readWords(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

/** Sixteen words: the chaining value, then the rest of the output. */
function compress({ values, words, counter, size, flags }: Node): number[] {
  const high = Math.floor(counter / 2 ** 32);
  const v = [...values, ...IV.slice(0, 4), counter >>> 0, high, size, flags];
  let m = words;
  for (let round = 0; round < 7; round++) {
    for (let i = 0; i < 4; i++) mix(v, [i, 4 + i, 8 + i, 12 + i], m[2 * i]!, m[2 * i + 1]!);
    for (let i = 0; i < 4; i++) {
      const at = [i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4)] as const;
      mix(v, at, m[8 + 2 * i]!, m[9 + 2 * i]!);
    }
    const before = m;
    m = PERMUTATION.map((from) => before[from]!);
  }
  const first = v.slice(0, 8).map((word, i) => (word ^ v[i + 8]!) >>> 0);
  return [...first, ...values.map((word, i) => (v[i + 8]! ^ word) >>> 0)];
}

function mix(
  v: number[],
  [a, b, c, d]: readonly [number, number, number, number],
  x: number,
  y: number,
): void {
  v[a] = (v[a]! + v[b]! + x) | 0;
  v[d] = rotate(v[d]! ^ v[a]!, 16);
  v[c] = (v[c]! + v[d]!) | 0;
  v[b] = rotate(v[b]! ^ v[c]!, 12);
  v[a] = (v[a]! + v[b]! + y) | 0;
  v[d] = rotate(v[d]! ^ v[a]!, 8);
  v[c] = (v[c]! + v[d]!) | 0;
  v[b] = rotate(v[b]! ^ v[c]!, 7);
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
