/**
 * The numeric floor: SIMD kernels behind typed arrays. `openCompute` for operations, `loadKernel`
 * for a capability's own kernel, `createPool` to spread one over threads. Read `backend.ts` first.
 */
import { optional, requireObjectOf, requireOneOf } from "../core/arguments.ts";
import type { ComputeBackend } from "./backend.ts";
import { requireThreadCount } from "./check.ts";
import { checkOperands } from "./operands.ts";
import { referenceBackend } from "./reference/index.ts";
import { createWasmBackend } from "./wasm/backend.ts";

export type {
  Activation,
  AttentionShape,
  Bins,
  ComputeBackend,
  GemmShape,
  MatrixOps,
  MemoryOps,
  Metric,
  Moments,
  NormOptions,
  OrderOps,
  PackedMatrix,
  QuantisedOps,
  RowOps,
  ScanOptions,
  StatisticsOps,
  TopResult,
  VectorOps,
  WeightFormat,
} from "./backend.ts";
export { type Blake3, type Blake3Hasher, type Blake3Options, openBlake3 } from "./blake3.ts";
export { type Measurement, measureCompute } from "./measure.ts";
export { createPool, defaultThreads, type KernelPool, type PoolKernel } from "./pool.ts";
export { type Arena, createArena } from "./wasm/arena.ts";
export {
  type Kernel,
  type KernelName,
  type LoadKernelOptions,
  loadKernel,
} from "./wasm/load-kernel.ts";
export {
  instantiate,
  type KernelExports,
  type KernelFunction,
  type WasmMemory,
  type WasmModule,
} from "./wasm/webassembly.ts";

export interface ComputeOptions {
  /** `reference` is the definition, for comparisons. */
  backend?: "wasm" | "reference";
  /** Threads of a call, this one included; by default the cores of the machine, at most 16. */
  threads?: number;
  /** `plain`: the same bits on every machine and for any number of threads. */
  build?: "auto" | "plain";
}

const requireComputeOptions = requireObjectOf({
  backend: optional(requireOneOf("wasm", "reference")),
  threads: optional(requireThreadCount),
  build: optional(requireOneOf("auto", "plain")),
});

/** Opens a backend; `close` it to end its threads. */
export async function openCompute(options: ComputeOptions = {}): Promise<ComputeBackend> {
  requireComputeOptions(options, "the options");
  const { backend = "wasm", ...settings } = options;
  return checkOperands(
    backend === "reference" ? referenceBackend : await createWasmBackend(settings),
  );
}
