/** The only place that opens a port. Loopback unless the caller names another address. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SovereignError } from "../errors.ts";

/** A server that listens. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /**
   * Stops accepting, lets requests in progress end, then cuts what is left after `drainMs`.
   * Requests that are still arriving have a second for it: a client may take for ever.
   */
  close(drainMs?: number): Promise<void>;
}

export interface ListenOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0 picks a free one. */
  port: number;
  /** A request whose headers take longer is dropped. Default 60 s. */
  headersTimeoutMs?: number;
  /** A request whose body takes longer is answered 408 and dropped. Default: there is no limit. */
  requestTimeoutMs?: number;
  /** A connection on which no byte moves for so long is cut. Default 10 minutes. */
  idleTimeoutMs?: number;
}

const DRAIN_MS = 10_000;
const DRAIN_CHECK_MS = 50;
const ARRIVAL_MS = 1000;
const TIMEOUT_CHECK_MS = 5000;

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
  const requestTimeoutMs = options.requestTimeoutMs ?? 0;
  const mostMs = requestTimeoutMs === 0 ? Number.POSITIVE_INFINITY : requestTimeoutMs;
  const headersTimeoutMs = Math.min(options.headersTimeoutMs ?? 60_000, mostMs);
  const server = createServer(
    {
      // An upload may take as long as it takes; a client that sends no headers may not.
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, headersTimeoutMs),
    },
    handle,
  );
  const cutArriving = watchArrivals(server);
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
      const cuts = [
        setTimeout(cutArriving, Math.min(ARRIVAL_MS, drainMs)),
        setTimeout(() => server.closeAllConnections(), drainMs),
      ];
      await closed;
      clearInterval(idle);
      for (const cut of cuts) clearTimeout(cut);
    },
  };
}

/** Returns what cuts the connections whose request has not come whole. */
function watchArrivals(server: Server): () => void {
  const requests = new Map<Socket, IncomingMessage | null>();
  server.on("connection", (socket: Socket) => {
    requests.set(socket, null);
    socket.once("close", () => requests.delete(socket));
  });
  server.on("request", (request: IncomingMessage) => requests.set(request.socket, request));
  return () => {
    for (const [socket, request] of requests) if (request?.complete !== true) socket.destroy();
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
