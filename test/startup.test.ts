/**
 * Start-up in CPU time relative to an empty Node: the least of several interleaved runs, so that a
 * busy machine does not fail it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPOSITORY } from "./source-tree.ts";

const ROUNDS = 12;
/** Prints the process's own CPU milliseconds to file descriptor 3 as it ends. */
const METER = `data:text/javascript,${encodeURIComponent(
  "import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.cpuUsage();" +
    "writeSync(3,String((u.user+u.system)/1000))})",
)}`;
const SOVEREIGN = join(REPOSITORY, "bin/sovereign.js");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-startup-"));
  measureCpuMs([SOVEREIGN, "init"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function measureCpuMs(args: readonly string[]): number {
  const run = spawnSync(process.execPath, ["--import", METER, ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", HOME: folder },
  });
  if (run.status !== 0) throw new Error(`${args.join(" ")}: ${run.stderr}`);
  return Number(run.output[3]);
}

/** Least CPU of each command line over the rounds, divided by the least of `node -e 0`. */
function measureRatio(args: readonly string[]): number {
  let bare = Number.POSITIVE_INFINITY;
  let ours = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    bare = Math.min(bare, measureCpuMs(["-e", "0"]));
    ours = Math.min(ours, measureCpuMs([SOVEREIGN, ...args]));
  }
  return ours / bare;
}

test("--help takes at most 1.6 times an empty Node", () => {
  expect(measureRatio(["--help"])).toBeLessThanOrEqual(1.6);
  expect(measureRatio(["config", "show", "--help"])).toBeLessThanOrEqual(1.6);
});
