/**
 * The tracking server on a port: opens the store, builds the app, listens, and drains at the end.
 * Defaults are those of `mlflow server` 3.11.1.
 */
import { resolve } from "node:path";
import { SovereignError } from "../core/errors.ts";
import { type Listener, listen } from "../core/http/index.ts";
import { createApp } from "./app.ts";
import { createAuthGate } from "./auth.ts";
import { openContext, type StoreOptions } from "./context.ts";
import { startReaders } from "./readers.ts";

export interface ServerOptions extends StoreOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 picks a free one. */
  port: number;
  /** Path prefix of every route, such as `/mlflow`. */
  staticPrefix?: string;
  /** Patterns of the Host header; default this machine and private addresses. */
  allowedHosts?: readonly string[];
  corsAllowedOrigins?: readonly string[];
  /** File of the accounts that may call; see `auth.ts`. Default: everyone who reaches the port. */
  authFile?: string;
  /** Threads that answer searches and histories; default none. */
  readerCount?: number;
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
  const staticPrefix = checkPrefix(options.staticPrefix);
  const { cwd, onFailure } = options;
  const auth =
    options.authFile === undefined
      ? {}
      : { auth: createAuthGate(resolve(cwd, options.authFile), options.clock) };
  const { context, close } = openContext(options);
  const { database, settings } = context;
  const { environment } = settings;
  const readerCount = database.path === ":memory:" ? 0 : (options.readerCount ?? 0);
  const readers =
    readerCount === 0
      ? undefined
      : startReaders(readerCount, { databasePath: database.path, settings }, { onFailure });
  const app = createApp({
    context,
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
    await close();
    throw error;
  }
  const name = listener.host.includes(":") ? `[${listener.host}]` : listener.host;
  return {
    url: `http://${name}:${listener.port}${staticPrefix}`,
    close: async () => {
      await listener.close();
      await readers?.close();
      await close();
    },
  };
}

function checkPrefix(prefix = ""): string {
  if (prefix === "" || /^(\/[\w.~-]+)+$/.test(prefix)) return prefix;
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${prefix}\` is no path prefix`, {
    hint: "write it like `/mlflow`: a slash in front, none at the end",
  });
}
