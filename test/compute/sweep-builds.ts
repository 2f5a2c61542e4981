/** Every operation against its definition: both builds of the kernels, one thread and two. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ComputeBackend, openCompute } from "../../src/compute/index.ts";
import { createWasmBackend } from "../../src/compute/wasm/backend.ts";
import { sweep } from "./sweep.ts";
import { SWEEPS } from "./sweeps.ts";

type WasmOptions = NonNullable<Parameters<typeof createWasmBackend>[0]>;

/** The definitions and the kernels, from before the tests of a suite until behind them. */
export function useBackends(options: WasmOptions & { readonly threads: number }) {
  const backends = {} as { reference: ComputeBackend; backend: ComputeBackend };
  beforeAll(async () => {
    backends.reference = await openCompute({ backend: "reference" });
    const backend = await createWasmBackend(options);
    backends.backend = backend;
    expect(await backend.start()).toBe(options.threads);
  });
  afterAll(() => backends.backend.close());
  return backends;
}

/** Declares the tests: `cases` random shapes for each operation, from case number `seed` on. */
export function sweepBuilds(cases: number, seed?: number): void {
  describe.each([
    { build: "plain", threads: 1 },
    { build: "auto", threads: 1 },
    { build: "plain", threads: 2 },
    { build: "auto", threads: 2 },
  ] as const)("$build build, $threads threads", ({ build, threads }) => {
    const backends = useBackends({ build, threads, leastShare: 256 });

    test.each(Object.entries(SWEEPS))("%s", (_, run) => {
      sweep(run, cases, backends, seed);
    });
  });
}
