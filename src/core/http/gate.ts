/**
 * What stands before every route: the Host header against a list (a web page may point a name of
 * its own at this machine: DNS rebinding), the Origin of requests that change state, the preflight
 * of browsers, and the headers of every answer. Defaults and words are MLflow 3.11.1's
 * (server/security_utils.py), except that its patterns for private networks match addresses only:
 * there `10.*` also lets `10.example.com` in.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { isIP } from "node:net";

export interface GateOptions {
  /** Patterns of the Host header with `*`; null means this machine and private addresses. */
  allowedHosts: readonly string[] | null;
  /** Origins, with `*`, besides this machine's that may change state. */
  corsAllowedOrigins: readonly string[];
  /** `X-Frame-Options`, or null for none. */
  frameOptions: string | null;
}

/** What a gate has to know of its server's paths, which are without any prefix here. */
export interface GatedPaths {
  /** A request's path. */
  readonly pathOf: (request: IncomingMessage) => string;
  /** Answered whatever the Host header says. */
  readonly open: ReadonlySet<string>;
  /** Paths that start so answer the preflight of browsers. */
  readonly apis: readonly string[];
}

/** Looks at one request; true when it has answered (refused, or a preflight). */
export type Gate = (request: IncomingMessage, response: ServerResponse) => boolean;

const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];
const LOCAL_ORIGIN_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
const CHANGING_METHODS = new Set(["POST", "PUT", "DELETE", "PATCH"]);
const ALLOWED_METHODS = "DELETE, GET, OPTIONS, PATCH, POST, PUT";

/** The gate for these options. */
export function createGate(options: GateOptions, { pathOf, open, apis }: GatedPaths): Gate {
  const isHostAllowed = hostRule(options.allowedHosts);
  return (request, response) => {
    const path = pathOf(request);
    response.setHeader("x-content-type-options", "nosniff");
    if (options.frameOptions !== null) {
      response.setHeader("x-frame-options", options.frameOptions);
    }
    if (!open.has(path) && !isHostAllowed(request.headers.host ?? "")) {
      refuse(response, "Invalid Host header - possible DNS rebinding attack detected");
      return true;
    }
    const origin = request.headers.origin ?? "";
    if (origin === "") return false;
    const isAllowed = isOriginAllowed(origin, options.corsAllowedOrigins);
    if (isAllowed) allowOrigin(response, origin);
    const isApi = apis.some((prefix) => path.startsWith(prefix));
    if (request.method === "OPTIONS" && isApi) {
      preflight(request, response, isAllowed);
      return true;
    }
    // MLflow guards its API paths; OTLP, artifacts and GraphQL change state just as well.
    if (isAllowed || !CHANGING_METHODS.has(request.method ?? "")) return false;
    refuse(response, "Cross-origin request blocked");
    return true;
  };
}

function hostRule(patterns: readonly string[] | null): (host: string) => boolean {
  if (patterns === null) return isHomeHost;
  if (patterns.includes("*")) return () => true;
  return (host) => host !== "" && patterns.some((pattern) => matches(pattern, host));
}

/** This machine by its usual names, or an address of a private network (RFC 1918, RFC 4193). */
function isHomeHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (LOCAL_NAMES.includes(name)) return true;
  const address = name.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 6) return /^f[cd]/.test(address);
  if (isIP(address) !== 4) return false;
  const [first = 0, second = 0] = address.split(".").map(Number);
  return (
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168)
  );
}

function isOriginAllowed(origin: string, patterns: readonly string[]): boolean {
  if (patterns.includes("*")) return true;
  try {
    if (LOCAL_ORIGIN_NAMES.has(new URL(origin).hostname)) return true;
  } catch {
    return false;
  }
  return patterns.some((pattern) => matches(pattern, origin));
}

/** Shell patterns with `*` only, as a linear walk: no regular expression of a user's making. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.toLowerCase().split("*");
  const lower = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return lower === first;
  if (!lower.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = lower.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return lower.length - last.length >= at && lower.endsWith(last);
}

function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("vary", "Origin");
}

function preflight(request: IncomingMessage, response: ServerResponse, isAllowed: boolean): void {
  if (isAllowed) {
    const headers = request.headers["access-control-request-headers"];
    response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
    if (headers !== undefined) response.setHeader("access-control-allow-headers", headers);
  }
  response.writeHead(204).end();
}

function refuse(response: ServerResponse, text: string): void {
  response.writeHead(403, { "content-type": "text/plain" });
  response.end(text);
}
