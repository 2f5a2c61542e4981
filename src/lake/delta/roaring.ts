/**
 * RoaringBitmap in the portable 64-bit format (RoaringFormatSpec, "Extension for 64-bit
 * implementations"), as deletion vectors use it. Little-endian:
 *
 * | bytes | what                                                             |
 * |-------|------------------------------------------------------------------|
 * | 8     | number of buckets                                                |
 * | 4     | per bucket: high 32 bits, then a 32-bit bitmap:                  |
 * | 4     |   cookie 12346, or 12347 with (containers − 1) in the high half  |
 * | 4     |   number of containers (cookie 12346 only)                       |
 * | (n+7)/8 | run flags (cookie 12347 only)                                  |
 * | 4 · n | per container: high 16 bits, cardinality − 1                     |
 * | 4 · n | offsets (cookie 12346, or n ≥ 4); not needed to read             |
 * | …     | containers: array of u16, 8 KiB bitmap, or runs (start, length − 1) |
 *
 * Bytes are foreign: everything is bounded and ordered, or DATA_LOSS with the offset.
 */
import { SovereignError } from "../../core/errors.ts";

const COOKIE_NO_RUNS = 12346;
const COOKIE_RUNS = 12347;
const OFFSET_THRESHOLD = 4;
const ARRAY_LIMIT = 4096;
const BITMAP_BYTES = 8192;
/** 512 MiB of positions; more deleted rows in one file than any writer makes. */
const MAX_POSITIONS = 2 ** 26;

interface Container {
  kind: "array" | "bitmap" | "run";
  /** The upper 48 bits of its positions, shifted into place. */
  base: bigint;
  at: number;
  cardinality: number;
  /** Runs of a run container. */
  runCount: number;
}

/** Decodes the bitmap starting at `start` into ascending positions. */
export function decodeRoaring64(bytes: Uint8Array, start = 0): BigUint64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const containers = readContainers(view, start);
  let total = 0;
  for (const container of containers) total += container.cardinality;
  if (total > MAX_POSITIONS) {
    throw new SovereignError("RESOURCE_EXHAUSTED", `a bitmap of ${total} positions is too large`, {
      hint: "compact the table with the engine that wrote it",
    });
  }
  const positions = new BigUint64Array(total);
  let filled = 0;
  for (const container of containers) filled = fill(view, container, positions, filled);
  return positions;
}

function malformed(offset: number, problem: string): SovereignError {
  return new SovereignError("DATA_LOSS", `malformed bitmap at offset ${offset}: ${problem}`, {
    hint: "restore the deletion vector file from a backup, or read an earlier version",
    details: { offset },
  });
}

function need(view: DataView, at: number, count: number): void {
  if (at + count > view.byteLength) throw malformed(at, `${count} more bytes expected`);
}

function readContainers(view: DataView, start: number): Container[] {
  need(view, start, 8);
  const bucketCount = view.getBigUint64(start, true);
  // The smallest bucket is 12 bytes: a larger count cannot be true.
  if (bucketCount > BigInt(view.byteLength)) throw malformed(start, "too many buckets");
  const containers: Container[] = [];
  let at = start + 8;
  let previousKey = -1;
  for (let bucket = 0; bucket < Number(bucketCount); bucket++) {
    need(view, at, 4);
    const key = view.getUint32(at, true);
    if (key <= previousKey) throw malformed(at, "buckets are not ascending");
    previousKey = key;
    at = readBucket(view, at + 4, BigInt(key) << 32n, containers);
  }
  return containers;
}

interface BucketHeader {
  containerCount: number;
  /** Offset of the run flags, or -1. */
  runFlagsAt: number;
  keysAt: number;
  dataAt: number;
}

function readBucketHeader(view: DataView, start: number): BucketHeader {
  need(view, start, 4);
  const cookie = view.getUint32(start, true);
  let at = start + 4;
  let containerCount: number;
  let runFlagsAt = -1;
  if ((cookie & 0xffff) === COOKIE_RUNS) {
    containerCount = (cookie >>> 16) + 1;
    runFlagsAt = at;
    at += (containerCount + 7) >>> 3;
  } else if (cookie === COOKIE_NO_RUNS) {
    need(view, at, 4);
    containerCount = view.getUint32(at, true);
    at += 4;
    if (containerCount > 65536) throw malformed(at - 4, "too many containers");
  } else {
    throw malformed(start, `unknown cookie ${cookie}`);
  }
  const keysAt = at;
  const hasOffsets = runFlagsAt < 0 || containerCount >= OFFSET_THRESHOLD;
  const dataAt = keysAt + containerCount * (hasOffsets ? 8 : 4);
  need(view, start, dataAt - start);
  return { containerCount, runFlagsAt, keysAt, dataAt };
}

function readBucket(view: DataView, start: number, high: bigint, into: Container[]): number {
  const header = readBucketHeader(view, start);
  let at = header.dataAt;
  let previousKey = -1;
  for (let i = 0; i < header.containerCount; i++) {
    const keyAt = header.keysAt + i * 4;
    const key = view.getUint16(keyAt, true);
    if (key <= previousKey) throw malformed(keyAt, "containers are not ascending");
    previousKey = key;
    const base = high | (BigInt(key) << 16n);
    const cardinality = view.getUint16(keyAt + 2, true) + 1;
    const flags = header.runFlagsAt < 0 ? 0 : view.getUint8(header.runFlagsAt + (i >>> 3));
    if ((flags >>> (i & 7)) & 1) {
      need(view, at, 2);
      const runCount = view.getUint16(at, true);
      need(view, at + 2, runCount * 4);
      into.push(readRuns(view, at + 2, runCount, { base, cardinality }));
      at += 2 + runCount * 4;
    } else {
      const kind = cardinality <= ARRAY_LIMIT ? "array" : "bitmap";
      const size = kind === "array" ? cardinality * 2 : BITMAP_BYTES;
      need(view, at, size);
      into.push({ kind, base, at, cardinality, runCount: 0 });
      at += size;
    }
  }
  return at;
}

