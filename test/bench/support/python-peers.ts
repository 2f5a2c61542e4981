/** Python packages as peers of a bench: `PEERS_PYTHON` is an interpreter that has them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** The JSON lines a script of this folder prints, or null without an interpreter. */
export function runPeers<Line>(
  script: string,
  args: readonly string[],
  python = process.env.PEERS_PYTHON,
): Line[] | null {
  if (python === undefined) return null;
  const path = join(process.cwd(), "test/bench/support", script);
  const run = spawnSync(python, [path, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (run.status !== 0) throw new Error(`${script} ended with ${run.status}`);
  return run.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}
