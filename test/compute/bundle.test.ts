/** The kernels out of the built library: embedded, threaded, guarded, and no reason to stay alive. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { REPOSITORY } from "../source-tree.ts";

const LIBRARY = pathToFileURL(join(REPOSITORY, "dist/lib/index.js")).href;
const PROGRAM = `
  const { openCompute } = await import(${JSON.stringify(LIBRARY)});
  const compute = await openCompute({ threads: 2 });
  const threads = await compute.start();
  const rows = compute.float32(4000 * 384).fill(1);
  rows[3999 * 384] = 2;
  const query = new Float32Array(384).fill(1);
  const [top] = compute.scanTop("dot", query, rows, { k: 2, dimensions: 384 });
  console.log(JSON.stringify([threads, [...top.indices], [...top.scores]]));
`;

test("the library computes on two threads and ends without being closed", () => {
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(run.stderr).toBe("");
  expect(JSON.parse(run.stdout)).toEqual([2, [3999, 0], [385, 384]]);
});

test("no kernel is a file of its own at run time", () => {
  for (const name of ["lib", "cli"]) {
    const files = readdirSync(join(REPOSITORY, "dist", name));
    expect(files.filter((file) => file.endsWith(".wasm"))).toEqual([]);
  }
});
