/**
 * Folders that paths in statements reach under a name of their own, read-only: the sample data is
 * `/databricks-datasets` wherever the program is installed. A mount hides the real folder of the
 * same name, if there is one.
 */
import { join } from "node:path";
import { SovereignError } from "../../core/errors.ts";
import { isInside } from "../../core/io/index.ts";

/** A read-only folder under a name of its own. */
export interface FileMount {
  /** The name in statements: absolute, without a slash at the end. */
  path: string;
  /** Absolute folder it stands for. */
  folder: string;
}

/** The real path of a mounted one, also in the form `dbfs:/…`; null when no mount has it. */
export function resolveMounted(path: string, mounts: readonly FileMount[]): string | null {
  const plain = path.replace(/^dbfs:(?=\/)/i, "").replace(/^\/dbfs(?=\/)/, "");
  for (const mount of mounts) {
    if (plain !== mount.path && !plain.startsWith(`${mount.path}/`)) continue;
    const target = join(mount.folder, plain.slice(mount.path.length));
    if (isInside(mount.folder, target)) return target;
  }
  return null;
}

/** Throws PERMISSION_DENIED when the real path lies in a mount. */
export function refuseMounted(path: string, mounts: readonly FileMount[]): void {
  const mount = mounts.find(({ folder }) => isInside(folder, path));
  if (!mount) return;
  throw new SovereignError("PERMISSION_DENIED", `\`${mount.path}\` is read-only`, {
    hint: "choose a folder of the project",
    details: { path },
  });
}
