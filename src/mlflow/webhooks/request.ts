/**
 * One webhook request on the wire. The name is resolved once, its addresses are looked at, and the
 * connection goes to those: a name that changes its mind between two look-ups gains nothing.
 * Redirects are not followed, for the same reason. The privacy tier's guard sits below all of it.
 */
import dns from "node:dns";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { requirePublic } from "./validate.ts";

export interface WebhookRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  timeoutMs: number;
  /** May go to addresses that are not the public internet's. */
  mayBePrivate: boolean;
  signal: AbortSignal;
}

export interface WebhookResponse {
  status: number;
  /** At most 64 KiB of it. */
  body: string;
  retryAfter: string | undefined;
}

const MAX_BODY_BYTES = 64 * 1024;

/** Posts the body; rejects when there is no answer in time. */
export function postWebhook(request: WebhookRequest): Promise<WebhookResponse> {
  const { request: open } = request.url.toLowerCase().startsWith("https:") ? https : http;
  const body = Buffer.from(request.body);
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]);
    const outgoing = open(request.url, {
      method: "POST",
      agent: false,
      headers: { ...request.headers, "content-length": body.length },
      signal,
      ...(request.mayBePrivate ? {} : { lookup: lookupPublic }),
    });
    outgoing.on("error", (error) => reject(signal.aborted ? timedOut(request) : error));
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        if (sizeBytes < MAX_BODY_BYTES) chunks.push(chunk);
        sizeBytes += chunk.length;
        // The rest of an endless answer is not waited for.
        if (sizeBytes > 16 * MAX_BODY_BYTES) finish();
      });
      incoming.on("error", reject);
      incoming.on("end", finish);
      function finish() {
        const text = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8");
        const retryAfter = incoming.headers["retry-after"];
        resolve({ status: incoming.statusCode ?? 0, body: text, retryAfter });
        incoming.destroy();
      }
    });
    outgoing.end(body);
  });
}

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) return callback(error, "", 0);
    try {
      for (const { address } of found) requirePublic(hostname, address);
    } catch (refusal) {
      return callback(refusal as Error, "", 0);
    }
    if (options.all) return callback(null, found);
    const [first] = found;
    callback(null, first?.address ?? "", first?.family ?? 4);
  });
};

function timedOut(request: WebhookRequest): Error {
  return new Error(
    request.signal.aborted
      ? "the server is shutting down"
      : `no answer within ${request.timeoutMs / 1000} s`,
  );
}
