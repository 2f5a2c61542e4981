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

/** JSON bodies beyond this are refused unread; a batch of the largest legal values is 8 MiB. */
export const MAX_JSON_BYTES = 256 * 1024 * 1024;

type JsonObject = { readonly [key: string]: ExactJson };

/** Reads the whole body. 413 as INVALID_PARAMETER_VALUE beyond `limitBytes`. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) {
      throw new MlflowError("BAD_REQUEST", `The request body exceeds ${limitBytes} bytes.`);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, sizeBytes);
}

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
  return toMessage(fields, checks, toObject(text, false), () => toObject(text, true));
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
  let json = text === "" ? undefined : parseBody(text, exact);
  if (typeof json === "string") json = parseBody(json, exact);
  if (json === undefined || json === null) return {};
  if (isJsonObject(json)) return json;
  throw invalidParameter("The request body must be a JSON object.");
}

function readQueryValue(field: Field, values: string[]): ExactJson {
  if (typeof field === "object" && field.kind === "list") return values;
  const value = values[0] ?? "";
  if (field !== "bool") return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  throw invalidParameter(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
}
