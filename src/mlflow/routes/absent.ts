/**
 * Routes of MLflow that this server has no machinery for: each answers 501 and names what is
 * missing, so that a client tells it from a wrong address. Workspaces answer as a server of MLflow
 * that runs without them.
 */
import { MlflowError } from "../wire/error.ts";
import { sendText } from "../wire/reply.ts";
import { type Method, type Route, rawRoute } from "./route.ts";

const JOBS = "/prompt-optimization/jobs";
const ABSENT: readonly (readonly [feature: string, routes: readonly string[]])[] = [
  [
    "prompt optimization",
    [
      `POST ${JOBS}`,
      `GET ${JOBS}/:job_id`,
      `DELETE ${JOBS}/:job_id`,
      `POST ${JOBS}/:job_id/cancel`,
      `GET ${JOBS}/search`,
      `POST ${JOBS}/search`,
    ],
  ],
  ["background jobs", ["GET /jobs/:job_id", "PATCH /jobs/cancel/:job_id"]],
  ["running scorers on the server", ["POST /scorer/invoke"]],
  ["detecting issues on the server", ["POST /issues/invoke"]],
  ["demo data", ["POST /demo/generate", "POST /demo/delete"]],
];

export const absentRoutes: readonly Route[] = [
  ...ABSENT.flatMap(([feature, routes]) =>
    routes.flatMap((line) => {
      const [method = "GET", path = ""] = line.split(" ");
      const refuse = () => {
        throw new MlflowError("NOT_IMPLEMENTED", `This server does not implement ${feature}.`);
      };
      return ["/api", "/ajax-api"].map((prefix) =>
        rawRoute(method as Method, `${prefix}/3.0/mlflow${path}`, refuse),
      );
    }),
  ),
  // MLflow's own server answers these, which are another's, with an empty page.
  ...["/api", "/ajax-api"].flatMap((prefix) =>
    ["unified-traces", "get-online-trace-details"].map((name) =>
      rawRoute("GET", `${prefix}/2.0/mlflow/${name}`, ({ response }) =>
        sendText(response, 404, "", "text/html"),
      ),
    ),
  ),
  ...["/api", "/ajax-api"].flatMap((prefix) => {
    const path = `${prefix}/3.0/mlflow/workspaces`;
    const one = `${path}/:workspace_name`;
    return [
      ...(["GET", "POST"] as const).map((method) => workspaceRoute(method, path, path)),
      ...(["GET", "PATCH", "DELETE"] as const).map((method) =>
        workspaceRoute(method, one, `${path}/<workspace_name>`),
      ),
    ];
  }),
];

function workspaceRoute(method: Method, path: string, shown: string): Route {
  const text = `Endpoint: ${shown} disabled because the server is running without workspaces support. To enable workspace, run \`mlflow server\` with \`--enable-workspaces\``;
  return rawRoute(method, path, ({ response }) => sendText(response, 503, text, "text/html"));
}
