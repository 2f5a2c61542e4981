/** The files of logged models and of model versions, for the web pages that show them. */
import { below, placeOf } from "../artifacts/locate.ts";
import { safeArtifactPath } from "../artifacts/safe-path.ts";
import { sendArtifact } from "../artifacts/send-file.ts";
import { readArtifactRoot } from "../store/artifact-roots.ts";
import { getLoggedModel } from "../store/logged-models.ts";
import { getVersion } from "../store/model-versions.ts";
import { isString } from "../wire/checks.ts";
import { MlflowError } from "../wire/error.ts";
import { listBelow, sendBadRequest } from "./artifacts.ts";
import { apiRoute, type Context, type Route, rawRoute } from "./route.ts";

export const modelArtifactRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/logged-models/:model_id/artifacts/directories",
    fields: {
      model_id: "string",
      artifact_directory_path: "string",
      page_token: "string",
    },
    checks: { artifact_directory_path: [isString] },
    handle: async ({ context, path: { model_id = "" }, message }) => {
      const given = message.artifact_directory_path;
      const path = given === undefined ? "" : safeArtifactPath(given);
      const { artifactUri } = getLoggedModel(context.database, model_id);
      return { root_uri: artifactUri, files: await listBelow(artifactUri, path, context) };
    },
  }),
  rawRoute(
    "GET",
    "/ajax-api/2.0/mlflow/logged-models/:model_id/artifacts/files",
    async ({ context, path: { model_id = "" }, query, response }) => {
      const path = query.get("artifact_file_path");
      if (!path) {
        throw new MlflowError(
          "BAD_REQUEST",
          'Request must include the "artifact_file_path" query parameter.',
        );
      }
      const safe = safeArtifactPath(path);
      const { artifactUri } = getLoggedModel(context.database, model_id);
      await sendArtifact(response, below(placeOf(artifactUri, context.settings), safe));
    },
  ),
  rawRoute("GET", "/model-versions/get-artifact", async ({ context, query, response }) => {
    const path = query.get("path");
    if (path === null) return sendBadRequest({ response });
    const safe = safeArtifactPath(path);
    const version = getVersion(
      context.database,
      query.get("name") ?? "",
      query.get("version") ?? "",
    );
    const uri = version.storageLocation || version.source || "";
    await sendArtifact(response, below(placeOfVersion(uri, context), safe));
  }),
];

/** A version may point at a run: `runs:/id/path`. */
function placeOfVersion(uri: string, context: Context) {
  const [, runId, path = ""] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (runId === undefined) return placeOf(uri, context.settings);
  const root = readArtifactRoot(context.database, runId);
  return below(placeOf(root, context.settings), safeArtifactPath(path));
}
