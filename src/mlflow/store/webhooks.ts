/** Webhooks and the events they wait for (`webhooks`, `webhook_events`). Deletion is soft. */
import { newUuid } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";
import type { WebhookEvent } from "../webhooks/events.ts";
import { doesNotExist, invalidParameter, MlflowError } from "../wire/error.ts";
import { groupRows } from "./rows.ts";

export type WebhookStatus = "ACTIVE" | "DISABLED";

export interface Webhook {
  webhookId: string;
  name: string;
  description: string | null;
  url: string;
  status: WebhookStatus;
  /** Encrypted. */
  secret: string | null;
  creationTime: number;
  lastUpdatedTime: number;
  events: WebhookEvent[];
}

type WebhookRow = Omit<Webhook, "events">;

/** What a webhook is made of; `secret` encrypted. */
export interface NewWebhook {
  name: string;
  description: string | null;
  url: string;
  status: WebhookStatus;
  secret: string | null;
  events: readonly WebhookEvent[];
}

const COLUMNS = `w.webhook_id AS webhookId, w.name, w.description, w.url, w.status, w.secret,
  w.creation_timestamp AS creationTime, w.last_updated_timestamp AS lastUpdatedTime`;

/** Adds a webhook. */
export function createWebhook(database: Database, fresh: NewWebhook, nowMs: number): Webhook {
  const webhookId = newUuid();
  database.run(
    `INSERT INTO webhooks (webhook_id, name, description, url, status, secret,
       creation_timestamp, last_updated_timestamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [webhookId, fresh.name, fresh.description, fresh.url, fresh.status, fresh.secret, nowMs, nowMs],
  );
  putEvents(database, webhookId, fresh.events);
  return getWebhook(database, webhookId);
}

/** A webhook that is not deleted. */
export function getWebhook(database: Database, webhookId: string): Webhook {
  const row = database.get<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks w WHERE w.webhook_id = ? AND w.deleted_timestamp IS NULL`,
    [webhookId],
  );
  if (row === null) throw doesNotExist(`Webhook with ID ${webhookId} not found.`);
  return withEvents(database, [row])[0] as Webhook;
}

/** A page of webhooks, newest first; one more than `limit` when there is a next page. */
export function listWebhooks(database: Database, limit: number, offset: number): Webhook[] {
  if (limit < 1 || limit > 1000) throw invalidParameter("max_results must be between 1 and 1000.");
  const rows = database.all<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks w WHERE w.deleted_timestamp IS NULL
      ORDER BY w.creation_timestamp DESC, w.rowid DESC LIMIT ? OFFSET ?`,
    [limit + 1, offset],
  );
  return withEvents(database, rows);
}

/** The active webhooks that wait for an event, newest first. */
export function listWebhooksFor(database: Database, event: WebhookEvent): Webhook[] {
  const rows = database.all<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhook_events e JOIN webhooks w ON w.webhook_id = e.webhook_id
      WHERE e.entity = ? AND e.action = ? AND w.deleted_timestamp IS NULL AND w.status = 'ACTIVE'
      ORDER BY w.creation_timestamp DESC, w.rowid DESC`,
    [event.entity, event.action],
  );
  return rows.map((row) => ({ ...row, events: [event] }));
}

/** Changes what is given; the rest stays. */
export function updateWebhook(
  database: Database,
  webhookId: string,
  changes: { [Key in keyof NewWebhook]?: NewWebhook[Key] | undefined },
  nowMs: number,
): Webhook {
  const old = getWebhook(database, webhookId);
  database.run(
    `UPDATE webhooks SET name = ?, description = ?, url = ?, status = ?, secret = ?,
       last_updated_timestamp = ? WHERE webhook_id = ?`,
    [
      changes.name ?? old.name,
      changes.description ?? old.description,
      changes.url ?? old.url,
      changes.status ?? old.status,
      changes.secret ?? old.secret,
      nowMs,
      webhookId,
    ],
  );
  if (changes.events !== undefined) {
    database.run("DELETE FROM webhook_events WHERE webhook_id = ?", [webhookId]);
    putEvents(database, webhookId, changes.events);
  }
  return getWebhook(database, webhookId);
}

/** Marks a webhook as deleted. */
export function deleteWebhook(database: Database, webhookId: string, nowMs: number): void {
  getWebhook(database, webhookId);
  database.run(
    "UPDATE webhooks SET deleted_timestamp = ?, last_updated_timestamp = ? WHERE webhook_id = ?",
    [nowMs, nowMs, webhookId],
  );
}

function putEvents(database: Database, webhookId: string, events: readonly WebhookEvent[]): void {
  for (const { entity, action } of events) {
    const { changes } = database.run(
      "INSERT OR IGNORE INTO webhook_events (webhook_id, entity, action) VALUES (?, ?, ?)",
      [webhookId, entity, action],
    );
    if (changes > 0) continue;
    throw new MlflowError("BAD_REQUEST", `The event ${entity}.${action} is named twice.`);
  }
}

function withEvents(database: Database, rows: readonly WebhookRow[]): Webhook[] {
  const events = database.all<WebhookEvent & { webhookId: string }>(
    `SELECT webhook_id AS webhookId, entity, action FROM webhook_events
      WHERE webhook_id IN (SELECT value FROM json_each(?)) ORDER BY entity, action`,
    [JSON.stringify(rows.map(({ webhookId }) => webhookId))],
  );
  const eventsOf = groupRows(events, ({ webhookId }) => webhookId);
  return rows.map((row) => ({ ...row, events: eventsOf.get(row.webhookId) ?? [] }));
}
