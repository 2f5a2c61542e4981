/** A peer that answers a line with a line: one process for a whole benchmark. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Sample } from "./measure.ts";

export interface Answering {
  /** One run of what the line names: wall and CPU milliseconds, as the peer measured them. */
  ask(line: string): Promise<Sample>;
  /** The next line it prints by itself. */
  read(): Promise<string>;
  close(): void;
}

/** Starts a program that speaks the protocol of `kernels.c`. */
export function startAnswering(command: string, args: readonly string[]): Answering {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended`);
    return value;
  };
  return {
    read,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      const [wallMs = 0, cpuMs = 0] = (await read()).split(" ").map(Number);
      return { wallMs, cpuMs };
    },
    close: () => void child.stdin.end(),
  };
}

/** Null when the program ran and said yes. */
export function tryProgram(command: string, ...args: string[]): string | null {
  const run = spawnSync(command, args, { encoding: "utf8" });
  if (run.status === 0) return null;
  return run.error?.message ?? run.stderr.trim().split("\n").at(-1) ?? `${command} failed`;
}
