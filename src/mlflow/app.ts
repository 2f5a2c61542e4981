/**
 * The server as a function from request to response; `server.ts` puts it on a port. Reading order:
 * `routes/route.ts`, this, then any file of `routes/`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createGate, type GateOptions, readBody } from "../core/http/index.ts";
import type { AuthGate } from "./auth.ts";
import { type ApiRequest, answerApi } from "./dispatch.ts";
import { TooManyLogins } from "./login-limits.ts";
import type { Readers } from "./readers.ts";
import type { ApiRoute, Context, Method } from "./routes/route.ts";
import { createRouter, METHODS } from "./routes/router.ts";
import { MlflowError } from "./wire/error.ts";
import { sendError, sendPage, sendRedirect, sendText } from "./wire/reply.ts";
import { MAX_JSON_BYTES, refuseWorkspace, requireJsonType } from "./wire/request.ts";

/** Answers one request; never rejects. */
export type App = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface AppOptions {
  context: Context;
  /** Path prefix of every route, `/mlflow`; default none. */
  staticPrefix?: string;
  /** Told of failures that are ours: the request line and what was thrown. */
  onFailure?: (request: string, error: unknown) => void;
  /** Answer the heavy routes; default none: this thread does. */
  readers?: Readers;
  /** Before any route; default none. */
  security?: GateOptions;
  /** Who may call anything but `/health` and `/version`; default everyone. */
  auth?: AuthGate;
}

const OPEN_PATHS = new Set(["/health", "/version"]);
const NOT_FOUND =
  "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";
const NOT_ALLOWED = "The method is not allowed for the requested URL.";

/** Makes the app that serves every route over `options.context`. */
export function createApp(options: AppOptions): App {
  const prefix = options.staticPrefix ?? "";
  const find = createRouter(prefix);
  const gate =
    options.security === undefined
      ? () => false
      : createGate(options.security, {
          pathOf: (request) => pathOf(request).slice(prefix.length),
          open: OPEN_PATHS,
          apis: ["/api/", "/ajax-api/"],
        });
  return async (request, response) => {
    try {
      if (gate(request, response) || (await isStranger(request, response))) return;
      await answer(request, response);
    } catch (error) {
      // The client left before its request was whole: nobody to answer, nothing to report.
      if (error === request.errored) return;
      if (error instanceof TooManyLogins) response.setHeader("retry-after", error.retryAfterS);
      sendError(response, error);
      // What was not read of the body would stand before the connection's next request.
      request.resume();
      if (response.statusCode >= 500 && !(error instanceof MlflowError)) {
        options.onFailure?.(`${request.method} ${request.url}`, error);
      }
    }
  };

  async function isStranger(request: IncomingMessage, response: ServerResponse) {
    if (options.auth === undefined || isOpen(pathOf(request))) return false;
    return options.auth(request, response);
  }

  function isOpen(rawPath: string): boolean {
    return OPEN_PATHS.has(rawPath.slice(prefix.length));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    const rawPath = pathOf(request);
    if (!rawPath.endsWith("/mlflow/server-info")) refuseWorkspace(request);
    const method = request.method === "HEAD" ? "GET" : (request.method as Method);
    const match = find(method, rawPath);
    if (match === null) {
      const merged = rawPath.replace(/\/{2,}/g, "/");
      if (merged !== rawPath && find(method, merged) !== null) {
        return sendRedirect(response, merged + url.slice(rawPath.length));
      }
      const methods = METHODS.filter((other) => find(other, rawPath) !== null);
      if (methods.length === 0) return sendPage(response, 404, "Not Found", NOT_FOUND);
      return sendMethods(request, response, methods);
    }
    const { context } = options;
    const query = new URLSearchParams(url.slice(rawPath.length + 1));
    const { route, path } = match;
    // Writes look for themselves, and answers of a file that is gone are no answers.
    const isRead = method === "GET" || (route.kind === "api" && route.isHeavy);
    if (isRead && !isOpen(rawPath)) context.database.requireInPlace();
    if (route.kind === "raw") {
      const pathBelow = rawPath.slice(prefix.length);
      await route.handle({ context, request, response, rawPath: pathBelow, query, path });
      return;
    }
    const text = await answerText(route, await toApiRequest(route, request, query, path));
    sendText(response, 200, text, "application/json");
  }

  function answerText(route: ApiRoute, request: ApiRequest): Promise<string | Uint8Array> {
    const { readers, context } = options;
    if (route.isHeavy && readers !== undefined) return readers.answer(route, request);
    return answerApi(route, request, context);
  }
}

/** Answers OPTIONS, and 405 to the methods that a path does not have. */
function sendMethods(
  request: IncomingMessage,
  response: ServerResponse,
  methods: readonly Method[],
): void {
  const heads = methods.includes("GET") ? ["HEAD"] : [];
  response.setHeader("allow", [...methods, ...heads, "OPTIONS"].join(", "));
  if (request.method === "OPTIONS") {
    response.writeHead(200, { "content-length": 0 }).end();
    return;
  }
  sendPage(response, 405, "Method Not Allowed", NOT_ALLOWED);
}

async function toApiRequest(
  route: ApiRoute,
  request: IncomingMessage,
  query: URLSearchParams,
  path: Record<string, string>,
): Promise<ApiRequest> {
  if (route.method === "GET" && query.size > 0) return { query: String(query), body: "", path };
  requireJsonType(request);
  const body = await readBody(request, MAX_JSON_BYTES);
  return { query: null, body: body.toString("utf8"), path };
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  return at < 0 ? url : url.slice(0, at);
}
