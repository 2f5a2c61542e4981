/** Every operation against its definition: both builds of the kernels, one thread and two. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ComputeBackend, openCompute } from "../../src/compute/index.ts";
import { createWasmBackend } from "../../src/compute/wasm/backend.ts";
import { sweep } from "./sweep.ts";
import { SWEEPS } from "./sweeps.ts";

/** Declares the tests: `cases` random shapes for each operation, from case number `seed` on. */
export function sweepBuilds(cases: number, seed?: number): void {
  describe.each([
    { build: "plain", threads: 1 },
    { build: "auto", threads: 1 },
    { build: "plain", threads: 2 },
    { build: "auto", threads: 2 },
  ] as const)("$build build, $threads threads", ({ build, threads }) => {
    let reference: ComputeBackend;
    let backend: ComputeBackend;
    beforeAll(async () => {
      reference = await openCompute({ backend: "reference" });
      backend = await createWasmBackend({ build, threads, leastShare: 256 });
      expect(await backend.start()).toBe(threads);
    });
    afterAll(() => backend.close());

    test.each(Object.entries(SWEEPS))("%s", (_, run) => {
      sweep(run, cases, { reference, backend }, seed);
    });
  });
}
