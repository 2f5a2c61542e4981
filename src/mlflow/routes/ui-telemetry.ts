/** The web UI's telemetry: it is off, and whatever is sent goes nowhere. */
import { apiRoute, type Route } from "./route.ts";

export const uiTelemetryRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/ui-telemetry",
    version: "3.0",
    isAjaxOnly: true,
    handle: () => ({
      disable_ui_telemetry: true,
      disable_ui_events: [],
      ui_rollout_percentage: 0,
    }),
  }),
  apiRoute({
    method: "POST",
    path: "/ui-telemetry",
    version: "3.0",
    isAjaxOnly: true,
    handle: () => ({ status: "disabled" }),
  }),
];
