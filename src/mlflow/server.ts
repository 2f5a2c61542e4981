/**
 * The tracking server on a port: opens the store, builds the app, listens, and drains at the end.
 * Defaults are those of `mlflow server` 3.11.1.
 */
import { resolve } from "node:path";
import type { Clock } from "../core/clock.ts";
import type { Environment } from "../core/config/index.ts";
import { SovereignError } from "../core/errors.ts";
import { type Listener, listen } from "../core/http/index.ts";
import { createApp } from "./app.ts";
import { toFolder } from "./artifacts/locate.ts";
import { createAuthGate } from "./auth.ts";
import { readMlflowEnvironment } from "./environment.ts";
import { startReaders } from "./readers.ts";
import type { Settings } from "./routes/route.ts";
import { openTrackingDatabase } from "./schema/open.ts";
import { createWebhookSender } from "./webhooks/sender.ts";

export interface ServerOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 picks a free one. */
  port: number;
  /** `sqlite:///…` or a path. */
  backendStoreUri: string;
  /** Default `mlflow-artifacts:/`, or `./mlruns` when artifacts are not served. */
  defaultArtifactRoot?: string;
  /** Folder of the artifacts that clients send through the server. */
  artifactsDestination: string;
  /** Default true. */
  servesArtifacts?: boolean;
  /** Path prefix of every route, such as `/mlflow`. */
  staticPrefix?: string;
  /** Patterns of the Host header; default this machine and private addresses. */
  allowedHosts?: readonly string[];
  corsAllowedOrigins?: readonly string[];
  env: Environment;
  clock: Clock;
  /** Where relative paths start. */
  cwd: string;
  /** File of the accounts that may call; see `auth.ts`. Default: everyone who reaches the port. */
  authFile?: string;
  /** Threads that answer searches and histories; default none. */
  readerCount?: number;
  /** Told of failures that are the server's own. */
  onFailure?: (request: string, error: unknown) => void;
}

/** A server that answers. */
export interface RunningServer {
  /** `http://127.0.0.1:5000`, with the static prefix. */
  readonly url: string;
  /** Stops accepting, finishes what is in progress, closes the store. */
  close(): Promise<void>;
}

/** Starts a tracking server. Errors are those of opening the store and of listening. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const environment = readMlflowEnvironment(options.env);
  const staticPrefix = checkPrefix(options.staticPrefix);
  const settings: Settings = {
    defaultArtifactRoot: artifactRootOf(options),
    artifactsDestination: destinationOf(options),
    localRoots: localRootsOf(options),
    servesArtifacts: options.servesArtifacts ?? true,
    cwd: options.cwd,
    environment,
  };
  const { clock, cwd } = options;
  const auth =
    options.authFile === undefined ? {} : { auth: createAuthGate(resolve(cwd, options.authFile)) };
  const database = openTrackingDatabase(options.backendStoreUri, {
    clock,
    cwd,
    defaultArtifactRoot: settings.defaultArtifactRoot,
  });
  const readerCount = database.path === ":memory:" ? 0 : (options.readerCount ?? 0);
  const readers =
    readerCount === 0
      ? undefined
      : startReaders(readerCount, { databasePath: database.path, settings });
  const { onFailure } = options;
  const webhooks = createWebhookSender({ database, clock, environment, onFailure });
  const app = createApp({
    context: { database, clock, settings, webhooks },
    ...(readers === undefined ? {} : { readers }),
    staticPrefix,
    ...auth,
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(environment.disablesSecurity
      ? {}
      : {
          security: {
            allowedHosts: options.allowedHosts ?? environment.allowedHosts,
            corsAllowedOrigins: options.corsAllowedOrigins ?? environment.corsAllowedOrigins,
            frameOptions: environment.frameOptions,
          },
        }),
  });
  let listener: Listener;
  try {
    const host = options.host === undefined ? {} : { host: options.host };
    listener = await listen((request, response) => void app(request, response), {
      ...host,
      port: options.port,
    });
  } catch (error) {
    await readers?.close();
    database.close();
    throw error;
  }
  const name = listener.host.includes(":") ? `[${listener.host}]` : listener.host;
  return {
    url: `http://${name}:${listener.port}${staticPrefix}`,
    close: async () => {
      await listener.close();
      await webhooks.close();
      await readers?.close();
      database.close();
    },
  };
}

function artifactRootOf(options: ServerOptions): string {
  const servesArtifacts = options.servesArtifacts ?? true;
  const root = options.defaultArtifactRoot ?? (servesArtifacts ? "mlflow-artifacts:/" : "mlruns");
  return /^[a-z][a-z0-9+.-]+:/i.test(root) ? root : resolve(options.cwd, root);
}

/** The folders in which MLflow, with or without this server, keeps artifacts of its own accord. */
function localRootsOf(options: ServerOptions): string[] {
  const root = artifactRootOf(options);
  const isLocal = root.startsWith("/") || /^file:/i.test(root);
  const given = isLocal ? [toFolder(root)] : [];
  return [...given, destinationOf(options), resolve(options.cwd, "mlruns")];
}

function destinationOf({ artifactsDestination, cwd }: ServerOptions): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(artifactsDestination)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "file") {
    throw new SovereignError(
      "NOT_IMPLEMENTED",
      `artifacts are kept in a folder, not in \`${artifactsDestination}\``,
      { hint: "give `--artifacts-destination` a folder" },
    );
  }
  return resolve(cwd, scheme === "file" ? toFolder(artifactsDestination) : artifactsDestination);
}

function checkPrefix(prefix = ""): string {
  if (prefix === "" || /^(\/[\w.~-]+)+$/.test(prefix)) return prefix;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${prefix}\` is no path prefix`, {
    hint: "write it like `/mlflow`: a slash in front, none at the end",
  });
}
