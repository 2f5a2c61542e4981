/**
 * Spark's `hash` and `xxhash64` over any value (catalyst `Murmur3Hash`, `XxHash64`): each argument
 * is hashed with the hash of those before it as the seed, 42 to begin with; NULL leaves the seed
 * as it is. Murmur3 mixes the bytes after the last full word one by one, which differs from the
 * published algorithm and is what Spark's partitioning depends on.
 */
import type { DataType } from "../../../schema/data-type.ts";
import type { StructValue, Value } from "../../../schema/value.ts";

/** One hash algorithm: how it mixes a 32-bit word, a 64-bit word and bytes into a seed. */
interface Hasher<H> {
  int(value: number, seed: H): H;
  long(value: bigint, seed: H): H;
  bytes(value: Uint8Array, seed: H): H;
}

const scratch = new DataView(new ArrayBuffer(8));
const utf8 = new TextEncoder();

/** `hash(values…)` as a signed 32-bit number. */
export function hashMurmur3(values: readonly Value[], types: readonly DataType[]): number {
  return values.reduce<number>((seed, value, i) => hashValue(MURMUR3, value, types[i]!, seed), 42);
}

/** `xxhash64(values…)` as a signed 64-bit number. */
export function hashXxHash64(values: readonly Value[], types: readonly DataType[]): bigint {
  return values.reduce<bigint>(
    (seed, value, i) => hashValue(XXHASH64, value, types[i]!, seed),
    42n,
  );
}

function hashValue<H>(hasher: Hasher<H>, value: Value, type: DataType, seed: H): H {
  if (value === null) return seed;
  switch (type.kind) {
    case "boolean":
      return hasher.int(value ? 1 : 0, seed);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "interval_ym":
      return hasher.int(value as number, seed);
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_dt":
      return hasher.long(value as bigint, seed);
    case "float":
      scratch.setFloat32(0, value === 0 ? 0 : (value as number));
      return hasher.int(scratch.getInt32(0), seed);
    case "double":
      scratch.setFloat64(0, value === 0 ? 0 : (value as number));
      return hasher.long(scratch.getBigInt64(0), seed);
    case "decimal":
      return type.precision <= 18
        ? hasher.long(value as bigint, seed)
        : hasher.bytes(bigEndianBytes(value as bigint), seed);
    case "string":
      return hasher.bytes(utf8.encode(value as string), seed);
    case "binary":
      return hasher.bytes(value as Uint8Array, seed);
    case "array":
      return (value as readonly Value[]).reduce<H>(
        (s, element) => hashValue(hasher, element, type.element, s),
        seed,
      );
    case "struct":
      return (value as StructValue).values.reduce<H>(
        (s, field, i) => hashValue(hasher, field, type.fields[i]!.type, s),
        seed,
      );
    default:
      throw new Error(`no hash of ${type.kind}`);
  }
}

/** Shortest two's complement form, as Java's `BigInteger.toByteArray`. */
function bigEndianBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!(rest === 0n && bytes[0]! < 128) && !(rest === -1n && bytes[0]! >= 128));
  return Uint8Array.from(bytes);
}

const MURMUR3: Hasher<number> = {
  int: (value, seed) => finish(mixH1(seed, mixK1(value)), 4),
  long(value, seed) {
    const low = Number(BigInt.asIntN(32, value));
    const high = Number(BigInt.asIntN(32, value >> 32n));
    return finish(mixH1(mixH1(seed, mixK1(low)), mixK1(high)), 8);
  },
  bytes(value, seed) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const aligned = value.length & ~3;
    let h1 = seed;
    for (let i = 0; i < aligned; i += 4) h1 = mixH1(h1, mixK1(view.getInt32(i, true)));
    for (let i = aligned; i < value.length; i++) h1 = mixH1(h1, mixK1(view.getInt8(i)));
    return finish(h1, value.length);
  },
};

function mixK1(word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

function mixH1(seed: number, k1: number): number {
  const h = seed ^ k1;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, lengthBytes: number): number {
  let h = hash ^ lengthBytes;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

const XXHASH64: Hasher<bigint> = {
  int: (value, seed) => avalanche(mixInt(wrap(seed + PRIME_5 + 4n), BigInt(value >>> 0))),
  long: (value, seed) => avalanche(mixLong(wrap(seed + PRIME_5 + 8n), wrap(value))),
  bytes(value, seed) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    let offset = 0;
    let hash = wrap(seed + PRIME_5);
    if (value.length >= 32) {
      const stripes = hashStripes(view, seed);
      hash = stripes.hash;
      offset = stripes.offset;
    }
    hash = wrap(hash + BigInt(value.length));
    for (; offset + 8 <= value.length; offset += 8) {
      hash = mixLong(hash, view.getBigUint64(offset, true));
    }
    if (offset + 4 <= value.length) {
      hash = mixInt(hash, BigInt(view.getUint32(offset, true)));
      offset += 4;
    }
    for (; offset < value.length; offset++) {
      hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint8(offset)) * PRIME_5), 11n) * PRIME_1);
    }
    return avalanche(hash);
  },
};

/** The four lanes over whole 32-byte stripes. */
function hashStripes(view: DataView, seed: bigint): { hash: bigint; offset: number } {
  const lanes = [seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1].map(wrap);
  let offset = 0;
  for (; offset + 32 <= view.byteLength; offset += 32) {
    for (let lane = 0; lane < 4; lane++) {
      const word = view.getBigUint64(offset + lane * 8, true);
      lanes[lane] = wrap(rotate(wrap(lanes[lane]! + word * PRIME_2), 31n) * PRIME_1);
    }
  }
  const turns = [1n, 7n, 12n, 18n];
  let hash = wrap(lanes.reduce((sum, lane, i) => sum + rotate(lane, turns[i]!), 0n));
  for (const lane of lanes) {
    hash = wrap((hash ^ wrap(rotate(wrap(lane * PRIME_2), 31n) * PRIME_1)) * PRIME_1 + PRIME_4);
  }
  return { hash, offset };
}

function mixLong(hash: bigint, word: bigint): bigint {
  const mixed = hash ^ wrap(rotate(wrap(word * PRIME_2), 31n) * PRIME_1);
  return wrap(rotate(mixed, 27n) * PRIME_1 + PRIME_4);
}

function mixInt(hash: bigint, word: bigint): bigint {
  return wrap(rotate(hash ^ wrap(word * PRIME_1), 23n) * PRIME_2 + PRIME_3);
}

function avalanche(hash: bigint): bigint {
  let h = wrap((hash ^ (hash >> 33n)) * PRIME_2);
  h = wrap((h ^ (h >> 29n)) * PRIME_3);
  return BigInt.asIntN(64, h ^ (h >> 32n));
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, bits: bigint): bigint {
  return wrap((value << bits) | (value >> (64n - bits)));
}
