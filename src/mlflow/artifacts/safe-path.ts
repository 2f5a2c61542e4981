/**
 * Artifact paths that clients send. Every published traversal of MLflow came through a path decoded
 * once too few times or taken for a URI, so it is decoded until it stands still and then judged.
 */
import { invalidParameter } from "../wire/error.ts";

const MAX_DECODINGS = 10;

/**
 * The relative path `text` stands for, decoded. Refuses with 400 `Invalid path`: `..`, absolute
 * paths of any system, URIs, fragments, NUL and what does not decode.
 */
export function safeArtifactPath(text: string): string {
  const path = decodeFully(text);
  const isUnsafe =
    path.includes("\0") ||
    path.includes("#") ||
    path.startsWith("/") ||
    path.startsWith("\\") ||
    /^[A-Za-z]:[\\/]/.test(path) ||
    /^file:/i.test(path) ||
    path.split(/[/\\]/).includes("..");
  if (isUnsafe) throw invalidParameter("Invalid path");
  return path;
}

/** The part of a raw URL path after `prefix`, judged. */
export function safeRawPath(rawPath: string, prefix: string): string {
  return safeArtifactPath(rawPath.slice(rawPath.indexOf(prefix) + prefix.length));
}

function decodeFully(text: string): string {
  let path = text;
  for (let round = 0; round < MAX_DECODINGS; round++) {
    const decoded = decodeOnce(path);
    if (decoded === path) return path;
    path = decoded;
  }
  throw invalidParameter("Invalid path");
}

function decodeOnce(text: string): string {
  if (!text.includes("%")) return text;
  try {
    // A `%` that starts no escape stands for itself, as in Python's unquote.
    return decodeURIComponent(text.replace(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  } catch {
    throw invalidParameter("Invalid path");
  }
}
