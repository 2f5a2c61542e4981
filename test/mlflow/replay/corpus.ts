/**
 * Sends recorded requests in order to a server and tells which answers differ. The recordings are
 * the conformance data's `mlflow/replay`; `faults.json` there names what ours answers better.
 */
import { existsSync, readFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { join, resolve } from "node:path";
import {
  type ExactJson,
  isJsonObject,
  JsonNumber,
  parseExactJson,
  parseJson,
} from "../../../src/core/json/index.ts";
import { type Comparison, compare, substitute, type Variables } from "./match.ts";

const HERE = import.meta.dirname;
export const MLFLOW_CONFORMANCE = join(
  process.env.SOVEREIGN_CONFORMANCE ?? resolve(HERE, "../../../../shared/conformance"),
  "mlflow",
);
export const hasCorpus = existsSync(join(MLFLOW_CONFORMANCE, "replay/requests.jsonl"));

interface Recorded {
  name: string;
  method: string;
  path: string;
  query?: { [key: string]: ExactJson };
  headers?: { [key: string]: string };
  body?: ExactJson;
  body_raw?: string;
  body_b64?: string;
  capture?: { [variable: string]: string };
  unordered?: string[];
  ignore?: string[];
  expect: Expected;
}

interface Expected {
  status: number;
  content_type: string;
  json?: ExactJson;
  text?: string;
  b64?: string;
  headers?: { [name: string]: string };
}

interface Fault {
  status: number;
  error_code?: string;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The recorded requests, in the order in which they must be sent. */
export function readCorpus(): Recorded[] {
  const text = readFileSync(join(MLFLOW_CONFORMANCE, "replay/requests.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const recorded = parseJson(line) as unknown as Recorded;
      // A body is sent with its decimals as they were: `9.0` is a float to MLflow, `9` is not.
      const exact = parseExactJson(line, { keepDecimals: true }) as { body?: ExactJson };
      return exact.body === undefined ? recorded : { ...recorded, body: exact.body };
    });
}

/** Replays the corpus against `baseUrl`; the differences by request name, empty lists included. */
export async function replay(baseUrl: string): Promise<Map<string, string[]>> {
  const faults = JSON.parse(
    readFileSync(join(MLFLOW_CONFORMANCE, "replay/faults.json"), "utf8"),
  ) as Record<string, Fault>;
  const variables: Variables = {};
  const results = new Map<string, string[]>();
  for (const recorded of readCorpus()) {
    let differences: string[];
    try {
      const answer = await send(baseUrl, recorded, variables);
      const fault = faults[recorded.name];
      differences = capture(recorded, answer, variables);
      differences.push(
        ...(fault === undefined
          ? compareAnswer(recorded, answer, variables)
          : compareFault(fault, answer)),
      );
    } catch (error) {
      differences = [String(error)];
    }
    results.set(recorded.name, differences);
  }
  return results;
}

function send(baseUrl: string, recorded: Recorded, variables: Variables): Promise<Answer> {
  const fill = (value: ExactJson) => substitute(value, variables);
  const pairs = Object.entries(fill(recorded.query ?? {}) as { [key: string]: ExactJson })
    .flatMap(([key, value]) => [value].flat().map((one) => ({ key, one })))
    .map(({ key, one }): [string, string] => [key, printPython(one as ExactJson)]);
  const query = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
  const headers: Record<string, string> = fill(recorded.headers ?? {}) as Record<string, string>;
  const body = encodeBody(recorded, fill);
  const isJson = recorded.body !== undefined || recorded.body_raw !== undefined;
  if (isJson && headers["Content-Type"] === undefined) headers["Content-Type"] = "application/json";
  if (body !== null) headers["Content-Length"] = String(body.length);
  // urllib names a type where the caller does not.
  if (body !== null && headers["Content-Type"] === undefined) {
    headers["Content-Type"] = "application/x-www-form-urlencoded";
  }
  return new Promise((done, fail) => {
    const url = new URL(baseUrl);
    const outgoing = httpRequest(
      {
        host: url.hostname,
        port: url.port,
        method: recorded.method,
        path: String(fill(recorded.path)) + query,
        headers,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", fail);
        incoming.on("end", () =>
          done({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on("error", fail);
    outgoing.end(body ?? undefined);
  });
}

/** `str(value)`, as the recorder wrote query values. */
function printPython(value: ExactJson): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}

function encodeBody(recorded: Recorded, fill: (value: ExactJson) => ExactJson): Buffer | null {
  if (recorded.body !== undefined) return Buffer.from(printExact(fill(recorded.body)));
  if (recorded.body_raw !== undefined) return Buffer.from(String(fill(recorded.body_raw)));
  if (recorded.body_b64 !== undefined) return Buffer.from(recorded.body_b64, "base64");
  return ["POST", "PUT", "PATCH"].includes(recorded.method) ? Buffer.alloc(0) : null;
}

function printExact(value: ExactJson): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(printExact).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${printExact(item)}`).join(",")}}`;
}

function parseAnswer(answer: Answer): ExactJson | undefined {
  try {
    return parseJson(answer.body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function capture(recorded: Recorded, answer: Answer, variables: Variables): string[] {
  const json = parseAnswer(answer);
  return Object.entries(recorded.capture ?? {}).flatMap(([variable, pointer]) => {
    let value: ExactJson | undefined = json;
    for (const part of pointer.split("/").slice(1)) {
      value = (value as { [key: string]: ExactJson } | undefined)?.[part];
    }
    if (value === undefined) return [`cannot capture ${pointer}`];
    variables[variable] = value;
    return [];
  });
}

function compareFault(fault: Fault, answer: Answer): string[] {
  const body = answer.body.toString("utf8").slice(0, 200);
  if (answer.status !== fault.status)
    return [`status ${answer.status}, wanted ${fault.status}: ${body}`];
  if (fault.error_code === undefined) return [];
  const json = parseAnswer(answer);
  const code = isJsonObject(json) ? json.error_code : undefined;
  return code === fault.error_code
    ? []
    : [`error_code ${String(code)}, wanted ${fault.error_code}`];
}

function compareAnswer(recorded: Recorded, answer: Answer, variables: Variables): string[] {
  const { expect } = recorded;
  const body = answer.body.toString("utf8");
  if (answer.status !== expect.status) {
    return [`status ${answer.status}, expected ${expect.status}: ${body.slice(0, 300)}`];
  }
  const how: Comparison = {
    variables,
    ignore: new Set(recorded.ignore),
    unordered: new Set(recorded.unordered),
  };
  const type = String(answer.headers["content-type"] ?? "").split(";")[0] ?? "";
  const wrongType =
    type === expect.content_type ? [] : [`content type ${type}, expected ${expect.content_type}`];
  const headers = Object.entries(expect.headers ?? {}).flatMap(([name, value]) =>
    compare(value, answer.headers[name] as string | undefined, `header ${name}`, how),
  );
  if (expect.json !== undefined) {
    return [...compare(expect.json, parseAnswer(answer), "", how), ...wrongType, ...headers];
  }
  if (expect.b64 !== undefined) {
    return answer.body.toString("base64") === expect.b64 ? headers : ["other bytes"];
  }
  return [...compare(expect.text ?? "", body, "/text", how), ...wrongType, ...headers];
}
