/**
 * How a client reaches a tracking store: over HTTP (`http-transport.ts`: this server, MLflow's own,
 * a Databricks workspace) or in this process without a server (`local-transport.ts`). Both answer
 * the same JSON, so everything above knows only this.
 */
import type { Readable } from "node:stream";
import { type ErrorCode, listErrorCodes, SovereignError } from "../../core/errors.ts";
import type { ExactJson } from "../../core/json/index.ts";
import type { Method } from "../routes/route.ts";
import { MlflowError } from "../wire/error.ts";

/** A JSON object as the API sends and takes it; undefined fields are left out. */
export type WireObject = Readonly<Record<string, unknown>>;
/** A JSON object that was received. */
export type WireAnswer = { readonly [key: string]: ExactJson };

/** A request to the REST API. */
export interface ApiCall {
  readonly method: Method;
  /** Below `/api/<version>/mlflow`: `/runs/get`. */
  readonly path: string;
  /** Default 2.0. */
  readonly version?: "2.0" | "3.0";
  /** The query of a GET, the body of the others. */
  readonly params?: WireObject;
}

export interface Transport {
  /** For messages: the server's URL, or the file. */
  readonly name: string;
  /**
   * Answers `call`. SovereignError with MLflow's code and message for a refusal,
   * TEMPORARILY_UNAVAILABLE when nobody answers.
   */
  call(call: ApiCall): Promise<WireAnswer>;
  /**
   * Stores bytes at `path` of the proxied artifacts. A source of unknown size is held in memory:
   * MLflow's own server takes a body without a length for an empty one.
   */
  upload(path: string, source: Readable, sizeBytes?: number): Promise<void>;
  /** The bytes at `path` of the proxied artifacts. */
  download(path: string): Promise<Readable>;
  /** Stores spans: an OTLP export request in protobuf. */
  sendSpans(experimentId: string, request: Buffer): Promise<void>;
  close(): Promise<void>;
}

const OWN_CODES = new Set<string>(listErrorCodes().map(({ code }) => code));

/** What a server refused with, as the house's error. `status` decides for codes that are not ours. */
export function refusal(status: number, errorCode: string, message: string): SovereignError {
  const code = OWN_CODES.has(errorCode) ? (errorCode as ErrorCode) : codeOfStatus(status);
  const shown = code === "INTERNAL_ERROR" ? "TEMPORARILY_UNAVAILABLE" : code;
  return new SovereignError(shown, message, {
    hint: hintFor(shown),
    details: { error_code: errorCode, http_status: status },
  });
}

/** Whether a server refused because it has no such route: older ones lack some. */
export function isUnknownRoute(error: unknown): boolean {
  if (!(error instanceof SovereignError)) return false;
  const { error_code: code, http_status: status } = error.details as Record<string, unknown>;
  const isNamed = code === "ENDPOINT_NOT_FOUND" || code === "NOT_IMPLEMENTED";
  return isNamed || (code === "" && (status === 404 || status === 405));
}

/** Throws what the store's own code threw as a client says it. */
export function rethrow(error: unknown): never {
  if (error instanceof MlflowError) {
    throw refusal(error.httpStatus, error.errorCode, error.message);
  }
  throw error;
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "RESOURCE_DOES_NOT_EXIST";
    case 409:
      return "RESOURCE_CONFLICT";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 501:
      return "NOT_IMPLEMENTED";
    default:
      return status >= 500 ? "TEMPORARILY_UNAVAILABLE" : "INVALID_PARAMETER_VALUE";
  }
}

function hintFor(code: ErrorCode): string {
  switch (code) {
    case "PERMISSION_DENIED":
      return "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD";
    case "RESOURCE_DOES_NOT_EXIST":
      return "check the id or name; `sovereign mlflow experiments search` and `runs search` find them";
    case "RESOURCE_ALREADY_EXISTS":
      return "choose another name, or use the one that is there";
    case "TEMPORARILY_UNAVAILABLE":
    case "RESOURCE_EXHAUSTED":
      return "try again in a moment; the server's log tells more";
    case "NOT_IMPLEMENTED":
      return "the server does not have this; `/version` tells which MLflow it is";
    default:
      return "change what the message names and try again";
  }
}
