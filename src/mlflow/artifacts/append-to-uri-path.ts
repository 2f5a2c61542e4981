/**
 * Where an artifact root and a path meet: MLflow's `append_to_uri_path` (utils/uri.py), which the
 * locations stored with experiments, runs and models are made by.
 */
import { invalidParameter } from "../wire/error.ts";

/** Scheme, authority, path, query and fragment of a URI. */
const URI = /^([A-Za-z][A-Za-z0-9+.-]*:)(\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
/** Python's urlunparse writes an empty authority out for these. */
const WITH_AUTHORITY = new Set(["file:", "http:", "https:", "ftp:", "sftp:"]);

/**
 * `uri` with `path` behind its path: `s3://b/x?v=1` and `7` make `s3://b/x/7?v=1`. An absolute
 * `path` is appended all the same.
 */
export function appendToUriPath(uri: string, path: string): string {
  const match = URI.exec(uri);
  if (match === null) return joinPaths(uri, path);
  const [, scheme = "", authority, base = "", query = "", fragment = ""] = match;
  if (/(?:\.|%2e){2}/i.test(query)) throw invalidParameter("Invalid query string");
  const isEmptyHost = authority === undefined && base.startsWith("/");
  const host = isEmptyHost && WITH_AUTHORITY.has(scheme.toLowerCase()) ? "//" : (authority ?? "");
  const joined = joinPaths(base === "" && host !== "" ? "/" : base, path);
  const tail = (query === "" ? "" : `?${query}`) + (fragment === "" ? "" : `#${fragment}`);
  return scheme.toLowerCase() + host + joined + tail;
}

function joinPaths(base: string, path: string): string {
  if (base === "") return path;
  const suffix = path.replace(/^\/+/, "");
  return base.endsWith("/") ? base + suffix : `${base}/${suffix}`;
}
