/** Threads that fail, end or never were: clear errors or work done here, and nothing that hangs. */
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPool, loadKernel, openBlake3, openCompute } from "../../src/compute/index.ts";

const workers: Worker[] = [];
const note = (worker: Worker): void => void workers.push(worker);
beforeEach(() => void process.on("worker", note));
afterEach(() => {
  process.off("worker", note);
  workers.length = 0;
});

const large = Float32Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 1009);
const wanted = large.reduce((sum, value) => sum + value, 0);

test("a worker that ended leaves its share to this thread", async () => {
  const compute = await openCompute({ threads: 3 });
  expect(await compute.start()).toBe(3);
  expect(workers).toHaveLength(2);
  await workers[1]!.terminate();
  expect(compute.sum(large)).toBe(wanted);
  expect(await compute.start()).toBe(2);
  await workers[0]!.terminate();
  expect(compute.sum(large)).toBe(wanted);
  expect(await compute.start()).toBe(1);
  expect(workers).toHaveLength(2);
  await compute.close();
});

test("a worker that ends while it starts is not waited for", async () => {
  const compute = await openCompute({ threads: 2 });
  const start = compute.start();
  await new Promise(setImmediate);
  await workers[0]!.terminate();
  expect(await start).toBe(1);
  expect(compute.sum(large)).toBe(wanted);
  await compute.close();
});

test("what fails in a worker is an error, and the next call is good", async () => {
  const kernel = await loadKernel("linear");
  const pool = createPool(2);
  const number = pool.register(kernel);
  expect(await pool.start()).toBe(2);
  const at = kernel.arena.allocate(64);
  const beyond = kernel.memory.buffer.byteLength;
  const good = [at, 8, at + 32];
  expect(() => pool.run(number, "minMax", [good, [beyond, 8, at]])).toThrow(
    "kernel `minMax` failed in a worker",
  );
  expect(() => pool.run(number, "minMax", [[beyond, 8, at], good])).toThrow("out of bounds");
  expect(pool.run(number, "minMax", [good, [at, 8, at + 40]])).toHaveLength(2);
  await pool.close();
});

test("a closed backend says so, and may be closed again", async () => {
  const compute = await openCompute({ threads: 2 });
  await compute.start();
  await compute.close();
  expect(() => compute.sum(large)).toThrow("the compute backend is closed");
  await expect(compute.start()).rejects.toThrow("the compute backend is closed");
  await compute.close();
  expect(workers).toHaveLength(1);
});

test.each([0, -1, 1.5, Number.NaN])("%d threads are refused", async (threads) => {
  const message = `\`threads\` is ${threads}, not a whole number from 1`;
  await expect(openCompute({ threads })).rejects.toThrow(message);
  await expect(openBlake3({ threads })).rejects.toThrow(message);
});
