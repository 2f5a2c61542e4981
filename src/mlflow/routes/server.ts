/** What the server says of itself: liveness, version, kind of store. */
import { sendText } from "../wire/reply.ts";
import { apiRoute, type Route, rawRoute } from "./route.ts";

/** The MLflow release whose REST API, schema and messages this server has. */
export const MLFLOW_VERSION = "3.11.1";

export const serverRoutes: readonly Route[] = [
  rawRoute("GET", "/health", ({ response }) => sendText(response, 200, "OK", "text/html")),
  rawRoute("GET", "/version", ({ response }) =>
    sendText(response, 200, MLFLOW_VERSION, "text/html"),
  ),
  apiRoute({
    method: "GET",
    path: "/server-info",
    version: "3.0",
    handle: () => ({ store_type: "SqlStore", workspaces_enabled: false }),
  }),
];
