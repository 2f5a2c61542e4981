/**
 * The REST API over HTTP, with the credentials and retries of MLflow's own client: Basic or bearer
 * from the environment, and again after 408, 429 and 5xx (but 501) with growing pauses. Sockets
 * obey the privacy tier.
 */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ReadableStream } from "node:stream/web";
import { setTimeout as pause } from "node:timers/promises";
import type { Environment } from "../../core/config/index.ts";
import { SovereignError } from "../../core/errors.ts";
import { isJsonObject, parseJson } from "../../core/json/index.ts";
import { printAnswer } from "../wire/print-json.ts";
import {
  type ApiCall,
  refusal,
  type Transport,
  type WireAnswer,
  type WireObject,
} from "./transport.ts";

export interface HttpTransportOptions {
  /** `http://127.0.0.1:5000`, `https://workspace.cloud.databricks.com`. */
  readonly url: string;
  /** Read for MLFLOW_TRACKING_TOKEN, _USERNAME, _PASSWORD and DATABRICKS_TOKEN. */
  readonly env: Environment;
  /** Times a request is sent again. Default 5, as MLflow's client (over about half a minute). */
  readonly retries?: number;
  /** First pause between two tries; it doubles. Default 1 s. */
  readonly pauseMs?: number;
  readonly signal?: AbortSignal;
}

const PROXY = "/api/2.0/mlflow-artifacts/artifacts/";
const EXPERIMENT_HEADER = "x-mlflow-experiment-id";
const RETRIED = new Set([408, 429, 500, 502, 503, 504]);

/** A transport to the server at `options.url`. INVALID_PARAMETER_VALUE for what is no URL. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const base = checkUrl(options.url);
  const headers = credentials(options.env);
  const signal = options.signal === undefined ? {} : { signal: options.signal };

  async function send(
    path: string,
    init: RequestInit,
    body?: () => NonNullable<RequestInit["body"]>,
  ): Promise<Response> {
    const retries = options.retries ?? 5;
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(base + path, {
        ...init,
        ...signal,
        headers: { ...headers, ...init.headers },
        ...(body === undefined ? {} : { body: body() }),
      }).catch((error: unknown) => {
        if (attempt >= retries || !isConnectionFailure(error)) throw explain(error, options.url);
        return null;
      });
      const isFinal = response !== null && !RETRIED.has(response.status);
      if (response !== null && (isFinal || attempt >= retries)) return response;
      await response?.body?.cancel();
      await pause((options.pauseMs ?? 1000) * 2 ** attempt, undefined, signal);
    }
  }

  return {
    name: options.url,
    call: async ({ method, path, version = "2.0", params = {} }: ApiCall) => {
      const query = method === "GET" ? toQuery(params) : "";
      const text = method === "GET" ? null : printAnswer(params);
      const response = await send(
        `/api/${version}/mlflow${path}${query}`,
        { method, headers: text === null ? {} : { "content-type": "application/json" } },
        text === null ? undefined : () => text,
      );
      return readAnswer(response, options.url);
    },
    upload: async (path, source, sizeBytes) => {
      const url = base + PROXY + encodePath(path);
      if (sizeBytes === undefined) {
        const bytes = await buffer(source);
        await readAnswer(await send(PROXY + encodePath(path), { method: "PUT" }, () => bytes), url);
        return;
      }
      // A stream can be sent once only: no retry, the caller still has the file.
      const init = {
        method: "PUT",
        duplex: "half",
        ...signal,
        headers: { ...headers, "content-length": String(sizeBytes) },
        body: Readable.toWeb(source),
      } as unknown as RequestInit;
      const response = await fetch(url, init).catch((error: unknown) => {
        throw explain(error, options.url);
      });
      await readAnswer(response, options.url);
    },
    download: async (path) => {
      const response = await send(PROXY + encodePath(path), { method: "GET" });
      if (!response.ok) await readAnswer(response, options.url);
      return Readable.fromWeb((response.body ?? new Blob([]).stream()) as ReadableStream);
    },
    sendSpans: async (experimentId, request) => {
      const ours = { "content-type": "application/x-protobuf", [EXPERIMENT_HEADER]: experimentId };
      const init = { method: "POST", headers: ours };
      const response = await send("/v1/traces", init, () => new Uint8Array(request));
      // The answer is an empty message of protobuf.
      if (response.ok) await response.body?.cancel();
      else await readAnswer(response, options.url);
    },
    close: async () => {},
  };
}

async function readAnswer(response: Response, url: string): Promise<WireAnswer> {
  const text = await response.text();
  const json = parseOrNull(text);
  if (response.ok) {
    if (text === "") return {};
    if (isJsonObject(json)) return json;
    throw new SovereignError("TEMPORARILY_UNAVAILABLE", `\`${url}\` answered no JSON`, {
      hint: "check that it is an MLflow server: GET /version tells its version",
    });
  }
  const code = isJsonObject(json) ? String(json.error_code ?? "") : "";
  const plain = text.startsWith("<") ? "" : text.slice(0, 200);
  const message = isJsonObject(json) ? String(json.message ?? "") : plain;
  throw refusal(response.status, code, message || `${url} answered ${response.status}`);
}

function parseOrNull(text: string) {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function toQuery(params: WireObject): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) query.append(name, String(one));
    }
  }
  return query.size === 0 ? "" : `?${query}`;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function credentials(env: Environment): Record<string, string> {
  const token = env.MLFLOW_TRACKING_TOKEN || env.DATABRICKS_TOKEN;
  if (token) return { authorization: `Bearer ${token}` };
  const name = env.MLFLOW_TRACKING_USERNAME;
  if (!name) return {};
  const pair = `${name}:${env.MLFLOW_TRACKING_PASSWORD ?? ""}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function checkUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "http:" || protocol === "https:") return url.replace(/\/+$/, "");
  throw new SovereignError("INVALID_PARAMETER_VALUE", `\`${url}\` is no tracking URI`, {
    hint: "write `http://HOST:PORT`, `https://HOST`, or a database such as `sqlite:///mlflow.db`",
  });
}

/** The guard's refusal comes wrapped in fetch's own error. */
function explain(error: unknown, url: string): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof SovereignError) return cause;
  if (!isConnectionFailure(error)) return error;
  return new SovereignError("TEMPORARILY_UNAVAILABLE", `no MLflow server answers at \`${url}\``, {
    hint: "start one with `sovereign mlflow server`, or check `--tracking-uri`",
    cause: error,
  });
}

function isConnectionFailure(error: unknown): boolean {
  return error instanceof TypeError && !(error.cause instanceof SovereignError);
}
