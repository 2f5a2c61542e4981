/**
 * Child processes: the only importer of `child_process`. No shell, a time limit on every run, and
 * bounded output. A child is outside the egress guard, so commands start only programs the user
 * named (editor, pager, git) or this program itself.
 */
import { spawn } from "node:child_process";

import { SovereignError } from "./errors.ts";

export interface ProcessOptions {
  cwd?: string;
  /** The child's whole environment; the parent's when absent. */
  env?: Readonly<Record<string, string | undefined>>;
  stdin?: string;
  timeoutMs?: number;
  /** `inherit` hands the terminal to the child (editor, pager) and captures nothing. */
  stdio?: "capture" | "inherit";
  signal?: AbortSignal;
}

export interface ProcessResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  isTimedOut: boolean;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs a program to its end. A non-zero exit is a result, not an error; a program that cannot be
 * started is TEMPORARILY_UNAVAILABLE.
 */
export function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const { cwd, env, stdin, timeoutMs, stdio = "capture", signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(signal === undefined ? {} : { signal }),
      stdio: stdio === "inherit" ? "inherit" : "pipe",
      shell: false,
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    let isTimedOut = false;
    const timer =
      timeoutMs === undefined
        ? null
        : setTimeout(() => {
            isTimedOut = true;
            child.kill("SIGKILL");
          }, timeoutMs);
    child.on("error", (cause) => {
      if (timer !== null) clearTimeout(timer);
      reject(startFailure(command, cause));
    });
    child.on("close", (exitCode, endSignal) => {
      if (timer !== null) clearTimeout(timer);
      const output = { stdout: stdout(), stderr: stderr() };
      resolve({ exitCode, signal: endSignal, ...output, isTimedOut });
    });
    // The child may exit without reading its input: its exit code tells the story.
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin ?? "");
  });
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream?.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= MAX_OUTPUT_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function startFailure(command: string, cause: Error): SovereignError {
  if (cause.name === "AbortError") {
    return new SovereignError("CANCELLED", `\`${command}\` was stopped`, { cause });
  }
  return new SovereignError("TEMPORARILY_UNAVAILABLE", `cannot start \`${command}\``, {
    hint: `check that \`${command}\` is installed and on the PATH`,
    cause,
  });
}
