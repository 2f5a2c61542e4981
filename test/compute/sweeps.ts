/** Every operation with a sweep. */

import { type SweepCase, VECTOR_SWEEPS } from "./sweep.ts";
import { QUANTISED_SWEEPS } from "./sweep-quantised.ts";
import { ROW_SWEEPS } from "./sweep-rows.ts";
import { STATISTICS_SWEEPS } from "./sweep-statistics.ts";

export const SWEEPS: Readonly<Record<string, SweepCase>> = {
  ...VECTOR_SWEEPS,
  ...ROW_SWEEPS,
  ...STATISTICS_SWEEPS,
  ...QUANTISED_SWEEPS,
};
