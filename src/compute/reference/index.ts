/** The reference backend: every operation as plain TypeScript, the definition of the kernels. */
import type { ComputeBackend } from "../backend.ts";
import { matrixOps } from "./matrix.ts";
import { orderOps } from "./order.ts";
import { quantisedOps } from "./quantised.ts";
import { rowOps } from "./rows.ts";
import { statisticsOps } from "./statistics.ts";
import { vectorOps } from "./vectors.ts";

/** Slow and clear; one thread, ordinary arrays. */
export const referenceBackend: ComputeBackend = {
  name: "reference",
  threads: 1,
  float32: (length) => new Float32Array(length),
  int8: (length) => new Int8Array(length),
  uint8: (length) => new Uint8Array(length),
  free: () => {},
  start: async () => 1,
  close: async () => {},
  ...vectorOps,
  ...matrixOps,
  ...rowOps,
  ...statisticsOps,
  ...orderOps,
  ...quantisedOps,
};
