/**
 * The typed client: `openClient` finds the store that a tracking URI means and gives its parts.
 * `http(s)://` is a server, `databricks` the workspace of DATABRICKS_HOST, everything else a
 * database opened in this process.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Clock, systemClock } from "../../core/clock.ts";
import { type Environment, readEnvironment } from "../../core/config/index.ts";
import { SovereignError } from "../../core/errors.ts";
import { parseDatabaseUri } from "../schema/database-uri.ts";
import { type ArtifactClient, createArtifactClient } from "./artifacts.ts";
import { createExperimentClient, type ExperimentClient } from "./experiments.ts";
import { createHttpTransport } from "./http-transport.ts";
import { createModelClient, type ModelClient } from "./models.ts";
import { createPromptClient, type PromptClient } from "./prompts.ts";
import { createRunClient, type RunClient } from "./runs.ts";
import { createTraceClient, type TraceClient } from "./traces.ts";
import type { Transport } from "./transport.ts";

/** Which tracking store, and as whom. */
export interface ClientOptions {
  /**
   * `http://HOST:PORT`, `databricks`, `sqlite:///FILE` or a path. Default MLFLOW_TRACKING_URI, else
   * `.sovereign/mlflow.db` in the working directory.
   */
  trackingUri?: string;
  /** Folder of proxied artifacts of a database; default `mlartifacts` beside it. */
  artifactsDestination?: string;
  /** Refuses a database that is not there yet, in place of making it. */
  mustExist?: boolean;
  /** Default this process's. */
  env?: Environment;
  clock?: Clock;
  /** Where relative paths start; default the process's. */
  cwd?: string;
  /** @internal Ends requests and pauses of an HTTP client; a type that only Node declares. */
  signal?: AbortSignal;
  /** Times a request to a server is sent again; default 5. */
  retries?: number;
}

/** A tracking store by its parts. */
export interface MlflowClient {
  /** @internal The requests themselves. */
  readonly transport: Transport;
  readonly experiments: ExperimentClient;
  readonly runs: RunClient;
  readonly artifacts: ArtifactClient;
  readonly models: ModelClient;
  readonly prompts: PromptClient;
  readonly traces: TraceClient;
  close(): Promise<void>;
}

/**
 * Makes a client. INVALID_PARAMETER_VALUE for a URI that is none; a database is opened by the first
 * request, which has the errors of that.
 */
export function openClient(options: ClientOptions = {}): MlflowClient {
  const transport = openTransport(options);
  const artifacts = createArtifactClient(transport);
  const models = createModelClient(transport);
  return {
    transport,
    experiments: createExperimentClient(transport),
    runs: createRunClient(transport),
    artifacts,
    models,
    prompts: createPromptClient(models),
    traces: createTraceClient(transport, artifacts),
    close: () => transport.close(),
  };
}

function openTransport(options: ClientOptions): Transport {
  const env = options.env ?? readEnvironment();
  const cwd = options.cwd ?? process.cwd();
  const uri = options.trackingUri ?? env.MLFLOW_TRACKING_URI ?? join(cwd, ".sovereign/mlflow.db");
  const { signal, retries } = options;
  const http = (url: string) =>
    createHttpTransport({
      url,
      env,
      ...(signal === undefined ? {} : { signal }),
      ...(retries === undefined ? {} : { retries }),
    });
  if (/^https?:/i.test(uri)) return http(uri);
  if (/^databricks(:|$)/i.test(uri)) return http(databricksHost(env));
  const database = uri.replace(/^sqlite:\/\/\/?/, "");
  const path = parseDatabaseUri(uri, cwd);
  if (options.mustExist) requireDatabase(path);
  return createLazyTransport(path, async () => {
    const { createLocalTransport } = await import("./local-transport.ts");
    return createLocalTransport({
      backendStoreUri: uri,
      artifactsDestination:
        options.artifactsDestination ?? join(dirname(resolve(cwd, database)), "mlartifacts"),
      env,
      clock: options.clock ?? systemClock,
      cwd,
    });
  });
}

/** Programs that never log do not load the store, and neither do clients of a server. */
function createLazyTransport(name: string, load: () => Promise<Transport>): Transport {
  let opened: Promise<Transport> | null = null;
  const open = () => {
    opened ??= load();
    return opened;
  };
  return {
    name,
    call: async (request) => (await open()).call(request),
    upload: async (path, source, sizeBytes) => (await open()).upload(path, source, sizeBytes),
    download: async (path) => (await open()).download(path),
    sendSpans: async (experimentId, request) => (await open()).sendSpans(experimentId, request),
    close: async () => {
      // What could not be opened told its error to whoever asked.
      const transport = await opened?.catch(() => null);
      await transport?.close();
    },
  };
}

function requireDatabase(path: string): void {
  if (path === ":memory:" || existsSync(path)) return;
  throw new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no database \`${path}\``, {
    hint: "check the path; logging a run or `sovereign mlflow server` makes one",
  });
}

function databricksHost(env: Environment): string {
  const host = env.DATABRICKS_HOST;
  if (host) return /^https?:/.test(host) ? host : `https://${host}`;
  throw new SovereignError("INVALID_PARAMETER_VALUE", "`databricks` needs DATABRICKS_HOST", {
    hint: "set DATABRICKS_HOST and DATABRICKS_TOKEN, and `[privacy] allowed_endpoints`",
  });
}
