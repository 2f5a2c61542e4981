/**
 * BLAKE3 (specification of 2020) over `kernels/blake3.ts`: plain, keyed and key-derivation modes,
 * output of any length, input of any size in pieces. `blake3-tree.ts` does the work; the definition
 * is `reference/blake3.ts`.
 */
import { optional, requireObjectOf, requireString } from "../core/arguments.ts";
import { SovereignError } from "../core/errors.ts";
import {
  type Blake3Hasher,
  createEngine,
  FLAG,
  IV,
  requireBytes,
  requireHashLength,
  TreeHasher,
} from "./blake3-tree.ts";
import { requireThreadCount } from "./check.ts";
import { createPool } from "./pool.ts";
import { loadKernel } from "./wasm/load-kernel.ts";

const KEY_BYTES = 32;

export type { Blake3Hasher };

export interface Blake3Options {
  /** 32 bytes: the keyed mode. */
  key?: Uint8Array;
  /** Names what a key is derived for: the key-derivation mode, whose material is hashed. */
  context?: string;
}

/** Hashes on the cores of the machine; `close` it to end its threads. */
export interface Blake3 {
  hash(bytes: Uint8Array, options?: Blake3Options & { length?: number }): Uint8Array<ArrayBuffer>;
  create(options?: Blake3Options): Blake3Hasher;
  /** Waits for the threads, which otherwise join as they come up. */
  start(): Promise<number>;
  close(): Promise<void>;
}

const requireOpenOptions = requireObjectOf({ threads: optional(requireThreadCount) });
const requireHashOptions = requireObjectOf({
  key: optional(requireBytes),
  context: optional(requireString),
  length: optional(requireHashLength),
});

/** Loads the kernel; by default as many threads as there are cores. */
export async function openBlake3(options: { threads?: number } = {}): Promise<Blake3> {
  requireOpenOptions(options, "the options");
  const kernel = await loadKernel("blake3");
  const pool = createPool(options.threads);
  const engine = createEngine(kernel, pool);
  const create = (settings: Blake3Options = {}): Blake3Hasher => {
    requireHashOptions(settings, "the options");
    const { key, context } = settings;
    if (key !== undefined && key.length !== KEY_BYTES) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", `a key has 32 bytes, not ${key.length}`, {
        hint: "derive one with `context`",
      });
    }
    if (key !== undefined) return new TreeHasher(engine, key, FLAG.keyed);
    const initial = new Uint8Array(Uint32Array.from(IV).buffer);
    if (context === undefined) return new TreeHasher(engine, initial, 0);
    const named = new TreeHasher(engine, initial, FLAG.context);
    const derived = named.update(new TextEncoder().encode(context)).digest();
    return new TreeHasher(engine, derived, FLAG.material);
  };
  return {
    create,
    hash: (bytes, options = {}) => {
      // Before the hash takes its memory, which its end alone gives back.
      requireBytes(bytes, "what is hashed");
      requireHashOptions(options, "the options");
      return create(options)
        .update(bytes)
        .digest(options.length ?? KEY_BYTES);
    },
    start: () => pool.start(),
    close: () => pool.close(),
  };
}
