/**
 * What a route is. An `apiRoute` answers JSON to a protobuf-shaped request and is served under
 * `/api/<version>` and `/ajax-api/<version>`; a `rawRoute` has the exchange to itself (health,
 * artifact bytes, OTLP). Each group of routes is a file here, collected by `index.ts`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../core/store/index.ts";
import type { MlflowEnvironment } from "../environment.ts";
import type { WebhookSender } from "../webhooks/sender.ts";
import type { Checks } from "../wire/checks.ts";
import type { Fields, MessageOf } from "../wire/fields.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** How the server was started, as far as answers depend on it. */
export interface Settings {
  /** Where runs keep their artifacts unless their experiment says otherwise. */
  readonly defaultArtifactRoot: string;
  /** Where proxied artifacts lie: a folder's path. */
  readonly artifactsDestination: string;
  /** Absolute folders; local artifact locations outside of them are not read for clients. */
  readonly localRoots: readonly string[];
  /** False for `--no-serve-artifacts`: the proxy routes then refuse. */
  readonly servesArtifacts: boolean;
  /** Where relative artifact locations start. */
  readonly cwd: string;
  readonly environment: MlflowEnvironment;
}

/** What handlers work with. */
export interface Context {
  readonly database: Database;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly webhooks: WebhookSender;
}

/** One request to an API route. */
export interface Call<F extends Fields = Fields> {
  readonly context: Context;
  readonly message: MessageOf<F>;
  /** The `:name` parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
}

export interface ApiRoute {
  readonly kind: "api";
  readonly method: Method;
  /** Below `/api/<version>/mlflow`, with `:name` for parameters: `/runs/get`. */
  readonly path: string;
  /** Null: `path` is the whole path. */
  readonly version: "2.0" | "3.0" | null;
  /** Served under `/ajax-api` only. */
  readonly isAjaxOnly: boolean;
  readonly fields: Fields;
  readonly checks: Checks;
  /** Only reads, and may take long: a reader's connection answers it. */
  readonly isHeavy: boolean;
  /** Writes before its first await, or by `whenFree`: a locked database is then waited for. */
  readonly handle: (call: Call) => unknown;
}

/** An API route as its file writes it; `handle` answers the JSON object, or a promise of it. */
export interface ApiRouteSpec<F extends Fields> {
  method: Method;
  path: string;
  version?: "2.0" | "3.0" | null;
  isAjaxOnly?: boolean;
  fields?: F;
  checks?: Checks;
  isHeavy?: boolean;
  handle: (call: Call<F>) => unknown;
}

/** Declares an API route; version 2.0 unless said. */
export function apiRoute<F extends Fields>(spec: ApiRouteSpec<F>): ApiRoute {
  return {
    kind: "api",
    method: spec.method,
    path: spec.path,
    version: spec.version === undefined ? "2.0" : spec.version,
    isAjaxOnly: spec.isAjaxOnly ?? false,
    fields: spec.fields ?? {},
    checks: spec.checks ?? {},
    isHeavy: spec.isHeavy ?? false,
    handle: spec.handle as (call: Call) => unknown,
  };
}

/** One request to a raw route. */
export interface Exchange {
  readonly context: Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path as it came, still percent-encoded, without the static prefix. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly path: Readonly<Record<string, string>>;
}

export interface RawRoute {
  readonly kind: "raw";
  readonly method: Method;
  /** The whole path in find-my-way's syntax: `/health`, `/build/*`. */
  readonly path: string;
  readonly handle: (exchange: Exchange) => void | Promise<void>;
}

/** Declares a raw route. */
export function rawRoute(
  method: Method,
  path: string,
  handle: (exchange: Exchange) => void | Promise<void>,
): RawRoute {
  return { kind: "raw", method, path, handle };
}

export type Route = ApiRoute | RawRoute;

/** The paths under which a route is served. */
export function pathsOf(route: Route): string[] {
  if (route.kind === "raw" || route.version === null) return [route.path];
  const ajax = `/ajax-api/${route.version}/mlflow${route.path}`;
  return route.isAjaxOnly ? [ajax] : [`/api/${route.version}/mlflow${route.path}`, ajax];
}
