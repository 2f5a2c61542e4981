/**
 * Sides of a benchmark that change tables: each run is a process of its own, so that its peak
 * memory is its own too. The process loads its libraries and does what `prepare` says, then
 * measures `work(table)` alone.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { median } from "./measure.ts";

export interface Program {
  name: string;
  command: string;
  args: readonly string[];
  /** The table a run starts from; it is linked, not changed. */
  table: string;
}

interface Run {
  wallMs: number;
  cpuMs: number;
  peakMb: number;
}

/** Our side: `work` is the body of an async function over `lake` and `table` (a path). */
export function ourProgram(name: string, table: string, work: string, prepare = ""): Program {
  const library = resolve("dist/lib/index.js");
  const text = `
    import { openLake } from ${JSON.stringify(library)};
    import { tmpdir } from "node:os";
    const [table] = process.argv.slice(1);
    const lake = await openLake({ root: table + ".lake" });
    await (await lake.sql("SELECT 1")).rows();
    ${prepare}
    const work = async () => { ${work} };
    const cpu = process.cpuUsage(), start = performance.now();
    await work();
    const wallMs = performance.now() - start, { user, system } = process.cpuUsage(cpu);
    const peakMb = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, peakMb }));
    await lake.close();`;
  return { name, command: process.execPath, args: ["--input-type=module", "-e", text], table };
}

/** delta-rs: `work` is Python over `table`; null when the interop environment is not there. */
export function deltaRsProgram(
  name: string,
  table: string,
  work: string,
  prepare = "",
): Program | null {
  const command = resolve(".interop/venv/bin/python");
  if (!existsSync(command)) return null;
  const body = work.trim().replaceAll("\n", "\n    ");
  const text = `
import json, resource, sys, time
import pyarrow as pa, pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake
table = sys.argv[1]
def work():
    ${body}
${prepare.trim()}
start, cpu = time.perf_counter(), time.process_time()
work()
wall, cpu = time.perf_counter() - start, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wallMs": wall * 1000, "cpuMs": cpu * 1000, "peakMb": peak}))`;
  return { name, command, args: ["-c", text], table };
}

function runOnce({ name, command, args, table }: Program, copy: string): Run {
  linkTable(table, copy);
  const child = spawnSync(command, [...args, copy], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (child.status !== 0) throw new Error(`${name}: ${child.stderr}`);
  return JSON.parse(child.stdout.trim().split("\n").at(-1)!) as Run;
}

/** Data files are never changed, so a link is as good as a copy; logs are copied. */
function linkTable(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) cpSync(source, target, { recursive: true });
    else linkSync(source, target);
  }
}

export interface ProgramComparison {
  base: string;
  budgets: Readonly<Record<string, number>>;
  /**
   * Leaves every run's files until the end: a file system without a journal creates files slowly
   * for a minute after many were removed, which would count against the run that follows.
   */
  keepsFiles?: boolean;
}

/** Runs all in turn, `rounds` times, and prints the table; ratios are of least CPU to `base`. */
export function comparePrograms(
  programs: readonly (Program | null)[],
  rounds: number,
  { base, budgets, keepsFiles = false }: ProgramComparison,
): void {
  const present = programs.filter((program) => program !== null);
  const runs = new Map(present.map((program): [Program, Run[]] => [program, []]));
  const made: string[] = [];
  const cleanUp = () => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
  };
  for (let round = 0; round < rounds; round++) {
    for (const [i, program] of present.entries()) {
      const copy = `${program.table}.run-${round}-${i}`;
      made.push(copy, `${copy}.lake`);
      runs.get(program)!.push(runOnce(program, copy));
      if (!keepsFiles) cleanUp();
    }
  }
  cleanUp();
  const least = (all: readonly Run[], key: keyof Run) => Math.min(...all.map((run) => run[key]));
  const baseline = [...runs].find(([program]) => program.name === base)?.[1];
  console.log(
    "| what | n | wall min | median ms | CPU min | median ms | peak MB | wall | CPU | budget |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  for (const [{ name }, all] of runs) {
    const figures = (["wallMs", "cpuMs"] as const).flatMap((key) => [
      least(all, key).toFixed(0),
      median(all.map((run) => run[key])).toFixed(0),
    ]);
    const peak = Math.max(...all.map((run) => run.peakMb)).toFixed(0);
    const ratio = (key: keyof Run) =>
      baseline ? (least(all, key) / least(baseline, key)).toFixed(2) : "";
    const budget = budgets[name];
    const isOver = budget !== undefined && Number(ratio("wallMs")) > budget;
    const verdict = budget === undefined ? "" : `≤ ${budget}${isOver ? " ✗" : ""}`;
    const cells = [name, all.length, ...figures, peak, ratio("wallMs"), ratio("cpuMs"), verdict];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(`ratios: least wall and CPU over those of ${base}; the budget is for wall`);
}
