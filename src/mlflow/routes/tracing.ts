/** Every route about traces. */
import { assessmentRoutes } from "./assessments.ts";
import { otlpRoutes } from "./otlp.ts";
import type { Route } from "./route.ts";
import { traceDataRoutes } from "./trace-data.ts";
import { traceRoutes } from "./traces.ts";
import { traceV2Routes } from "./traces-v2.ts";

export const tracingRoutes: readonly Route[] = [
  ...traceRoutes,
  ...traceV2Routes,
  ...traceDataRoutes,
  ...assessmentRoutes,
  ...otlpRoutes,
];
