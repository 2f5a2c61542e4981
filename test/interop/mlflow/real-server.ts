/** MLflow's own server as a process, for tests that compare its answers with ours. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface RealServer {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): void;
}

/** Starts it on a fresh database in `home` and waits until it answers. */
export async function startRealServer(
  python: string,
  home: string,
  env: Record<string, string> = {},
): Promise<RealServer> {
  mkdirSync(home);
  const port = 5800 + (process.pid % 150);
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    python,
    [
      ...["-m", "mlflow", "server", "--workers", "1", "--port", String(port)],
      ...["--backend-store-uri", `sqlite:///${home}/m.db`],
      ...["--artifacts-destination", `${home}/artifacts`],
    ],
    {
      cwd: home,
      detached: true,
      stdio: "ignore",
      env: {
        ...process.env,
        MLFLOW_DISABLE_TELEMETRY: "true",
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
        ...env,
      },
    },
  );
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp()) && child.exitCode === null) await delay(200);
  return {
    url,
    close: () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    },
  };
}
