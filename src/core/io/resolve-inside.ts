/**
 * Joining a path that came from elsewhere (a log, a URL, a flag) to a folder it must not leave.
 * Symbolic links are followed before judging: a link below the root that points outside is refused.
 */
import { lstatSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { SovereignError } from "../errors.ts";
import { errnoOf } from "./fsync.ts";

/**
 * The absolute path of `relativePath` below `root`; it need not exist yet. Throws PERMISSION_DENIED
 * when it leaves the root by `..`, by being absolute, or through a symbolic link.
 */
export function resolveInside(root: string, relativePath: string): string {
  if (relativePath.includes("\0") || isAbsolute(relativePath)) throw escapes(root, relativePath);
  const base = resolve(root);
  const target = join(base, relativePath);
  if (!isInside(base, target)) throw escapes(root, relativePath);
  const realBase = realpathOfNearest(base);
  if (!isInside(realBase, realpathOfNearest(target))) throw escapes(root, relativePath);
  return target;
}

/** Whether `path` is `root` or below it, by name alone. */
export function isInside(root: string, path: string): boolean {
  const step = relative(root, path);
  return step !== ".." && !step.startsWith(`..${sep}`) && !isAbsolute(step);
}

/** The real path of the nearest existing ancestor, with the missing rest appended. */
function realpathOfNearest(path: string): string {
  let isBelowFile = false;
  try {
    return realpathSync.native(path);
  } catch (error) {
    isBelowFile = errnoOf(error) === "ENOTDIR";
    if (!isBelowFile && errnoOf(error) !== "ENOENT") throw error;
  }
  if (!isBelowFile && isDanglingLink(path)) {
    throw new SovereignError("PERMISSION_DENIED", `\`${path}\` is a symbolic link to nowhere`, {
      hint: "remove the link",
    });
  }
  const parent = dirname(path);
  return parent === path ? path : join(realpathOfNearest(parent), relative(parent, path));
}

function isDanglingLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function escapes(root: string, relativePath: string): SovereignError {
  return new SovereignError(
    "PERMISSION_DENIED",
    `path \`${relativePath}\` leaves the folder \`${root}\``,
    { hint: "use a path below that folder", details: { root, path: relativePath } },
  );
}
