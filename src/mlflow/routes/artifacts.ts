/**
 * Artifacts: listings of runs, and the proxy through which clients store and fetch bytes without
 * credentials of their own. Bodies are streamed both ways. Multipart and presigned transfers answer
 * 501, and clients fall back to the proxy.
 */
import { posix } from "node:path";
import { Readable } from "node:stream";
import { readBody } from "../../core/http/index.ts";
import {
  type ArtifactInfo,
  deleteArtifact,
  listArtifacts,
  uploadArtifact,
} from "../artifacts/folder.ts";
import { type ArtifactPlace, below, placeOf } from "../artifacts/locate.ts";
import { safeArtifactPath, safeRawPath } from "../artifacts/safe-path.ts";
import { sendArtifact } from "../artifacts/send-file.ts";
import { readArtifactRoot } from "../store/artifact-roots.ts";
import { isString, required } from "../wire/checks.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import { sendJson, sendPage, sendText } from "../wire/reply.ts";
import {
  apiRoute,
  type Context,
  type Exchange,
  type Method,
  type Route,
  rawRoute,
} from "./route.ts";

const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;
const PROXY = "/mlflow-artifacts/artifacts";

export const artifactRoutes: readonly Route[] = [
  apiRoute({
    method: "GET",
    path: "/artifacts/list",
    fields: { run_id: "string", run_uuid: "string", path: "string", page_token: "string" },
    checks: { run_id: [isString, required], path: [isString], page_token: [isString] },
    handle: async ({ context, message }) => {
      const path = message.path === undefined ? "" : safeArtifactPath(message.path);
      const rootUri = readArtifactRoot(context.database, message.run_id ?? message.run_uuid ?? "");
      return { root_uri: rootUri, files: await listBelow(rootUri, path, context) };
    },
  }),
  ...proxyRoutes("GET", "", async ({ context, query, response }) => {
    const path = query.has("path") ? safeArtifactPath(query.get("path") ?? "") : "";
    const entries = await listArtifacts(requireDestination(context), path);
    const files = entries.map((entry) => toFile(entry, posix.basename(entry.path)));
    sendJson(response, 200, files.length === 0 ? {} : { files });
  }),
  ...proxyRoutes("GET", "/*", ({ context, rawPath, response }) =>
    sendArtifact(response, proxied(context, rawPath)),
  ),
  ...proxyRoutes("PUT", "/*", async ({ context, rawPath, request, response }) => {
    const { root, path } = proxied(context, rawPath);
    await uploadArtifact(root, path, request);
    sendJson(response, 200, {});
  }),
  ...proxyRoutes("DELETE", "/*", async ({ context, rawPath, response }) => {
    const { root, path } = proxied(context, rawPath);
    await deleteArtifact(root, path);
    sendJson(response, 200, {});
  }),
  ...["create", "complete", "abort"].flatMap((step) =>
    bothPrefixes("POST", `/mlflow-artifacts/mpu/${step}/*`, () => {
      throw unsupported("upload");
    }),
  ),
  ...bothPrefixes("GET", "/mlflow-artifacts/presigned/*", () => {
    throw unsupported("download");
  }),
  rawRoute("POST", "/ajax-api/2.0/mlflow/upload-artifact", async (exchange) => {
    await uploadForRun(exchange);
    sendText(exchange.response, 200, "", "application/json");
  }),
  rawRoute("GET", "/get-artifact", async ({ context, query, response }) => {
    const path = query.get("path");
    if (path === null) return sendBadRequest({ response });
    const runId = query.get("run_id") ?? query.get("run_uuid") ?? "";
    const safe = safeArtifactPath(path);
    const rootUri = readArtifactRoot(context.database, runId);
    await sendArtifact(response, below(placeOf(rootUri, context.settings), safe));
  }),
];

/** The web UI's upload of a small file to a run. */
async function uploadForRun({ context, query, request }: Exchange): Promise<void> {
  const runId = query.get("run_uuid") ?? "";
  if (runId === "") throw invalidParameter("Request must specify run_uuid.");
  const path = query.get("path") ?? "";
  if (path === "") throw invalidParameter("Request must specify path.");
  const safe = safeArtifactPath(path);
  if (Number(request.headers["content-length"] ?? 0) > MAX_UPLOAD_BYTES) {
    throw invalidParameter("Artifact size is too large. Max size is 10MB.");
  }
  const body = await readBody(request, MAX_UPLOAD_BYTES);
  if (body.length === 0) throw invalidParameter("Request must specify data.");
  const rootUri = readArtifactRoot(context.database, runId);
  const place = below(placeOf(rootUri, context.settings), safe);
  await uploadArtifact(place.root, place.path, Readable.from([body]));
}

/** Flask's page for a missing query parameter. */
export function sendBadRequest({ response }: Pick<Exchange, "response">): void {
  const text = "The browser (or proxy) sent a request that this server could not understand.";
  sendPage(response, 400, "Bad Request", text);
}

/** The files in the folder `path` of an artifact root, by their paths below that root. */
export async function listBelow(rootUri: string, path: string, context: Context) {
  const { root, path: folder } = below(placeOf(rootUri, context.settings), path);
  const entries = await listArtifacts(root, folder);
  if (entries.length === 0) return undefined;
  const prefix = path === "" ? "" : `${path}/`;
  return entries.map((entry) => toFile(entry, prefix + posix.basename(entry.path)));
}

/** MLflow leaves the size out where it is zero. */
function toFile(entry: ArtifactInfo, path: string) {
  const size = entry.isDirectory || entry.sizeBytes === 0 ? undefined : entry.sizeBytes;
  return { path, is_dir: entry.isDirectory, file_size: size };
}

function proxied(context: Context, rawPath: string): ArtifactPlace {
  const root = requireDestination(context);
  return { root, path: safeRawPath(rawPath, `${PROXY}/`) };
}

function requireDestination({ settings }: Context): string {
  if (settings.servesArtifacts) return settings.artifactsDestination;
  throw new MlflowError(
    "NOT_IMPLEMENTED",
    "Endpoint disabled due to the mlflow server running with `--no-serve-artifacts`.",
  );
}

function unsupported(direction: "upload" | "download"): MlflowError {
  return new MlflowError(
    "NOT_IMPLEMENTED",
    `Multipart ${direction} is not supported for the current artifact repository`,
  );
}

function proxyRoutes(method: Method, rest: string, handle: (exchange: Exchange) => Promise<void>) {
  return bothPrefixes(method, PROXY + rest, handle);
}

function bothPrefixes(
  method: Method,
  path: string,
  handle: (exchange: Exchange) => void | Promise<void>,
): Route[] {
  return ["/api/2.0", "/ajax-api/2.0"].map((prefix) => rawRoute(method, prefix + path, handle));
}