function readRuns(
  view: DataView,
  at: number,
  runCount: number,
  facts: { base: bigint; cardinality: number },
): Container {
  let total = 0;
  let next = 0;
  for (let i = 0; i < runCount; i++) {
    const first = view.getUint16(at + i * 4, true);
    const length = view.getUint16(at + i * 4 + 2, true) + 1;
    if (first < next || first + length > 65536) throw malformed(at + i * 4, "runs overlap");
    next = first + length;
    total += length;
  }
  if (total !== facts.cardinality) throw malformed(at, "runs do not add up to the cardinality");
  return { kind: "run", base: facts.base, at, cardinality: total, runCount };
}

function fill(view: DataView, container: Container, out: BigUint64Array, start: number): number {
  if (container.kind === "array") return fillArray(view, container, out, start);
  if (container.kind === "bitmap") return fillBitmap(view, container, out, start);
  let filled = start;
  for (let i = 0; i < container.runCount; i++) {
    const first = view.getUint16(container.at + i * 4, true);
    const length = view.getUint16(container.at + i * 4 + 2, true) + 1;
    for (let k = 0; k < length; k++) out[filled++] = container.base | BigInt(first + k);
  }
  return filled;
}

function fillArray(
  view: DataView,
  { base, at, cardinality }: Container,
  out: BigUint64Array,
  start: number,
): number {
  let previous = -1;
  for (let i = 0; i < cardinality; i++) {
    const low = view.getUint16(at + i * 2, true);
    if (low <= previous) throw malformed(at + i * 2, "array is not ascending");
    previous = low;
    out[start + i] = base | BigInt(low);
  }
  return start + cardinality;
}

function fillBitmap(
  view: DataView,
  { base, at, cardinality }: Container,
  out: BigUint64Array,
  start: number,
): number {
  let filled = start;
  for (let word = 0; word < BITMAP_BYTES / 4; word++) {
    let bits = view.getUint32(at + word * 4, true);
    while (bits !== 0) {
      if (filled - start === cardinality) throw malformed(at, "bitmap above its cardinality");
      const bit = 31 - Math.clz32(bits & -bits);
      out[filled++] = base | BigInt(word * 32 + bit);
      bits &= bits - 1;
    }
  }
  if (filled - start !== cardinality) throw malformed(at, "bitmap below its cardinality");
  return filled;
}

/** Encodes ascending, distinct positions; containers become arrays or bitmaps, never runs. */
export function encodeRoaring64(positions: BigUint64Array): Uint8Array {
  const buckets = groupBy(positions, 32n).map(({ key, values }) => ({
    key: Number(key),
    containers: groupBy(values, 16n).map((group) => ({
      key: Number(group.key & 0xffffn),
      lows: Array.from(group.values, (value) => Number(value & 0xffffn)),
    })),
  }));
  let size = 8;
  for (const bucket of buckets) {
    size += 12 + bucket.containers.length * 8;
    for (const { lows } of bucket.containers) size += containerBytes(lows.length);
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(buckets.length), true);
  let at = 8;
  for (const { key, containers } of buckets) {
    view.setUint32(at, key, true);
    at = writeBucket(view, at + 4, containers);
  }
  return bytes;
}

function containerBytes(cardinality: number): number {
  return cardinality <= ARRAY_LIMIT ? cardinality * 2 : BITMAP_BYTES;
}

function groupBy(positions: BigUint64Array, shift: bigint) {
  const groups: { key: bigint; values: BigUint64Array }[] = [];
  for (let from = 0; from < positions.length; ) {
    const key = positions[from]! >> shift;
    let to = from + 1;
    while (to < positions.length && positions[to]! >> shift === key) to++;
    groups.push({ key, values: positions.subarray(from, to) });
    from = to;
  }
  return groups;
}

function writeBucket(
  view: DataView,
  start: number,
  containers: readonly { key: number; lows: number[] }[],
): number {
  view.setUint32(start, COOKIE_NO_RUNS, true);
  view.setUint32(start + 4, containers.length, true);
  const keysAt = start + 8;
  const offsetsAt = keysAt + containers.length * 4;
  let at = offsetsAt + containers.length * 4;
  for (const [i, { key, lows }] of containers.entries()) {
    view.setUint16(keysAt + i * 4, key, true);
    view.setUint16(keysAt + i * 4 + 2, lows.length - 1, true);
    view.setUint32(offsetsAt + i * 4, at - start, true);
    if (lows.length <= ARRAY_LIMIT) {
      for (const [k, low] of lows.entries()) view.setUint16(at + k * 2, low, true);
    } else {
      for (const low of lows) {
        const byte = at + (low >>> 3);
        view.setUint8(byte, view.getUint8(byte) | (1 << (low & 7)));
      }
    }
    at += containerBytes(lows.length);
  }
  return at;
}
