/**
 * Kernels against their definitions on 10,000 random shapes each: both builds, one thread and two.
 * CASES and SEED (the first case) choose others.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ComputeBackend, openCompute } from "../../src/compute/index.ts";
import { createWasmBackend } from "../../src/compute/wasm/backend.ts";
import { sweep } from "../compute/sweep.ts";
import { SWEEPS } from "../compute/sweeps.ts";

const CASES = Number(process.env.CASES ?? 10_000);
const SEED = Number(process.env.SEED ?? 1000);
const reference = await openCompute({ backend: "reference" });

describe.each([
  { build: "plain", threads: 1 },
  { build: "auto", threads: 1 },
  { build: "plain", threads: 2 },
  { build: "auto", threads: 2 },
] as const)("$build build, $threads threads", ({ build, threads }) => {
  let backend: ComputeBackend;
  beforeAll(async () => {
    backend = await createWasmBackend({ build, threads, leastShare: 256 });
    expect(await backend.start()).toBe(threads);
  });
  afterAll(() => backend.close());

  test.each(Object.entries(SWEEPS))("%s", (_, run) => {
    sweep(run, CASES, { reference, backend }, SEED);
  });
});
