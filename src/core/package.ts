/**
 * Where the installed package lies and which version it is. Works from the bundle (`dist/cli`,
 * `dist/lib`), from a TypeScript source run by a test, and from a copy under `node_modules`.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

let root: string | undefined;
let version: string | undefined;

/** Absolute folder of the package: the nearest one above this file that holds `package.json`. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("no package.json above the running code");
    folder = parent;
  }
  root = folder;
  return folder;
}

/** The package's version, for example `0.1.0`. */
export function packageVersion(): string {
  version ??= (
    JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }
  ).version;
  return version;
}
