/**
 * Tells webhooks what happened: in the background, signed as MLflow signs, with retries. The format
 * is that of webhooks/delivery.py of 3.11.1 (after standardwebhooks.com). Deliveries wait in
 * memory; a server that stops gives those under way a moment and drops the rest.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { newUuid } from "../../core/ids.ts";
import { createRng, randomSeed } from "../../core/rng.ts";
import type { Database } from "../../core/store/index.ts";
import type { MlflowEnvironment } from "../environment.ts";
import { listWebhooksFor, type Webhook } from "../store/webhooks.ts";
import { dumpJson } from "../wire/python-dump.ts";
import type { WebhookEvent, WebhookPayload } from "./events.ts";
import type { WebhookResponse } from "./request.ts";
import { createSecretBox, readKeyFile, type SecretBox } from "./secret-box.ts";
import { validateWebhookUrl, type WebhookRules } from "./validate.ts";

export interface WebhookSender {
  readonly rules: WebhookRules;
  /** Encrypts the secrets at rest; opened with its key on first use. */
  readonly secrets: SecretBox;
  /** Tells the webhooks that wait for `event`. Returns at once; call it after the commit. */
  announce(event: WebhookEvent, payload: WebhookPayload): void;
  /** Delivers to one webhook and tells the answer; rejects when there is none. */
  deliver(webhook: Webhook, event: WebhookEvent, payload: WebhookPayload): Promise<WebhookResponse>;
  /** Drops what waits, gives what is under way two seconds. */
  close(): Promise<void>;
}

export interface SenderOptions {
  database: Database;
  clock: Clock;
  environment: MlflowEnvironment;
  /** Told of deliveries that failed for good. */
  onFailure?: ((what: string, error: unknown) => void) | undefined;
}

const MAX_ACTIVE = 10;
const MAX_WAITING = 10_000;
const MAX_PAUSE_MS = 60_000;
const CLOSE_MS = 2_000;
const RETRIED = new Set([429, 500, 502, 503, 504]);

/** Makes the sender of a server. */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { database, clock, environment, onFailure = () => {} } = options;
  const rules = {
    schemes: environment.webhookSchemes,
    mayBePrivate: environment.webhooksMayBePrivate,
  };
  const rng = createRng(randomSeed());
  const closing = new AbortController();
  const waiting: (() => Promise<void>)[] = [];
  const active = new Set<Promise<void>>();
  let box: SecretBox | null = null;

  const sender: WebhookSender = {
    rules,
    get secrets() {
      box ??= createSecretBox(environment.webhookSecretKey ?? readKeyFile(database.path), clock);
      return box;
    },
    announce(event, payload) {
      for (const webhook of listWebhooksFor(database, event)) {
        if (waiting.length >= MAX_WAITING) {
          onFailure(`webhook ${webhook.name}`, new Error("too many deliveries wait"));
          continue;
        }
        waiting.push(() =>
          sender.deliver(webhook, event, payload).then(
            ({ status }) => {
              if (status >= 400)
                onFailure(`webhook ${webhook.name}`, new Error(`status ${status}`));
            },
            (error: unknown) => onFailure(`webhook ${webhook.name}`, error),
          ),
        );
      }
      startWaiting();
    },
    async deliver(webhook, event, payload) {
      validateWebhookUrl(webhook.url, rules);
      const { body, headers } = compose({ webhook, event, payload }, clock, () => sender.secrets);
      for (let attempt = 0; ; attempt++) {
        const isLast = attempt >= environment.webhookMaxRetries || closing.signal.aborted;
        let pauseMs = pauseBefore(attempt, rng.next());
        try {
          // It brings TLS with it, which most processes never need.
          const { postWebhook } = await import("./request.ts");
          const answer = await postWebhook({
            url: webhook.url,
            headers,
            body,
            timeoutMs: environment.webhookTimeoutMs,
            mayBePrivate: rules.mayBePrivate,
            signal: closing.signal,
          });
          if (isLast || !RETRIED.has(answer.status)) return answer;
          pauseMs = readRetryAfter(answer.retryAfter, clock) ?? pauseMs;
        } catch (error) {
          // A refusal of ours would be the same the next time.
          if (isLast || !isTransient(error)) throw error;
        }
        await pause(pauseMs, closing.signal);
      }
    },
    async close() {
      waiting.length = 0;
      const timer = new AbortController();
      await Promise.race([Promise.allSettled(active), pause(CLOSE_MS, timer.signal)]);
      timer.abort();
      closing.abort();
      await Promise.allSettled(active);
    },
  };
  return sender;

  function startWaiting() {
    while (active.size < MAX_ACTIVE) {
      const next = waiting.shift();
      if (next === undefined) return;
      const delivery = next().finally(() => {
        active.delete(delivery);
        startWaiting();
      });
      active.add(delivery);
    }
  }
}

interface Delivery {
  webhook: Webhook;
  event: WebhookEvent;
  payload: WebhookPayload;
}

function compose({ webhook, event, payload }: Delivery, clock: Clock, box: () => SecretBox) {
  const nowMs = clock.nowMs();
  const timestamp = new Date(nowMs).toISOString().replace("Z", "000+00:00");
  const body = dumpJson({ ...event, timestamp, data: payload as never });
  const id = newUuid();
  const seconds = String(Math.floor(nowMs / 1000));
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    "User-Agent": "sovereign",
    "X-MLflow-Delivery-Id": id,
    "X-MLflow-Timestamp": seconds,
  };
  if (webhook.secret) {
    const secret = box().decrypt(webhook.secret);
    headers["X-MLflow-Signature"] = signDelivery(secret, id, seconds, body);
  }
  return { body, headers };
}

/** The signature of a delivery: `v1,` and the HMAC-SHA256 over `id.timestamp.body`. */
export function signDelivery(secret: string, id: string, timestamp: string, body: string): string {
  const content = `${id}.${timestamp}.${body}`;
  return `v1,${createHmac("sha256", secret).update(content).digest("base64")}`;
}

/** None before the first retry, then 2, 4, 8 … seconds, and up to one more. */
function pauseBefore(attempt: number, jitter: number): number {
  const baseMs = attempt === 0 ? 0 : 1000 * 2 ** Math.min(attempt, 6);
  return Math.min(MAX_PAUSE_MS, baseMs + (attempt === 0 ? 0 : 1000 * jitter));
}

function readRetryAfter(text: string | undefined, clock: Clock): number | null {
  if (text === undefined) return null;
  const pauseMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.nowMs();
  return Number.isNaN(pauseMs) ? null : Math.min(MAX_PAUSE_MS, Math.max(0, pauseMs));
}

/** True for failures of the network: those have a code of the system, refusals have ours. */
function isTransient(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? !(error as { errorCode?: string }).errorCode : /^E[A-Z]+$/.test(code);
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, durationMs);
    signal.addEventListener("abort", finish, { once: true });
    if (signal.aborted) finish();
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    }
  });
}
