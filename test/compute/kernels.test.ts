/** The kernels against their definitions on random shapes: both builds, one thread and two. */
import { expect, test } from "vitest";
import { type ComputeBackend, openCompute } from "../../src/compute/index.ts";
import { createRng } from "../../src/core/rng.ts";
import { randomFloats } from "./sweep.ts";
import { sweepBuilds } from "./sweep-builds.ts";

const reference = await openCompute({ backend: "reference" });

sweepBuilds(200);

test.runIf(process.arch === "x64")("the relaxed build passes its known answers here", async () => {
  await using backend = disposable(await openCompute({ threads: 1 }));
  expect(backend.name).toBe("wasm relaxed");
});

test("the plain build gives the same bits whatever the number of threads", async () => {
  const rng = createRng(7);
  const [rows, query] = [randomFloats(rng, 2000 * 384), randomFloats(rng, 384)];
  const scores: Float32Array[] = [];
  for (const threads of [1, 2, 3]) {
    await using backend = disposable(await openCompute({ build: "plain", threads }));
    expect(await backend.start()).toBe(threads);
    for (const metric of ["dot", "cosine", "l2"] as const) {
      const out = new Float32Array(2000);
      backend.scan(metric, query, rows, out);
      scores.push(out);
    }
  }
  expect(scores.slice(3, 6)).toEqual(scores.slice(0, 3));
  expect(scores.slice(6)).toEqual(scores.slice(0, 3));
});

test("the order and the best of 100,000 values are the same for any number of threads", async () => {
  const rng = createRng(8);
  const x = Float32Array.from({ length: 100_000 }, () => [rng.normal(), rng.int(50)][rng.int(2)]!);
  for (let i = 0; i < 100; i++) x[rng.int(x.length)] = [Number.NaN, Infinity, -0][rng.int(3)]!;
  const wanted = [reference.argsort(x), reference.top(x, 10), reference.top(x, 30_000, "smallest")];
  for (const threads of [1, 2, 3, 5]) {
    await using backend = disposable(await openCompute({ threads }));
    expect(await backend.start()).toBe(threads);
    const sorted = new Float32Array(x.length);
    backend.sort(x, sorted);
    expect(sorted).toEqual(Float32Array.from(wanted[0] as Uint32Array, (i) => x[i]!));
    const found = [backend.argsort(x), backend.top(x, 10), backend.top(x, 30_000, "smallest")];
    expect(found).toEqual(wanted);
  }
});

test("wrong shapes are refused, also where they would stay in the memory", async () => {
  await using backend = disposable(await openCompute({ threads: 1 }));
  for (const refusing of [backend, reference]) {
    const [a, b] = [new Float32Array(3), new Float32Array(4)];
    expect(() => refusing.dot(a, b)).toThrow("dot: lengths 3 and 4 differ");
    expect(() => refusing.scan("dot", a, b, a)).toThrow("no whole number of rows of 3");
    expect(() => refusing.scan("dot", a, a, b)).toThrow("out holds 4 values, its shape wants 1");
    expect(() => refusing.top(a, -1)).toThrow("not a whole number from 0 on");
    expect(() => refusing.scan("l2", new Float32Array(0), a, b)).toThrow("0 is no whole number");
  }
});

function disposable(backend: ComputeBackend): ComputeBackend & AsyncDisposable {
  return Object.assign(backend, { [Symbol.asyncDispose]: () => backend.close() });
}
