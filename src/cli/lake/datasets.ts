/** The sample data that comes with the program, as paths of SQL, `lake fs` and `lake import`. */
import { join } from "node:path";

import { packageRoot } from "../../core/package.ts";
import { type FileMount, resolveMounted } from "../../lake/exec/file-mounts.ts";

/** Read-only folders of every project. */
export function sampleMounts(): FileMount[] {
  return [{ path: "/databricks-datasets", folder: join(packageRoot(), "courses", "datasets") }];
}

/** The real path of a sample file, or null when the path is not below a mount. */
export function resolveSample(path: string): string | null {
  return resolveMounted(path, sampleMounts());
}
