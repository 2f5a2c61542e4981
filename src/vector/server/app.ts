/**
 * The REST API of Databricks Vector Search (api/2.0/vector-search, as databricks-sdk 0.156 and
 * databricks-ai-search 0.81 speak it) over collections. A function from request to response;
 * `server.ts` puts it on a port. The token of a client is not looked at: whoever reaches the port
 * may call. Of other APIs it answers what those clients ask on the way.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { SovereignError } from "../../core/errors.ts";
import { createGate, type GateOptions, readBody } from "../../core/http/index.ts";
import { printJson } from "../../core/json/index.ts";
import type { Collection } from "../collection.ts";
import {
  createEndpoint,
  createIndex,
  deleteEndpoint,
  describeIndex,
  getEndpoint,
  listEndpoints,
  listIndexes,
  type Service,
} from "./control.ts";
import { deleteData, queryIndex, queryNextPage, scanIndex, upsertData } from "./data.ts";
import { type Message, readMessage, refuse, requireText } from "./message.ts";
import { getModelEndpoint, listModelEndpoints } from "./model-endpoints.ts";

/** Answers one request; never rejects. */
export type App = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface AppOptions {
  readonly service: () => Service;
  readonly gate: GateOptions;
  /** Told of failures that are ours. */
  readonly onFailure?: (request: string, error: unknown) => void;
}

const MODELS = "/api/2.0/serving-endpoints";
/** What databricks-sdk asks a host for first; without an answer it warns. */
const HOST_FACTS = "/.well-known/databricks-config";
const ROOT = "/api/2.0/vector-search/";
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Makes the app. */
export function createApp({ service, gate, onFailure }: AppOptions): App {
  const guard = createGate(gate, {
    pathOf: (request) => pathOf(request),
    open: new Set(["/health"]),
    apis: ["/api/"],
  });
  return async (request, response) => {
    try {
      if (guard(request, response)) return;
      if (pathOf(request) === "/health") return send(response, 200, { status: "OK" });
      const body = decodeBody(await readBody(request, MAX_BODY_BYTES));
      send(response, 200, await answer(service(), request, body));
    } catch (error) {
      // The client left before its request was whole.
      if (error === request.errored) return;
      sendError(response, error);
      request.resume();
      if (response.statusCode >= 500 && !(error instanceof SovereignError)) {
        onFailure?.(`${request.method} ${request.url}`, error);
      }
    }
  };
}

async function answer(service: Service, request: IncomingMessage, body: string): Promise<unknown> {
  const [path = "", search = ""] = splitUrl(request);
  if (!path.startsWith(ROOT)) return answerBeside(service, request, path);
  const words = path.slice(ROOT.length).split("/").map(decodeWord);
  const message = { ...queryMessage(search), ...readMessage(body) };
  const [group, name, ...more] = words;
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
  if (group === "endpoints") {
    if (name === undefined) {
      if (method === "POST") return createEndpoint(service, message);
      if (method === "GET") return listEndpoints(service);
    } else if (more.length === 0) {
      if (method === "GET") return getEndpoint(service, name);
      if (method === "DELETE") return deleteEndpoint(service, name);
    } else if (more[0] === "indexes") {
      return answerIndexes(service, { method, message, endpoint: name, words: more.slice(1) });
    }
  }
  if (group === "indexes") {
    return answerIndexes(service, { method, message, endpoint: null, words: words.slice(1) });
  }
  throw noRoute(request);
}

/** What clients of indexes ask of other parts of a workspace. */
function answerBeside(service: Service, request: IncomingMessage, path: string): unknown {
  if (request.method !== "GET") throw noRoute(request);
  if (path === HOST_FACTS) return {};
  if (path === MODELS) return listModelEndpoints(service.indexes.embedders());
  if (!path.startsWith(`${MODELS}/`)) throw noRoute(request);
  const name = decodeWord(path.slice(MODELS.length + 1));
  return getModelEndpoint(name, service.indexes.embedders());
}

interface IndexRequest {
  readonly method: string;
  readonly message: Message;
  /** Of the path; in the message without it. */
  readonly endpoint: string | null;
  /** Of the path behind `indexes`. */
  readonly words: readonly string[];
}

async function answerIndexes(service: Service, request: IndexRequest): Promise<unknown> {
  const { method, message, words } = request;
  const [name, verb, ...more] = words;
  if (name === undefined) {
    const endpoint = request.endpoint ?? requireText(message, "endpoint_name");
    if (method === "POST") return createIndex(service, message, endpoint);
    if (method === "GET") return listIndexes(service, endpoint);
  } else if (verb === undefined) {
    if (method === "GET") return describeIndex(service, name);
    if (method === "DELETE") {
      await service.indexes.drop(name);
      return {};
    }
  } else if (more.length === 0) {
    return answerVerb(service, name, { verb, method, message });
  }
  throw noRouteFor(`${method} ${ROOT}indexes/${words.join("/")}`);
}

type Work = (collection: Collection) => unknown;

async function answerVerb(
  { indexes }: Service,
  name: string,
  { verb, method, message }: { verb: string; method: string; message: Message },
): Promise<unknown> {
  const isReading = method === "GET" || method === "POST";
  const read = (work: Work): Promise<unknown> => indexes.use(name, "read", work);
  const write = (work: Work): Promise<unknown> => indexes.use(name, "write", work);
  switch (verb) {
    case "query":
      if (isReading) return read((index) => queryIndex(index, message));
      break;
    case "query-next-page":
      if (isReading) return read((index) => queryNextPage(index, message));
      break;
    case "scan":
      if (isReading) return read((index) => scanIndex(index, message));
      break;
    case "upsert-data":
      if (method === "POST") return write((index) => upsertData(index, message));
      break;
    case "delete-data":
      if (method === "POST" || method === "DELETE")
        return write((index) => deleteData(index, message));
      break;
    case "sync":
      if (method !== "POST") break;
      await indexes.sync(name);
      return {};
  }
  throw noRouteFor(`${method} ${ROOT}indexes/${name}/${verb}`);
}

/** INVALID_PARAMETER_VALUE for bytes that are no text. */
function decodeBody(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw refuse("the body is no UTF-8");
  }
}

function splitUrl(request: IncomingMessage): [string, string] {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}

function pathOf(request: IncomingMessage): string {
  return splitUrl(request)[0];
}

function decodeWord(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    throw refuse("the path is no UTF-8");
  }
}

/** Members of a query string; a name that comes several times is a list. */
function queryMessage(search: string): Message {
  const parameters = new URLSearchParams(search);
  const names = [...new Set(parameters.keys())].filter((name) => name !== "__proto__");
  return Object.fromEntries(
    names.map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length === 1 && name !== "primary_keys" ? values[0] : values];
    }),
  );
}

function noRoute(request: IncomingMessage): SovereignError {
  return noRouteFor(`${request.method} ${pathOf(request)}`);
}

function noRouteFor(what: string): SovereignError {
  return new SovereignError("RESOURCE_DOES_NOT_EXIST", `there is no route ${what.slice(0, 200)}`, {
    hint: `routes start with ${ROOT}`,
  });
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(printJson(value as never));
  response.writeHead(status, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}

/** `{error_code, message}` with the status of the code. */
function sendError(response: ServerResponse, error: unknown): void {
  const isOurs = error instanceof SovereignError;
  const hint = isOurs && error.hint !== undefined ? ` (${error.hint})` : "";
  send(response, isOurs ? error.httpStatus : 500, {
    error_code: isOurs ? error.code : "INTERNAL_ERROR",
    message: isOurs ? `${error.message}${hint}` : "the server has failed",
  });
}
