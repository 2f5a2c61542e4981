/**
 * Paths as the log writes them (PROTOCOL.md, "Add File and Remove File"): RFC 2396 text, relative
 * to the table's root or an absolute URI. Only local files are reachable from here; other schemes
 * are named in the error.
 */
import { join, normalize } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import type { DeletionVectorDescriptor } from "./types.ts";

const SCHEME = /^[a-zA-Z][a-zA-Z0-9+.-]*:/;
const NEEDS_CARE = /[%:]|^\/|\/\//;

/**
 * The form under which two spellings of one file are equal: percent escapes decoded, `file:/p`,
 * `file:///p` and `/p` the same. Relative stays relative, as in Spark: a relative add is not
 * cancelled by an absolute remove.
 */
export function canonicalPath(path: string): string {
  if (!NEEDS_CARE.test(path)) return path;
  const decoded = decodePercent(path);
  if (decoded.startsWith("file:")) return `/${decoded.slice(5).replace(/^\/+/, "")}`;
  return SCHEME.test(decoded) ? decoded : decoded.replace(/\/{2,}/g, "/");
}

/** Identity of a logical file within a version: its path and its deletion vector. */
export function fileKey(path: string, vector: DeletionVectorDescriptor | null | undefined): string {
  const canonical = canonicalPath(path);
  return vector ? `${canonical}\u0000${deletionVectorId(vector)}` : canonical;
}

/** `uniqueId` of the protocol: storage type, path or data, and the offset when there is one. */
export function deletionVectorId(vector: DeletionVectorDescriptor): string {
  const base = vector.storageType + vector.pathOrInlineDv;
  return vector.offset === undefined || vector.offset === null ? base : `${base}@${vector.offset}`;
}

/** Local absolute path of a file the log names. */
export function resolveLogPath(tableRoot: string, path: string): string {
  const canonical = canonicalPath(path);
  if (canonical.includes("\u0000")) {
    throw new SovereignError("DATA_LOSS", `the log names a path with a zero byte: \`${path}\``, {
      hint: "restore the log from a backup, or read an earlier version of the table",
      details: { source: `${tableRoot}/_delta_log` },
    });
  }
  if (canonical.startsWith("/")) return normalize(canonical);
  const scheme = SCHEME.exec(canonical);
  // `a:b.parquet` is a legal relative name only when its colon is escaped.
  if (scheme !== null && SCHEME.test(path)) {
    throw new SovereignError("NOT_IMPLEMENTED", `files under \`${scheme[0]}\` cannot be read`, {
      hint: "copy the table to a local folder; only local files are supported",
      details: { path, scheme: scheme[0] },
    });
  }
  return join(tableRoot, canonical);
}

function decodePercent(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    // NOTE: not RFC 2396; delta-rs and kernel-rs take such a name as it stands.
    return path;
  }
}
