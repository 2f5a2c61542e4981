/** Operations of a backend, and hashes, called with what no compiler has looked at. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Blake3,
  type ComputeBackend,
  openBlake3,
  openCompute,
} from "../../src/compute/index.ts";
import { findBareErrors } from "../odd-arguments.ts";

const f32 = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i + 1);

/** Arguments that are right, by operation. */
function goodArguments(compute: ComputeBackend): Readonly<Record<string, () => unknown[]>> {
  const [u32, i8] = [Uint32Array.of(1, 0), () => new Int8Array(4)];
  const norm = { dimensions: 2, weight: f32(2), bias: f32(2), epsilon: 1e-5 };
  const gemm = { m: 2, n: 2, k: 2, transposeA: true, transposeB: true, alpha: 1, beta: 1 };
  const packed = compute.pack(f32(4), { n: 2, k: 2 });
  const bins = { count: 3, low: 0, high: 5 };
  return {
    ...Object.fromEntries(["float32", "int8", "uint8"].map((name) => [name, () => [8]])),
    free: () => [f32(4)],
    ...Object.fromEntries(["dot", "cosine", "l2"].map((name) => [name, () => [f32(3), f32(3)]])),
    scan: () => ["dot", f32(2), f32(4), f32(2)],
    scanTop: () => ["l2", f32(2), f32(4), { k: 1, dimensions: 2 }],
    top: () => [f32(4), 2, "smallest"],
    sgemm: () => [f32(4), f32(4), f32(4), { ...gemm, bias: f32(2) }],
    sgemmPacked: () => [f32(4), { ...packed }, f32(4), { m: 2, n: 2, k: 2 }],
    pack: () => [f32(4), { n: 2, k: 2, transposeB: true }],
    attention: () => [f32(12), f32(4), { heads: 1, dimensions: 2, lengths: [2] }],
    activate: () => ["relu", f32(4), f32(4)],
    softmax: () => [f32(4), 2, f32(4)],
    layerNorm: () => [f32(4), f32(4), { ...norm }],
    rmsNorm: () => [f32(4), f32(4), { ...norm }],
    ...Object.fromEntries(["sum", "minMax", "argsort"].map((name) => [name, () => [f32(4)]])),
    moments: () => [f32(4), 1],
    quantiles: () => [f32(4), [0.5]],
    zScore: () => [f32(4), f32(4), 1],
    minMaxScale: () => [f32(4), f32(4)],
    logShifted: () => [f32(4), 1, f32(4)],
    rollingMean: () => [f32(4), 2, f32(4)],
    histogram: () => [f32(4), { ...bins }],
    binIndex: () => [f32(4), { ...bins }, new Int32Array(4)],
    sort: () => [f32(4), f32(4)],
    gather: () => [f32(4), 2, u32, f32(4)],
    scatterAdd: () => [f32(4), 2, u32, f32(4)],
    dotInt8: () => [i8(), i8()],
    scanInt8: () => [new Int8Array(2), i8(), new Int32Array(2)],
    quantizeInt8: () => [f32(4), 2, i8(), f32(2)],
    dequantize: () => ["F16", new Uint8Array(4), f32(2)],
    matvec: () => ["F16", new Uint8Array(8), f32(2), f32(2)],
  };
}

describe.each([{ backend: "reference" }, { backend: "wasm", threads: 2 }] as const)(
  "$backend",
  (options) => {
    let compute: ComputeBackend;
    beforeAll(async () => {
      compute = await openCompute(options);
    });
    afterAll(() => compute.close());

    test("every operation answers with a result or with what is wrong", async () => {
      const good = goodArguments(compute);
      const { name: _, threads: __, start, close, ...operations } = compute;
      expect(
        Object.keys(good)
          .filter((name) => name !== "sgemmPacked")
          .sort(),
      ).toEqual(Object.keys(operations).sort());
      for (const [name, args] of Object.entries(good)) {
        const run = Reflect.get(compute, name === "sgemmPacked" ? "sgemm" : name);
        await run(...args());
        expect(await findBareErrors(name, { args, run })).toEqual([]);
      }
    });
  },
);

describe("hashes", () => {
  let blake3: Blake3;
  beforeAll(async () => {
    blake3 = await openBlake3({ threads: 1 });
  });
  afterAll(() => blake3.close());

  test.each([
    ["hash", () => [f8(), { key: f8(32), length: 8 }]],
    ["hash", () => [f8(), { context: "c" }]],
    ["create", () => [{ key: f8(32) }]],
  ] as const)("%s", async (name, args) => {
    const run = Reflect.get(blake3, name) as (...args: unknown[]) => unknown;
    expect(await findBareErrors(name, { args, run })).toEqual([]);
  });

  test("a hasher", async () => {
    const update = {
      args: () => [f8()],
      run: (bytes: unknown) => blake3.create().update(bytes as Uint8Array),
    };
    expect(await findBareErrors("update", update)).toEqual([]);
    const digest = {
      args: () => [8],
      run: (length: unknown) => blake3.create().digest(length as number),
    };
    expect(await findBareErrors("digest", digest)).toEqual([]);
  });
});

test("opening", async () => {
  const compute = {
    args: () => [{ backend: "wasm", threads: 1, build: "plain" }],
    run: async (options: unknown) => (await openCompute(options as object)).close(),
  };
  expect(await findBareErrors("openCompute", compute)).toEqual([]);
  const blake3 = {
    args: () => [{ threads: 1 }],
    run: async (options: unknown) => (await openBlake3(options as object)).close(),
  };
  expect(await findBareErrors("openBlake3", blake3)).toEqual([]);
});

function f8(length = 4): Uint8Array {
  return new Uint8Array(length);
}
