/** `npm start`: builds what is missing and runs the main job, `sovereign start`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const run = (...args) => spawnSync(process.execPath, args, { stdio: "inherit", cwd: root });

const isBuilt = existsSync(join(root, "dist", "cli", "main.js"));
const build = isBuilt ? null : run(join(root, "src", "dev", "build.mjs"), "--no-types");
if (build !== null && build.status !== 0) process.exitCode = build.status ?? 1;
else {
  const { status } = run(join(root, "bin", "sovereign.js"), "start", ...process.argv.slice(2));
  process.exitCode = status ?? 130;
}
