/** A server in process for the tests of routes, and requests to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { type ExactJson, parseJson } from "../../../src/core/json/index.ts";
import { type ServerOptions, startServer } from "../../../src/mlflow/index.ts";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly body: any;
}

export interface Served {
  /** Holds `mlflow.db` and `artifacts`. */
  readonly folder: string;
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** A POST below `/api/2.0/mlflow`; a text is sent as it is. */
  post(path: string, body: ExactJson | string): Promise<Answer>;
  get(path: string, query?: Record<string, string>): Promise<Answer>;
  createRun(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server on a fresh database; `env` holds MLflow's own switches. */
export async function serve(
  env: Record<string, string> = {},
  options: Partial<ServerOptions> = {},
): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-mlflow-routes-"));
  const server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "artifacts"),
    env,
    clock: systemClock,
    cwd: folder,
    ...options,
  });
  const url = `${server.url}/api/2.0/mlflow/`;
  const read = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: parseJson(await response.text()),
  });
  const post = async (path: string, body: ExactJson | string) =>
    read(
      await fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  return {
    folder,
    url: server.url,
    post,
    get: async (path, query = {}) =>
      read(await fetch(`${url}${path}?${new URLSearchParams(query)}`)),
    createRun: async () => {
      const { body } = await post("runs/create", { experiment_id: "0", start_time: 1 });
      return body.run.info.run_id;
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
