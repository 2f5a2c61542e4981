/**
 * Which artifact locations an experiment may be given, and what is stored for them: `urlparse` and
 * `resolve_uri_if_local` of MLflow. See `../artifacts/append-to-uri-path.ts` for what is added.
 */
import { invalidParameter } from "../wire/error.ts";
import { unquote } from "../wire/python-url.ts";
import { isLongerThan } from "./names.ts";

const URI = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
/** Python takes `;` in the last segment for parameters in URIs of these schemes only. */
const WITH_PARAMETERS = /^(ftp|hdl|prospero|s?https?|rtsps?|sips?|mms|sftp|tel|)$/i;

interface Uri {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Refuses an artifact location that MLflow refuses: fragments, climbing queries, `runs:/`. */
export function checkArtifactLocation(location: string, limit: number): void {
  const { scheme, path, query, fragment } = splitUri(location);
  const hasParameters = WITH_PARAMETERS.test(scheme) && /;[^/]+$/.test(path);
  if (fragment !== "" || hasParameters) {
    throw invalidParameter("'artifact_location' URL can't include fragments or params.");
  }
  if (isClimbing(query)) throw invalidParameter("Invalid query string");
  if (location.startsWith("runs:")) {
    throw invalidParameter(`Artifact location cannot be a runs:/ URI. Given: '${location}'`);
  }
  if (!isLongerThan(location, limit)) return;
  throw invalidParameter(
    `Invalid artifact path length. The length of the artifact path cannot be greater than ${limit} characters. To configure this limit, please set the MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH environment variable.`,
  );
}

/** A relative local path or `file:` URI as an absolute one; anything else as it is. */
export function resolveLocation(location: string, cwd: string): string {
  const { scheme, host, path, query, fragment } = splitUri(location);
  if (scheme === "") return location.startsWith("/") ? location : below(cwd, location);
  if (scheme.toLowerCase() !== "file") return location;
  if (!/^(\.$|localhost|127\.0\.0\.1|$)/.test(host)) {
    throw invalidParameter(
      `${location} is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB (e.g. smb://<hostname>/<path>).`,
    );
  }
  if (path.startsWith("/")) return location;
  const tail = (query === "" ? "" : `?${query}`) + (fragment === "" ? "" : `#${fragment}`);
  return `file://${below(cwd, path)}${tail}`;
}

function splitUri(uri: string): Uri {
  const [, scheme = "", host = "", path = "", query = "", fragment = ""] = URI.exec(uri) ?? [];
  return { scheme, host, path, query, fragment };
}

/** A query that is decoded often enough may hold `..`, however often it was encoded. */
function isClimbing(query: string): boolean {
  let text = query;
  for (let round = 0; round < 10; round++) text = unquote(text);
  return text.includes("..");
}

/** `cwd.joinpath(path)` of Python, which keeps `..`. */
function below(cwd: string, path: string): string {
  const segments = unquote(path).split("/");
  return [cwd, ...segments.filter((segment) => segment !== "" && segment !== ".")].join("/");
}
