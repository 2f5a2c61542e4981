/** The only place that opens a port. Loopback unless the caller names another address. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { SovereignError } from "../errors.ts";

/** A server that listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets requests in progress end, then cuts what is left after `drainMs`. */
  close(drainMs?: number): Promise<void>;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 picks a free one. */
  port: number;
  /** A request whose headers take longer is dropped. Default 60 s. */
  headersTimeoutMs?: number;
  /** A connection on which no byte moves for so long is cut. Default 10 minutes. */
  idleTimeoutMs?: number;
}

const DRAIN_MS = 10_000;
const DRAIN_CHECK_MS = 50;

/**
 * Listens with `handle`. INVALID_PARAMETER_VALUE for no port, TEMPORARILY_UNAVAILABLE when it is
 * taken, PERMISSION_DENIED when the address cannot be had.
 */
export async function listen(handle: RequestListener, options: ListenOptions): Promise<Listener> {
  const host = options.host ?? "127.0.0.1";
  if (options.port < 0 || options.port > 65_535) {
    throw new SovereignError("INVALID_PARAMETER_VALUE", `there is no port ${options.port}`, {
      hint: "choose one from 1 to 65535, or 0 for any",
    });
  }
  const server = createServer(
    {
      // An upload may take as long as it takes; a client that sends no headers may not.
      requestTimeout: 0,
      headersTimeout: options.headersTimeoutMs ?? 60_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 5_000,
    },
    handle,
  );
  server.setTimeout(options.idleTimeoutMs ?? 600_000);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, () => resolve());
  }).catch((cause: NodeJS.ErrnoException) => {
    throw explain(cause, host, options.port);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    close: async (drainMs = DRAIN_MS) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A kept-alive connection becomes idle only when its last answer is out.
      const idle = setInterval(() => server.closeIdleConnections(), DRAIN_CHECK_MS);
      const cut = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): SovereignError {
  if (cause.code === "EADDRINUSE") {
    return new SovereignError(
      "TEMPORARILY_UNAVAILABLE",
      `port ${port} of ${host} is taken by another process`,
      { hint: "choose another one with `--port`, or `--port 0` for any", cause },
    );
  }
  return new SovereignError("PERMISSION_DENIED", `cannot listen on ${host} port ${port}`, {
    hint: "choose another address with `--host` or `--port`",
    cause,
  });
}
