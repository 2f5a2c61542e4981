/** Opening a collection takes at most ten times the size of its file and its log. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crc32c } from "../../src/core/crc32c.ts";
import { Collection } from "../../src/vector/index.ts";
import { openPaths } from "../long/open-large.ts";

const ROWS = 8_000;
const DIMS = 256;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-vector-memory-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A collection of rows with text and metadata; its path. */
async function write(name: string, count: number, isOptimized: boolean): Promise<string> {
  const base = join(folder, name);
  await Collection.create(base, { dims: DIMS });
  const collection = await Collection.open(base, "write");
  for (let from = 0; from < count; from += 5000) {
    const rows = Array.from({ length: Math.min(5000, count - from) }, (_, i) => ({
      id: `row-${from + i}`,
      vector: Float32Array.from({ length: DIMS }, (_, d) => Math.sin((from + i) * 7 + d)),
      metadata: { place: from + i, note: `the note of row ${from + i}` },
    }));
    await collection.upsert(rows);
  }
  if (isOptimized) await collection.optimize();
  await collection.close();
  return base;
}

const sizeOf = (base: string): number =>
  statSync(`${base}.vec`).size + statSync(`${base}.wal`).size;

test.each([true, false])("rows in the file (or the log): %s", async (isOptimized) => {
  const small = await write(`small-${isOptimized}`, 1, isOptimized);
  const large = await write(`large-${isOptimized}`, ROWS, isOptimized);
  expect(await openPaths("collection", [small, large], sizeOf(large))).toBe("opened");
  const bytes = readFileSync(`${large}.vec`);
  const table = bytes.subarray(64, 64 + 24 * bytes.readUInt32LE(20));
  // Rows and sections that are not there, under a checksum that is right.
  for (const [at, value] of [
    [24, 2 ** 40],
    [64 + 16, 2 ** 40],
  ] as const) {
    const copy = Buffer.from(bytes);
    copy.writeBigUInt64LE(BigInt(value), at);
    const entries = copy.subarray(64, 64 + table.length);
    copy.writeUInt32LE(crc32c(entries, crc32c(copy.subarray(0, 60))), 60);
    writeFileSync(`${large}.vec`, copy);
    expect(await openPaths("collection", [small, large], sizeOf(large))).toBe("DATA_LOSS");
  }
});
