/**
 * From an artifact URI of a run, model or trace to the folder that holds it: proxied URIs
 * (`mlflow-artifacts:`, also as `http:` of this server) lie under the artifacts destination, local
 * ones are folders themselves. Object stores are the clients' own business.
 */
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isInside } from "../../core/io/index.ts";
import type { Settings } from "../routes/route.ts";
import { invalidParameter, MlflowError } from "../wire/error.ts";
import { safeArtifactPath } from "./safe-path.ts";

/** A folder of artifacts: `path` below `root`, which nothing may leave. */
export interface ArtifactPlace {
  root: string;
  path: string;
}

/** Where the artifacts of `uri` lie. 501 for schemes that only clients can reach. */
export function placeOf(uri: string, settings: Settings): ArtifactPlace {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
    case "file":
      return placeOfLocal(toFolder(uri), settings);
    case "mlflow-artifacts":
    case "http":
    case "https":
      return placeOfProxied(uri, settings);
    default:
      throw new MlflowError(
        "NOT_IMPLEMENTED",
        `This server does not read artifacts from '${scheme}:' locations; clients reach them themselves.`,
      );
  }
}

/** `a/b` below a place, judged. */
export function below(place: ArtifactPlace, path: string): ArtifactPlace {
  const parts = [place.path, safeArtifactPath(path)].filter((part) => part !== "");
  return { root: place.root, path: parts.join("/") };
}

/** The folder a local artifact location names, as the server's flags take it. */
export function toFolder(location: string): string {
  if (!/^file:/i.test(location)) return resolve(location);
  try {
    const url = new URL(location);
    // SQLAlchemy-style `file:relative` and `file:///absolute` both occur.
    const path = fileURLToPath(new URL(`file://${url.pathname}`));
    return isAbsolute(path) ? path : resolve(path);
  } catch {
    throw invalidParameter(`Invalid artifact location: '${location}'`);
  }
}

/**
 * A client may name any folder when it creates an experiment; the server reads only below its own
 * roots, or `/etc` could be listed (CVE-2023-6909 and its kin).
 */
function placeOfLocal(folder: string, settings: Settings): ArtifactPlace {
  const root = settings.localRoots.find((candidate) => isInside(candidate, folder));
  if (root !== undefined) return { root, path: relative(root, folder) };
  throw new MlflowError(
    "PERMISSION_DENIED",
    `This server does not read artifacts from '${folder}': it is outside of its artifact root.`,
  );
}

const PROXY_ROUTE = /^.*?\/api\/2\.0\/mlflow-artifacts\/artifacts(\/|$)/;

function placeOfProxied(uri: string, settings: Settings): ArtifactPlace {
  if (!settings.servesArtifacts) {
    throw new MlflowError("NOT_IMPLEMENTED", "This server does not serve artifacts.");
  }
  const withoutScheme = uri.replace(/^[a-z-]+:(\/\/[^/]*)?/i, "");
  const path = withoutScheme.replace(PROXY_ROUTE, "").replace(/^\/+/, "").replace(/\/+$/, "");
  return { root: settings.artifactsDestination, path: safeArtifactPath(path) };
}
