/** The tracking server as a real process, and requests to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const BINARY = join(import.meta.dirname, "../../bin/sovereign.js");

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resident memory in MiB. */
  readMemory(): number;
  /** Ends it and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts `mlflow server` on any port, over `mlflow.db` in `folder`; resolves when it answers. */
export async function startProcess(folder: string, wrap: string[] = []): Promise<ServerProcess> {
  const server = ["mlflow", "server", "--port", "0", "--backend-store-uri", "mlflow.db"];
  const [program = "", ...args] = [...wrap, process.execPath, BINARY, ...server];
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      said = (said + chunk).slice(-10_000);
      const found = /serving MLflow at (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  return {
    url,
    child,
    readMemory: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

export interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  body: any;
}

/** A POST below `/api/2.0/mlflow`. */
export async function post(url: string, path: string, body: unknown): Promise<Answered> {
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** A GET below `/api/2.0/mlflow`. */
export async function get(url: string, path: string): Promise<Answered> {
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`);
  return { status: response.status, body: await response.json() };
}

/** A new run of the Default experiment. */
export async function createRun(url: string): Promise<string> {
  const { status, body } = await post(url, "runs/create", { experiment_id: "0", start_time: 1 });
  if (status !== 200) throw new Error(`runs/create answered ${status}`);
  return body.run.info.run_id;
}

/** Waits until `check` holds. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await delay(2);
}
