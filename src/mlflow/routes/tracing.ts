/** Every route about traces, and the UI's telemetry, which is off. */
import { assessmentRoutes } from "./assessments.ts";
import { otlpRoutes } from "./otlp.ts";
import type { Route } from "./route.ts";
import { traceDataRoutes } from "./trace-data.ts";
import { traceMetricRoutes } from "./trace-metrics.ts";
import { traceSearchRoutes } from "./trace-search.ts";
import { traceRoutes } from "./traces.ts";
import { traceV2Routes } from "./traces-v2.ts";
import { uiTelemetryRoutes } from "./ui-telemetry.ts";

export const tracingRoutes: readonly Route[] = [
  ...traceRoutes,
  ...traceV2Routes,
  ...traceDataRoutes,
  ...traceSearchRoutes,
  ...traceMetricRoutes,
  ...assessmentRoutes,
  ...otlpRoutes,
  ...uiTelemetryRoutes,
];
