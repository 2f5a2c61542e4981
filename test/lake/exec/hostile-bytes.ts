/**
 * Breaks files of tables at random and reads the tables in processes of their own, so that a crash,
 * a hang or a huge allocation is a finding and not the end. An outcome is the whole table's rows,
 * other rows where the broken file says so and has no checksum, or an error with a code.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openLake } from "../../../src/lake/index.ts";
import { type BundledScript, bundleScript, startScript } from "../../long/kill.ts";
import { makeTables } from "./hostile-tables.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "hostile-process.ts");
/** A case takes some hundredths of a second; the machine may be busy. */
const CASE_LIMIT_MS = 60_000;
const GROWTH_LIMIT_MB = 1024;
const CASES_OF_A_PROCESS = 2500;

export interface HostileRun {
  cases: number;
  seed: number;
  /** Processes at a time. */
  lanes: number;
  /** Number of the first case; one case alone is `first` with `cases: 1`. */
  first?: number;
}

export interface HostileScore {
  /** How often each outcome came. */
  outcomes: Map<string, number>;
  /** Cases that must not end so: `<case> <outcome> <target> <file> <more>`. */
  findings: string[];
  /** Most memory a process grew by after it had read every whole table. */
  growthMegabytes: number;
}

/** Runs the cases. */
export async function readHostileBytes(run: HostileRun): Promise<HostileScore> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-hostile-"));
  const script = await bundleScript(SCRIPT);
  const score: HostileScore = { outcomes: new Map(), findings: [], growthMegabytes: 0 };
  try {
    mkdirSync(join(folder, "tables"));
    const lake = await openLake({ root: join(folder, "lake"), threads: 1 });
    await makeTables(lake, join(folder, "tables"));
    await lake.close();
    let next = run.first ?? 0;
    const end = next + run.cases;
    const lane = async () => {
      while (next < end) {
        const first = next;
        next = Math.min(end, first + CASES_OF_A_PROCESS);
        await runRange(script, folder, { seed: run.seed, first, end: next }, score);
      }
    };
    await Promise.all(Array.from({ length: run.lanes }, lane));
    return score;
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Range {
  seed: number;
  first: number;
  end: number;
}

/** Processes one after the other, each from behind the case that ended the one before. */
async function runRange(
  script: BundledScript,
  folder: string,
  { seed, first, end }: Range,
  score: HostileScore,
): Promise<void> {
  for (let from = first; from < end; ) {
    const run = startScript(script, [folder, ...[seed, from, end].map(String)]);
    let hangs = false;
    let seen = -1;
    let ended = false;
    void run.exit.then(() => {
      ended = true;
    });
    while (!ended && !hangs) {
      seen = run.lines.length;
      for (let waited = 0; waited < CASE_LIMIT_MS && !ended && run.lines.length === seen; ) {
        await delay(100);
        waited += 100;
      }
      hangs = !ended && run.lines.length === seen;
    }
    if (hangs) run.child.kill("SIGKILL");
    const code = await run.exit;
    const [started, ...lines] = run.lines;
    if (started === undefined) throw new Error("a process could not read the whole tables");
    for (const line of lines) countLine(line, Number(started.split(" ")[1]), score);
    from += lines.length;
    if (from >= end) return;
    const how = hangs ? "HANG" : `CRASH code ${code} signal ${run.child.signalCode}`;
    score.findings.push(`${from} ${how}`);
    from += 1;
  }
}

function countLine(line: string, startMegabytes: number, score: HostileScore): void {
  const [n, megabytes, outcome, ...more] = line.split(" ");
  score.outcomes.set(outcome!, (score.outcomes.get(outcome!) ?? 0) + 1);
  const growth = Number(megabytes) - startMegabytes;
  if (growth > GROWTH_LIMIT_MB && score.growthMegabytes <= GROWTH_LIMIT_MB) {
    score.findings.push(`${n} GROWTH of ${growth} MB, ${outcome} ${more.join(" ")}`);
  }
  score.growthMegabytes = Math.max(score.growthMegabytes, growth);
  if (/WRONG_ERROR|NO_PLACE|OTHER_ROWS|LEFT_FILES/.test(outcome!)) {
    score.findings.push(`${n} ${outcome} ${more.join(" ")}`);
  }
}
