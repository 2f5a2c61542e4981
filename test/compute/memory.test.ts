/** Who holds which bytes: blocks never overlap, come back, and go on in further memories. */
import { expect, test } from "vitest";
import { createArena, loadKernel, openCompute } from "../../src/compute/index.ts";
import { createWasmBackend } from "../../src/compute/wasm/backend.ts";
import { createRng } from "../../src/core/rng.ts";

/** The first byte of an arena. */
const FIRST = 1024;

test("blocks never overlap, lie on lines of 64 bytes, and what is released is used again", () => {
  const rng = createRng(11);
  const arena = createArena();
  const held: { offset: number; bytes: number; mark: number }[] = [];
  for (let step = 0; step < 4000; step++) {
    if (held.length > 0 && rng.int(5) < 2) {
      const [block] = held.splice(rng.int(held.length), 1);
      const view = new Uint8Array(arena.memory.buffer, block!.offset, block!.bytes);
      expect(view.every((byte) => byte === block!.mark)).toBe(true);
      arena.release(block!.offset);
    } else {
      const [bytes, isZeroed] = [rng.int(rng.int(10) === 0 ? 70_000 : 500), rng.int(2) === 0];
      const offset = isZeroed ? arena.allocateZeroed(bytes) : arena.allocate(bytes);
      expect(offset % 64).toBe(0);
      const view = new Uint8Array(arena.memory.buffer, offset, bytes);
      if (isZeroed) expect(view.every((byte) => byte === 0)).toBe(true);
      const mark = 1 + rng.int(255);
      view.fill(mark);
      held.push({ offset, bytes, mark });
    }
  }
  for (const { offset } of held) arena.release(offset);
  expect(arena.usedBytes).toBe(0);
  const size = arena.memory.buffer.byteLength;
  arena.allocate(size - 4096);
  expect(arena.memory.buffer.byteLength).toBe(size);
});

test("views of before the memory grew stay good", async () => {
  const compute = await openCompute({ threads: 1 });
  const early = compute.float32(10).fill(2);
  compute.float32(10_000_000);
  const late = compute.float32(10).fill(3);
  expect(early.buffer).not.toBe(late.buffer);
  expect(compute.dot(early, late)).toBe(60);
});

test("more than one memory holds goes into several, and a call brings operands together", async () => {
  const compute = await openCompute({ threads: 2 });
  await compute.start();
  const big = 600_000_000;
  const arrays = [1, 2, 3].map(() => compute.float32(big));
  const parts = arrays.map((array, i) => array.subarray(big - 300, big).fill(i + 1));
  expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(3);
  expect(compute.dot(parts[0]!, parts[2]!)).toBe(900);
  compute.scan("dot", parts[1]!.subarray(0, 3), parts[2]!, parts[0]!.subarray(0, 100));
  expect([...parts[0]!.subarray(98, 102)]).toEqual([18, 18, 1, 1]);
  for (const array of arrays) compute.free(array);
  await compute.close();
});

test("what no memory can hold is refused", async () => {
  const compute = await openCompute({ threads: 1 });
  expect(() => compute.float32(2 ** 31)).toThrow("no room for 8.00 GiB");
  expect(() => compute.float32(-1)).toThrow("`length` of `float32` is -1");
});

test("data beyond one memory are computed with in several, on every thread", async () => {
  const compute = await createWasmBackend({ threads: 2, mostPages: 16, leastShare: 256 });
  await compute.start();
  const [reference, rng] = [await openCompute({ backend: "reference" }), createRng(5)];
  const [d, n] = [64, 2000];
  const query = Float32Array.from({ length: d }, () => rng.int(9) - 4);
  const parts = Array.from({ length: 5 }, () => {
    const rows = compute.float32(n * d);
    for (let i = 0; i < rows.length; i++) rows[i] = rng.int(9) - 4;
    return rows;
  });
  expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(5);
  const [out, wanted] = [compute.float32(n), new Float32Array(n)];
  for (const rows of parts) {
    compute.scan("dot", query, rows, out);
    reference.scan("dot", query, rows, wanted);
    expect(out).toEqual(wanted);
  }
  // Operands from outside find room where the memories so far are nearly full.
  const column = Float32Array.from({ length: 40_000 }, () => rng.normal());
  expect(compute.argsort(column)).toEqual(reference.argsort(column));
  expect(() => compute.argsort(new Float32Array(100_000))).toThrow("no room for");
  await compute.close();
});

test("the last byte of a memory is never the last of the addresses", async () => {
  const arena = createArena();
  expect(() => arena.allocate(2 ** 32 - 2048)).toThrow("no room for 4.00 GiB");
  const [bytes, length] = [2 ** 32 - 65_536 - 1024, 1000];
  const end = arena.allocate(bytes) + bytes - length * 4;
  new Float32Array(arena.memory.buffer, end, length).fill(1);
  const { exports } = await loadKernel("linear", { arena });
  const [query, out] = [FIRST, FIRST + 4000];
  new Float32Array(arena.memory.buffer, query, length).fill(2);
  exports.scanDot!(end, query, out, 1, length);
  expect(new Float32Array(arena.memory.buffer, out, 1)[0]).toBe(2 * length);
});

test("a memory that is full of one array has room for calls", async () => {
  const compute = await createWasmBackend({ threads: 2, mostPages: 16, leastShare: 256 });
  await compute.start();
  expect(() => compute.float32(16 * 16_384)).toThrow("no room for 1.00 MiB");
  const rows = compute.float32(257_000).fill(1);
  expect(compute.sum(rows)).toBe(257_000);
  expect(
    compute.scanTop("dot", Float32Array.of(2), rows, { k: 5, dimensions: 1 })[0]!.scores,
  ).toEqual(new Float32Array(5).fill(2));
  await compute.close();
});

test("what is refused leaves no memory behind", async () => {
  const compute = await openCompute({ threads: 1 });
  for (let i = 0; i < 300; i++) {
    expect(() => compute.float32(2 ** 30)).toThrow("no room for 4.00 GiB");
  }
});
