/** Every operation with a sweep. */

import { type SweepCase, VECTOR_SWEEPS } from "./sweep.ts";
import { ROW_SWEEPS } from "./sweep-rows.ts";

export const SWEEPS: Readonly<Record<string, SweepCase>> = { ...VECTOR_SWEEPS, ...ROW_SWEEPS };
