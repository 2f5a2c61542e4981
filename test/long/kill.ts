/**
 * Real processes for tests of durability: bundles a TypeScript script once, starts it, and kills it
 * with SIGKILL at random points. What a round checks afterwards is the caller's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createRng } from "../../src/core/rng.ts";

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "../..");

export interface BundledScript {
  path: string;
  remove(): void;
}

/** Bundles a script of the checkout so that plain Node runs it; packages stay outside. */
export async function bundleScript(source: string): Promise<BundledScript> {
  const cache = join(REPOSITORY, "node_modules/.cache/sovereign");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "process-"));
  await build({
    entryPoints: [source],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    packages: "external",
    splitting: true,
    logLevel: "warning",
  });
  return {
    path: join(folder, `${basename(source, ".ts")}.mjs`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface ScriptRun {
  child: ChildProcess;
  /** Lines the process has printed so far: what it acknowledged. */
  lines: string[];
  /** Resolves with the exit code, null when it was killed. */
  exit: Promise<number | null>;
}

/** Starts a bundled script with Node; its standard error is passed through. */
export function startScript(script: BundledScript, args: readonly string[]): ScriptRun {
  const child = spawn(process.execPath, [script.path, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout! });
  reader.on("line", (line) => lines.push(line));
  const exit = Promise.all([once(child, "exit"), once(reader, "close")]).then(
    ([[code]]) => code as number | null,
  );
  return { child, lines, exit };
}

export interface KillLoop {
  rounds: number;
  seed: number;
  /** Longest life of a process once it has printed its first line; it may end its life itself. */
  maxLifeMs: number | ((round: number) => number);
  start(round: number): ScriptRun;
  /** Sees what the killed process had acknowledged; throws when the table is not what it must be. */
  check(round: number, acknowledged: readonly string[]): Promise<void>;
}

/** Starts, kills at a random moment, checks; `rounds` times. */
export async function killLoop({ rounds, seed, maxLifeMs, start, check }: KillLoop): Promise<void> {
  const rng = createRng(seed);
  for (let round = 0; round < rounds; round++) {
    const run = start(round);
    while (run.lines.length === 0 && run.child.exitCode === null) await delay(5);
    const longestMs = typeof maxLifeMs === "number" ? maxLifeMs : maxLifeMs(round);
    await Promise.race([delay(rng.next() * longestMs), run.exit]);
    run.child.kill("SIGKILL");
    const code = await run.exit;
    if (code !== null && code !== 0)
      throw new Error(`round ${round}: the process failed by itself`);
    await check(round, run.lines);
  }
}
