/**
 * The only door to randomness. `createRng` is a seeded generator (xoshiro128**, Blackman and Vigna
 * 2018, seeded through splitmix32): the same seed gives the same sequence on every platform.
 */
import { randomInt } from "node:crypto";

export interface Rng {
  /** Uniform in [0, 1), 32 bits of randomness. */
  next(): number;
  /** Uniform integer in [0, bound). */
  int(bound: number): number;
  /** Standard normal deviate (Box-Muller). */
  normal(): number;
  /** A generator whose sequence is independent of this one's further use. */
  fork(label: string): Rng;
}

/** `seed` is any 32-bit integer; larger values are taken modulo 2^32. */
export function createRng(seed: number): Rng {
  const nextSeed = splitmix32(seed);
  const s = new Uint32Array([nextSeed(), nextSeed(), nextSeed(), nextSeed()]);
  const nextUint32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  };
  const next = (): number => nextUint32() / 4294967296;
  return {
    next,
    int: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: (label) => createRng(hashLabel(label, seed)),
  };
}

/** A seed no one can predict, for callers that were given none. */
export function randomSeed(): number {
  return randomInt(0, 2 ** 32);
}

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

function rotateLeft(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

/** FNV-1a over the label, started from the seed. */
function hashLabel(label: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < label.length; i++) {
    hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
