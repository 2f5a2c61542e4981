/** The default backend: kernels in WebAssembly SIMD over a pool of threads. */
import type { ComputeBackend } from "../backend.ts";
import { createPool } from "../pool.ts";
import { createArena } from "./arena.ts";
import { loadKernel } from "./load-kernel.ts";
import { createMatrixOps } from "./matrix.ts";
import { createOrderOps } from "./order.ts";
import { createQuantisedOps } from "./quantised.ts";
import { createRowOps } from "./rows.ts";
import { createRunner, type RunnerOptions } from "./runner.ts";
import { createStatisticsOps } from "./statistics.ts";
import { createVectorOps } from "./vectors.ts";

/** The last two are for tests that want threads and several memories on little data. */
export interface WasmOptions extends RunnerOptions {
  threads?: number;
  build?: "auto" | "plain";
}

/** Loads the kernels; workers start with the first call that is worth them. */
export async function createWasmBackend(options: WasmOptions = {}): Promise<ComputeBackend> {
  const pool = createPool(options.threads);
  const arena = createArena(options.mostPages);
  const kernel = await loadKernel("linear", { build: options.build ?? "auto", arena });
  const runner = createRunner(kernel, pool, options);
  return {
    name: `wasm ${kernel.build}`,
    threads: pool.threads,
    ...runner.memory,
    ...createVectorOps(runner),
    ...createMatrixOps(runner),
    ...createRowOps(runner),
    ...createStatisticsOps(runner),
    ...createOrderOps(runner),
    ...createQuantisedOps(runner),
    start: () => pool.start(),
    close: () => pool.close(),
  };
}
