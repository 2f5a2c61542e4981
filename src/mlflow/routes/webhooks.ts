/** Webhooks: `/webhooks`. What is told to them, and how: `webhooks/sender.ts`. */
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  updateWebhook,
  type Webhook,
} from "../store/webhooks.ts";
import { exampleOf, readEvent, WEBHOOK_ACTION, WEBHOOK_ENTITY } from "../webhooks/events.ts";
import { validateWebhookName, validateWebhookUrl } from "../webhooks/validate.ts";
import { isArray, isIntLike, isString, required } from "../wire/checks.ts";
import { invalidParameter } from "../wire/error.ts";
import { listOf, message, oneOf } from "../wire/fields.ts";
import { decodeOffset, encodeOffset } from "../wire/offset-token.ts";
import { listOrNone } from "../wire/registry.ts";
import { apiRoute, type Route } from "./route.ts";

const EVENT = message({ entity: oneOf(WEBHOOK_ENTITY), action: oneOf(WEBHOOK_ACTION) });
const FIELDS = {
  name: "string",
  description: "string",
  url: "string",
  events: listOf(EVENT),
  secret: "string",
  status: oneOf({ ACTIVE: 1, DISABLED: 2 }),
} as const;

export const webhookRoutes: readonly Route[] = [
  apiRoute({
    method: "POST",
    path: "/webhooks",
    fields: FIELDS,
    checks: {
      name: [isString, required],
      url: [isString, required],
      events: [isArray, required],
      description: [isString],
      secret: [isString],
      status: [isString],
    },
    handle: ({ context: { database, clock, webhooks }, message }) => {
      const { name = "", url = "", status = "ACTIVE" } = message;
      const events = (message.events ?? []).map(readEvent);
      validateWebhookName(name);
      validateWebhookUrl(url, webhooks.rules);
      if (events.length === 0) {
        throw invalidParameter(
          "Webhook events must be a non-empty list of WebhookEvent objects: [].",
        );
      }
      const secret = message.secret ? webhooks.secrets.encrypt(message.secret) : null;
      const fresh = { name, url, events, status, secret, description: message.description || null };
      const create = () => createWebhook(database, fresh, clock.nowMs());
      return { webhook: wireWebhook(database.transaction(create)) };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/webhooks",
    fields: { max_results: "int32", page_token: "string" },
    checks: { max_results: [isIntLike], page_token: [isString] },
    handle: ({ context: { database }, message: { max_results, page_token } }) => {
      const limit = max_results || 100;
      const offset = decodeOffset(page_token);
      const found = listWebhooks(database, limit, offset);
      return {
        webhooks: listOrNone(found.slice(0, limit).map(wireWebhook)),
        next_page_token: found.length > limit ? encodeOffset(offset + limit) : undefined,
      };
    },
  }),
  apiRoute({
    method: "GET",
    path: "/webhooks/:webhook_id",
    handle: ({ context, path: { webhook_id = "" } }) => ({
      webhook: wireWebhook(getWebhook(context.database, webhook_id)),
    }),
  }),
  apiRoute({
    method: "PATCH",
    path: "/webhooks/:webhook_id",
    fields: { webhook_id: "string", ...FIELDS },
    checks: {
      name: [isString],
      description: [isString],
      url: [isString],
      events: [isArray],
      secret: [isString],
      status: [isString],
    },
    handle: ({ context: { database, clock, webhooks }, path: { webhook_id = "" }, message }) => {
      const { name, url, events = [], secret } = message;
      const update = () => {
        getWebhook(database, webhook_id);
        if (name) validateWebhookName(name);
        if (url) validateWebhookUrl(url, webhooks.rules);
        const changes = {
          name: name || undefined,
          description: message.description || undefined,
          url: url || undefined,
          events: events.length > 0 ? events.map(readEvent) : undefined,
          secret: secret ? webhooks.secrets.encrypt(secret) : undefined,
          // NOTE: MLflow reads an absent status as the enum's first value, so it becomes active.
          status: message.status ?? "ACTIVE",
        } as const;
        return updateWebhook(database, webhook_id, changes, clock.nowMs());
      };
      return { webhook: wireWebhook(database.transaction(update)) };
    },
  }),
  apiRoute({
    method: "DELETE",
    path: "/webhooks/:webhook_id",
    handle: ({ context: { database, clock }, path: { webhook_id = "" } }) => {
      database.transaction(() => deleteWebhook(database, webhook_id, clock.nowMs()));
      return {};
    },
  }),
  apiRoute({
    method: "POST",
    path: "/webhooks/:webhook_id/test",
    fields: { webhook_id: "string", event: EVENT },
    handle: async ({ context: { database, webhooks }, path: { webhook_id = "" }, message }) => {
      const given = message.event === undefined ? null : readEvent(message.event);
      const webhook = getWebhook(database, webhook_id);
      const event = given ?? webhook.events[0];
      if (event === undefined) throw invalidParameter("Webhook events cannot be empty");
      try {
        const { status, body } = await webhooks.deliver(webhook, event, exampleOf(event));
        const result = { success: status < 400, response_status: status, response_body: body };
        return { result };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return { result: { success: false, error_message: `Failed to test webhook: ${reason}` } };
      }
    },
  }),
];

function wireWebhook(webhook: Webhook) {
  return {
    webhook_id: webhook.webhookId,
    name: webhook.name,
    description: webhook.description || undefined,
    url: webhook.url,
    events: listOrNone(
      webhook.events.map(({ entity, action }) => ({
        entity: entity.toUpperCase(),
        action: action.toUpperCase(),
      })),
    ),
    status: webhook.status,
    creation_timestamp: webhook.creationTime,
    last_updated_timestamp: webhook.lastUpdatedTime,
  };
}
