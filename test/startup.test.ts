/**
 * Start-up in CPU time relative to an empty Node, least of interleaved runs.
 *
 * `npm run bench -- cli-start` measures against the budgets (help 2, store 3.1, query 9 times an
 * empty Node). The limits here are half as much again: they catch a module that is loaded where it
 * should not be, on any machine, and no neighbour's load.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPOSITORY } from "./source-tree.ts";

const ROUNDS = 50;
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
  measureCpuMs([SOVEREIGN, "lake", "sql", "CREATE TABLE t AS SELECT 1 AS id"]);
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

/**
 * The least CPU of a command line divided by the least of `node -e 0`. Neighbours on the machine
 * only ever add, so it is measured until it meets the limit, or the rounds are over.
 */
function measureRatio(limit: number, ...args: readonly string[]): number {
  let bare = Number.POSITIVE_INFINITY;
  let ours = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && (round < 3 || ours / bare > limit); round++) {
    bare = Math.min(bare, measureCpuMs(["-e", "0"]));
    ours = Math.min(ours, measureCpuMs([SOVEREIGN, ...args]));
  }
  return ours / bare;
}

test("help stays within its budget", () => {
  expect(measureRatio(3, "--help")).toBeLessThanOrEqual(3);
  expect(measureRatio(3, "config", "show", "--help")).toBeLessThanOrEqual(3);
});

test("a command on the metadata store stays within its budget", () => {
  expect(measureRatio(4.6, "lake", "list")).toBeLessThanOrEqual(4.6);
});

test("a first query stays within its budget", () => {
  expect(measureRatio(13.5, "lake", "sql", "SELECT * FROM t")).toBeLessThanOrEqual(13.5);
});

test("listings and history never load the engine", () => {
  const report = `data:text/javascript,${encodeURIComponent(
    "import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,JSON.stringify(" +
      "process.report.getReport().sharedObjects)))",
  )}`;
  const loadedBy = (...args: string[]): string => {
    const run = spawnSync(process.execPath, ["--import", report, SOVEREIGN, ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env: { PATH: process.env.PATH ?? "", HOME: folder },
    });
    return run.output[3] ?? "";
  };
  for (const verb of ["list", "show", "history", "detail", "schema"]) {
    expect(loadedBy("lake", verb, ...(verb === "list" ? [] : ["t"])), verb).not.toContain("duckdb");
  }
  expect(loadedBy("lake", "head", "t")).toContain("duckdb");
});
