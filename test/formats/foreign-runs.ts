/** Reads many broken files (`foreign-process.ts`): a hang, a crash, a wrong error is a finding. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { bundleScript, type ScriptRun, startScript } from "../long/kill.ts";

export const FOREIGN_KINDS = [
  "arrow",
  "arrows",
  "lake-arrow",
  "lake-arrows",
  "parquet",
  "npy",
] as const;

/** A case takes some milliseconds; the machine may be busy. */
const CASE_LIMIT_MS = 30_000;
const CASE_LIMIT_CPU_MS = 5000;
const GROWTH_LIMIT_MB = 500;

export interface ForeignScore {
  readonly outcomes: Map<string, number>;
  readonly findings: string[];
  growthMegabytes: number;
}

/** Reads `cases` broken files of a kind, from case `first` on. */
export async function readForeignFiles(
  kind: string,
  { cases, seed, first = 0 }: { cases: number; seed: number; first?: number },
): Promise<ForeignScore> {
  const folder = mkdtempSync(join(tmpdir(), "foreign-files-"));
  const script = await bundleScript(join(import.meta.dirname, "foreign-process.ts"));
  const score: ForeignScore = { outcomes: new Map(), findings: [], growthMegabytes: 0 };
  const end = first + cases;
  try {
    for (let from = first; from < end; ) {
      const run = startScript(script, [folder, kind, ...[seed, from, end].map(String)]);
      await untilQuiet(run);
      if (run.lines.length === 0) throw new Error("the process did not start");
      const results = run.lines.slice(1);
      count(score, results);
      from += results.length;
      if (from < end) score.findings.push(`${kind} ${from++}: it hung or crashed`);
    }
    return score;
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits for the end of the process; one that prints nothing for long is killed. */
async function untilQuiet({ child, lines, exit }: ScriptRun): Promise<void> {
  let isOver = false;
  void exit.then(() => {
    isOver = true;
  });
  for (let seen = -1; !isOver && lines.length !== seen; ) {
    seen = lines.length;
    const wait = new AbortController();
    const pause = delay(CASE_LIMIT_MS, undefined, { signal: wait.signal }).catch(() => undefined);
    await Promise.race([pause, exit]);
    wait.abort();
  }
  child.kill("SIGKILL");
  await exit;
}

function count(score: ForeignScore, results: readonly string[]): void {
  let firstPeak: number | null = null;
  for (const line of results) {
    const [n, cpuMs, peak, outcome = ""] = line.split(" ");
    firstPeak ??= Number(peak);
    score.growthMegabytes = Math.max(score.growthMegabytes, Number(peak) - firstPeak);
    score.outcomes.set(outcome, (score.outcomes.get(outcome) ?? 0) + 1);
    const isOdd = !/^(read|DATA_LOSS|INVALID_PARAMETER_VALUE|NOT_IMPLEMENTED)$/.test(outcome);
    if (isOdd || Number(cpuMs) > CASE_LIMIT_CPU_MS) score.findings.push(line.slice(0, 400));
    if (Number(peak) - firstPeak > GROWTH_LIMIT_MB) score.findings.push(`${n}: ${peak} MB`);
  }
}
