/** The kernels on other versions of Node: 200 random shapes each (CASES for more), both builds,
 * 1 and 2 threads. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { REPOSITORY } from "../../source-tree.ts";

const CASES = Number(process.env.CASES ?? 200);
const lanesPath = join(REPOSITORY, ".interop", "lanes.json");
const lanes: Record<string, { skipped: string | null }> = existsSync(lanesPath)
  ? JSON.parse(readFileSync(lanesPath, "utf8"))
  : {};
const skipped =
  lanes.nodes === undefined ? "npm run test:interop installs them" : lanes.nodes.skipped;
if (skipped !== null) console.log(`skipped: other versions of Node (${skipped})`);

test.skipIf(skipped !== null).each(["22", "24"])(
  "Node %s",
  (major) => {
    const node = join(REPOSITORY, ".interop/nodes/node_modules", `node${major}`, "bin/node");
    const program = ["src/dev/run-ts.mjs", "test/compute/run-sweeps.ts", String(CASES)];
    const run = spawnSync(node, program, { cwd: REPOSITORY, encoding: "utf8" });
    expect(run.stderr).toBe("");
    const { version, builds } = JSON.parse(run.stdout) as { version: string; builds: string[] };
    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    expect(builds).toEqual(["wasm plain", "wasm relaxed"]);
  },
  1_800_000,
);
