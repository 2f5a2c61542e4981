/** BLAKE3 against the official implementation's hashes and against its definition. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Blake3, openBlake3 } from "../../src/compute/index.ts";
import { blake3Reference } from "../../src/compute/reference/blake3.ts";
import { createRng } from "../../src/core/rng.ts";
import { REPOSITORY } from "../source-tree.ts";

interface Vectors {
  key: string;
  context: string;
  cases: { length: number; hash: string; keyed?: string; derived?: string }[];
}

const vectors = JSON.parse(
  readFileSync(join(REPOSITORY, "fixtures/compute/blake3/vectors.json"), "utf8"),
) as Vectors;
const key = new TextEncoder().encode(vectors.key);
const { context } = vectors;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const input = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

describe.each([1, 2, 3])("%i threads", (threads) => {
  let blake3: Blake3;
  beforeAll(async () => {
    blake3 = await openBlake3({ threads });
    expect(await blake3.start()).toBe(threads);
  });
  afterAll(() => blake3.close());

  test.each(vectors.cases)("$length bytes", ({ length, hash, keyed, derived }) => {
    const bytes = input(length);
    expect(hex(blake3.hash(bytes, { length: hash.length / 2 }))).toBe(hash);
    if (keyed) expect(hex(blake3.hash(bytes, { key, length: 40 }))).toBe(keyed);
    if (derived) expect(hex(blake3.hash(bytes, { context, length: 40 }))).toBe(derived);
  });

  test("in pieces of any size, several hashes at once", () => {
    const rng = createRng(threads);
    const bytes = input(9_000_000);
    const [first, second] = [blake3.create(), blake3.create({ key })];
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(bytes.length, at + 1 + rng.int(rng.int(2) === 0 ? 3000 : 3_000_000));
      first.update(bytes.subarray(at, end));
      second.update(bytes.subarray(at, end));
      at = end;
    }
    expect(hex(first.digest())).toBe(hex(blake3.hash(bytes)));
    expect(hex(second.digest())).toBe(hex(blake3.hash(bytes, { key })));
  });
});

test("lengths at random equal the definition", async () => {
  const blake3 = await openBlake3({ threads: 1 });
  const rng = createRng(3);
  for (let i = 0; i < 60; i++) {
    const bytes = Uint8Array.from({ length: rng.int(12_000) }, () => rng.int(256));
    const [length, isKeyed] = [rng.int(100), rng.int(2) === 0];
    const found = blake3.hash(bytes, isKeyed ? { key, length } : { length });
    expect(hex(found)).toBe(hex(blake3Reference(bytes, isKeyed ? key : undefined, length)));
  }
});

test("misuse is refused", async () => {
  const blake3 = await openBlake3({ threads: 1 });
  expect(() => blake3.hash(key, { key: new Uint8Array(5) })).toThrow("a key has 32 bytes, not 5");
  const hasher = blake3.create();
  hasher.digest();
  expect(() => hasher.update(key)).toThrow("the hash is finished");
  expect(() => hasher.digest()).toThrow("the hash is finished");
});
