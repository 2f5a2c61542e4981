/**
 * The real MLflow, by version: a virtual environment in `.interop/mlflow-<version>`, made by
 * `src/dev/interop-setup.mjs --mlflow`. A lane without one is skipped.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const FOLDER = join(import.meta.dirname, "../../../.interop");

/** The program of that version, or null when it is not set up. */
export function findMlflowPython(version: string): string | null {
  const name = `mlflow-${version}`;
  const lanes = join(FOLDER, "lanes.json");
  if (!existsSync(lanes)) return null;
  const known = JSON.parse(readFileSync(lanes, "utf8")) as Record<string, { skipped: unknown }>;
  return known[name]?.skipped === null ? join(FOLDER, name, "bin/python") : null;
}

/** Runs a script of this folder and returns what it prints. */
export function runPython(python: string, script: string, args: readonly string[]): string {
  return execFileSync(python, [join(import.meta.dirname, script), ...args], SETTINGS);
}

/** `runPython` while this process goes on: a server in it can answer the script. */
export async function startPython(
  python: string,
  script: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const words = [join(import.meta.dirname, script), ...args];
  return (await promisify(execFile)(python, words, { ...SETTINGS, cwd })).stdout;
}

const SETTINGS = {
  encoding: "utf8" as const,
  maxBuffer: 64 * 1024 * 1024,
  env: {
    ...process.env,
    MLFLOW_DISABLE_TELEMETRY: "true",
    PYTHONDONTWRITEBYTECODE: "1",
    TZ: "UTC",
  },
};
