/** The REST API on a port: opens what it needs, listens, and drains at the end. */
import { type Clock, systemClock } from "../../core/clock.ts";
import { type Listener, listen } from "../../core/http/index.ts";
import type { Lake } from "../../lake/index.ts";
import { VectorStore } from "../vector-store.ts";
import { createApp } from "./app.ts";
import { Endpoints } from "./endpoints.ts";
import { Indexes } from "./indexes.ts";

export interface VectorServerOptions {
  /** Folder of the collections. */
  readonly folder: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Opens the lake for indexes that follow tables. The caller closes it after the server. */
  readonly openLake?: () => Promise<Lake>;
  /** Patterns of the Host header; default this machine and private addresses. */
  readonly allowedHosts?: readonly string[];
  readonly clock?: Clock;
  /** How often continuous indexes look at their tables; default 1 s. */
  readonly intervalMs?: number;
  readonly onFailure?: (request: string, error: unknown) => void;
}

/** Bodies are of 16 MB at most. */
const REQUEST_TIMEOUT_MS = 120_000;

/** A server that answers. */
export interface RunningVectorServer {
  readonly url: string;
  /** Stops accepting, finishes what is in progress, closes the collections. */
  close(): Promise<void>;
}

/** Starts the server; errors are those of listening. */
export async function startVectorServer(
  options: VectorServerOptions,
): Promise<RunningVectorServer> {
  const { folder, clock = systemClock, intervalMs = 1000, openLake, onFailure } = options;
  const store = new VectorStore(folder);
  const indexes = new Indexes({
    store,
    clock,
    intervalMs,
    ...(openLake === undefined ? {} : { openLake }),
  });
  const endpoints = new Endpoints(folder, clock);
  let url = "";
  const app = createApp({
    service: () => ({ endpoints, indexes, url }),
    gate: {
      allowedHosts: options.allowedHosts ?? null,
      corsAllowedOrigins: [],
      frameOptions: "DENY",
    },
    ...(onFailure === undefined ? {} : { onFailure }),
  });
  const listener: Listener = await listen((request, response) => void app(request, response), {
    ...(options.host === undefined ? {} : { host: options.host }),
    port: options.port,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  const name = listener.host.includes(":") ? `[${listener.host}]` : listener.host;
  url = `http://${name}:${listener.port}`;
  if (openLake !== undefined) indexes.startFollowing();
  return {
    url,
    close: async () => {
      await listener.close();
      await indexes.close();
    },
  };
}
