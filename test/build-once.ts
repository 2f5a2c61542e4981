/** Before the first test: `dist/` as the sources are now, for the tests that start processes. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Builds when a source is newer than the bundle. */
export default function buildOnce(): void {
  const stamp = join(repository, "dist/cli.meta.json");
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const sources = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" });
  const isStale = sources.some((name) => statSync(join(repository, "src", name)).mtimeMs > builtAt);
  if (!isStale) return;
  const build = join(repository, "src/dev/build.mjs");
  const run = spawnSync(process.execPath, [build, "--no-types"], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`the build failed:\n${run.stdout}${run.stderr}`);
}
