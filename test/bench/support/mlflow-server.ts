/**
 * A tracking server in a process of its own, ours or the real one, and a client that knows nothing
 * of either: bare requests over kept connections. CPU and memory are those of the whole process
 * tree, read from `/proc`, so these benches need Linux.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join, resolve } from "node:path";

/** Where to run a server: a folder of its own with `mlflow.db`, made when it is missing. */
export interface ServerSpec {
  readonly name: string;
  readonly command: readonly string[];
  readonly port: number;
  readonly folder: string;
}

const TICKS_PER_SECOND = 100;
const START_TIMEOUT_MS = 120_000;
const JSON_TYPE = { "content-type": "application/json" };

/** The command of our server: the bundle that `npm run build` makes. */
export function ourCommand(folder: string, port: number): string[] {
  return [
    process.execPath,
    resolve("bin/sovereign.js"),
    ...["mlflow", "server", "--port", String(port)],
    ...["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`],
    ...["--artifacts-destination", join(folder, "artifacts")],
  ];
}

/**
 * The command of the real server, one worker, or null where there is none: MLFLOW_PYTHON names the
 * interpreter of an environment with `mlflow==3.11.1`, else the one in `.interop/mlflow`.
 */
export function realCommand(folder: string, port: number): string[] | null {
  const python = process.env.MLFLOW_PYTHON ?? resolve(".interop/mlflow/bin/python");
  if (!existsSync(python)) return null;
  return [
    python,
    ...["-m", "mlflow", "server", "--workers", "1", "--port", String(port)],
    ...["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`],
    ...["--artifacts-destination", join(folder, "artifacts")],
  ];
}

/** A running server. */
export class Server {
  readonly name: string;
  /** From the start of the process to the first answer of `/health`. */
  coldStartMs = 0;
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor({ name, command, port, folder }: ServerSpec) {
    this.name = name;
    this.#port = port;
    const log = openSync(join(folder, "server.log"), "a");
    const [program = "", ...options] = command;
    this.#child = spawn(program, options, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        ...process.env,
        MLFLOW_DISABLE_TELEMETRY: "true",
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
      },
    });
  }

  /** Starts a server and waits until it answers. */
  static async start(spec: ServerSpec): Promise<Server> {
    const startedAt = performance.now();
    const server = new Server(spec);
    while (!(await server.#isUp())) {
      if (performance.now() - startedAt > START_TIMEOUT_MS || server.#child.exitCode !== null) {
        throw new Error(`${spec.name} did not start: see ${join(spec.folder, "server.log")}`);
      }
      await new Promise((wake) => setTimeout(wake, 5));
    }
    server.coldStartMs = performance.now() - startedAt;
    return server;
  }

  post(path: string, body: unknown): Promise<string> {
    return this.#send("POST", `/api/2.0/mlflow/${path}`, JSON.stringify(body));
  }

  /** Spans as OTLP protobuf, for experiment 0. */
  postSpans(body: Buffer): Promise<string> {
    const headers = { "content-type": "application/x-protobuf", "x-mlflow-experiment-id": "0" };
    return this.#send("POST", "/v1/traces", body, headers);
  }

  /** A search of version 3 of the traces' API. */
  postV3(path: string, body: unknown): Promise<string> {
    return this.#send("POST", `/api/3.0/mlflow/${path}`, JSON.stringify(body));
  }

  get(path: string): Promise<string> {
    return this.#send("GET", `/api/2.0/mlflow/${path}`);
  }

  /** CPU of the process tree since it began, in milliseconds. */
  cpuMs(): number {
    let ticks = 0;
    for (const pid of this.#tree()) {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      ticks += Number(fields[11]) + Number(fields[12]);
    }
    return (ticks / TICKS_PER_SECOND) * 1000;
  }

  /** Resident memory of the process tree, in MiB. */
  rssMib(): number {
    let kib = 0;
    for (const pid of this.#tree()) {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      kib += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    }
    return kib / 1024;
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    const ended = new Promise((done) => this.#child.once("exit", done));
    // The real server's worker is a child of its own; both are in the group.
    process.kill(-(this.#child.pid ?? 0), "SIGTERM");
    await ended;
  }

  #tree(): number[] {
    const parents = new Map<number, number>();
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1) ?? "";
        parents.set(Number(name), Number(stat.split(" ")[1]));
      } catch {
        // It ended meanwhile.
      }
    }
    const tree = [this.#child.pid ?? 0];
    for (const pid of tree) {
      for (const [child, parent] of parents) if (parent === pid) tree.push(child);
    }
    return tree;
  }

  async #isUp(): Promise<boolean> {
    try {
      return (await this.#send("GET", "/health")) === "OK";
    } catch {
      return false;
    }
  }

  #send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = body === undefined ? {} : JSON_TYPE,
  ): Promise<string> {
    return new Promise((done, fail) => {
      const options = { port: this.#port, host: "127.0.0.1", method, path, headers };
      const outgoing = request({ ...options, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", fail);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) done(text);
          else fail(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
        });
      });
      outgoing.on("error", fail);
      outgoing.end(body);
    });
  }
}
