/** Every route of the server. */
import { modelVersionRoutes } from "./model-versions.ts";
import { registeredModelRoutes } from "./registered-models.ts";
import type { Route } from "./route.ts";
import { serverRoutes } from "./server.ts";
import { tracingRoutes } from "./tracing.ts";

export const ROUTES: readonly Route[] = [
  ...serverRoutes,
  ...registeredModelRoutes,
  ...modelVersionRoutes,
  ...tracingRoutes,
];
