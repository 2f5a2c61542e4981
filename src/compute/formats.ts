/**
 * Block sizes of GGML's weight formats (ggml-quants, 2026): `bytes` hold `values` weights. The
 * vector beside them is rounded to codes in groups of `group` values; 0 where it stays f32.
 */
import type { WeightFormat } from "./backend.ts";

export interface WeightFormatSize {
  readonly bytes: number;
  readonly values: number;
  readonly group: number;
  /** Its kernel takes the sums of every 16 codes, for what is added to a block or taken off it. */
  readonly hasSums?: true;
}

export const WEIGHT_FORMATS: Readonly<Record<WeightFormat, WeightFormatSize>> = {
  Q8_0: { bytes: 34, values: 32, group: 32 },
  Q4_0: { bytes: 18, values: 32, group: 32 },
  Q4_1: { bytes: 20, values: 32, group: 32, hasSums: true },
  Q5_0: { bytes: 22, values: 32, group: 32 },
  Q5_1: { bytes: 24, values: 32, group: 32, hasSums: true },
  Q4_K: { bytes: 144, values: 256, group: 256, hasSums: true },
  Q5_K: { bytes: 176, values: 256, group: 256, hasSums: true },
  Q6_K: { bytes: 210, values: 256, group: 256, hasSums: true },
  F16: { bytes: 2, values: 1, group: 0 },
  BF16: { bytes: 2, values: 1, group: 0 },
};
