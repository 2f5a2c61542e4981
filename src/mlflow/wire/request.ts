/**
 * From an HTTP request to a route's message: the query of a GET, else a JSON body, which old
 * clients encode twice and some send empty (`_get_request_message` of MLflow's handlers.py).
 */
import type { IncomingMessage } from "node:http";
import type { ExactJson } from "../../core/json/index.ts";
import { isJsonObject } from "../../core/json/index.ts";
import { type Checks, enforceChecks } from "./checks.ts";
import { invalidParameter, MlflowError } from "./error.ts";
import { type Field, type Fields, type MessageOf, parseMessage } from "./fields.ts";
import { parseBody } from "./python-json.ts";

/** JSON bodies beyond this are refused; a batch of the largest legal values is 8 MiB. */
export const MAX_JSON_BYTES = 32 * 1024 * 1024;
/** Values in one body: small bytes make large objects, 32 MiB of `{},` more than a gigabyte. */
const MAX_VALUES = 500_000;
/** Texts beyond this are not read a second time for the sake of a message. */
const MAX_QUOTED_LENGTH = 1024 * 1024;

type JsonObject = { readonly [key: string]: ExactJson };

/** The message of a request whose parameters are in the query. */
export function readQueryMessage<F extends Fields>(
  fields: F,
  checks: Checks,
  query: URLSearchParams,
): MessageOf<F> {
  const json: Record<string, ExactJson> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (query.has(name)) json[name] = readQueryValue(field, query.getAll(name));
  }
  return toMessage(fields, checks, json, json);
}

/** The message of a request whose parameters are in a JSON body. */
export function readBodyMessage<F extends Fields>(
  fields: F,
  checks: Checks,
  text: string,
): MessageOf<F> {
  const json = toObject(text, false);
  const exact = text.length > MAX_QUOTED_LENGTH ? json : () => toObject(text, true);
  return toMessage(fields, checks, json, exact);
}

/** Refuses a body that is not declared as JSON, as MLflow does for POST and PUT. */
export function requireJsonType(request: IncomingMessage): void {
  if (request.method !== "POST" && request.method !== "PUT") return;
  const type = request.headers["content-type"]?.split(";")[0]?.trim();
  if (type === "application/json") return;
  throw invalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
}

/** Refuses a request for a workspace: this server has none. */
export function refuseWorkspace(request: IncomingMessage): void {
  if (!String(request.headers["x-mlflow-workspace"] ?? "").trim()) return;
  throw new MlflowError(
    "FEATURE_DISABLED",
    "Workspace APIs are not available: workspaces are not enabled on this server",
  );
}

function toMessage<F extends Fields>(
  fields: F,
  checks: Checks,
  json: JsonObject,
  exact: JsonObject | (() => JsonObject),
): MessageOf<F> {
  const { message, isWhole } = parseMessage(fields, json);
  // Only messages about misfits quote values, so only then are decimals read as they were written.
  const quoted = isWhole ? json : typeof exact === "function" ? exact() : exact;
  enforceChecks(checks, quoted, isWhole);
  return message;
}

function toObject(text: string, exact: boolean): JsonObject {
  let json = text === "" ? undefined : parseBounded(text, exact);
  if (typeof json === "string") json = parseBounded(json, exact);
  if (json === undefined || json === null) return {};
  if (isJsonObject(json)) return json;
  throw invalidParameter("The request body must be a JSON object.");
}

function parseBounded(text: string, exact: boolean): ExactJson | undefined {
  if (hasMoreValues(text, MAX_VALUES)) {
    throw new MlflowError("BAD_REQUEST", `The request body holds more than ${MAX_VALUES} values.`);
  }
  return parseBody(text, exact);
}

/** Whether a JSON text has more commas and brackets outside of its strings than `limit`. */
function hasMoreValues(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') at = endOfString(text, at);
    else if (letter === "," || letter === "[" || letter === "{") count++;
    if (count > limit) return true;
  }
  return false;
}

/** Where the string that begins at `start` has its closing quote, or the text its end. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function readQueryValue(field: Field, values: string[]): ExactJson {
  if (typeof field === "object" && field.kind === "list") return values;
  const value = values[0] ?? "";
  if (field !== "bool") return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  throw invalidParameter(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
}
