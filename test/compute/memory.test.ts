/** Who holds which bytes: blocks never overlap, come back, and go on in further memories. */
import { expect, test } from "vitest";
import { createArena, openCompute } from "../../src/compute/index.ts";
import { createRng } from "../../src/core/rng.ts";

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
  expect(() => compute.float32(-1)).toThrow("the length of an array: -1");
});
