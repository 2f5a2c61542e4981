/**
 * Alternating measurement: every contender once per round, so that a busy machine is busy for all of
 * them. Wall and CPU of this process and, for programs, of the child.
 */
import { availableParallelism, cpus } from "node:os";

export interface Sample {
  wallMs: number;
  cpuMs: number;
}

export interface Contender {
  name: string;
  /** Returns what it measured itself, such as a child process's time. */
  run: () => Promise<Sample | undefined>;
  close?: () => Promise<void>;
}

export interface Measured {
  name: string;
  wallMs: number[];
  cpuMs: number[];
}

/** Runs all contenders `rounds` times after one round that does not count. */
export async function measureAll(
  contenders: readonly Contender[],
  rounds: number,
): Promise<Measured[]> {
  const measured = contenders.map(({ name }): Measured => ({ name, wallMs: [], cpuMs: [] }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, { run }] of contenders.entries()) {
      const cpu = process.cpuUsage();
      const start = performance.now();
      const own = await run();
      const wallMs = performance.now() - start;
      const used = process.cpuUsage(cpu);
      const sample = own ?? { wallMs, cpuMs: (used.user + used.system) / 1000 };
      if (round < 0) continue;
      measured[i]!.wallMs.push(sample.wallMs);
      measured[i]!.cpuMs.push(sample.cpuMs);
    }
  }
  for (const { close } of contenders) await close?.();
  return measured;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** Node, processor and cores, as the first line of every table. */
export function describeMachine(): string {
  const processor = cpus()[0]?.model ?? "unknown processor";
  return `node ${process.version}, ${availableParallelism()} × ${processor}`;
}

export interface Comparison {
  /** Contender the others are divided by. */
  base: string;
  /** Greatest ratio allowed, by contender. */
  budgets: Readonly<Record<string, number>>;
  /** The figure that is compared. */
  by: "wallMs" | "cpuMs";
}

/** Prints the table: minima are compared, medians and maxima shown. */
export function printTable(rows: readonly Measured[], { base, budgets, by }: Comparison): void {
  const least = (row: Measured): number => Math.min(...row[by]);
  const baseline = rows.find((row) => row.name === base)!;
  console.log("| what | n | wall min | median | max ms | CPU min | median ms | ratio | budget |");
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const row of rows) {
    const numbers = [
      Math.min(...row.wallMs),
      median(row.wallMs),
      Math.max(...row.wallMs),
      Math.min(...row.cpuMs),
      median(row.cpuMs),
    ].map((ms) => ms.toFixed(1));
    const ratio = (least(row) / least(baseline)).toFixed(2);
    const budget = budgets[row.name];
    const verdict = budget === undefined ? "" : `≤ ${budget}${Number(ratio) > budget ? " ✗" : ""}`;
    console.log(
      `| ${row.name} | ${row.wallMs.length} | ${numbers.join(" | ")} | ${ratio} | ${verdict} |`,
    );
  }
  console.log(`ratio: least ${by === "cpuMs" ? "CPU" : "wall"} over that of ${base}`);
}
