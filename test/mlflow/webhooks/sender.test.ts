/** Deliveries to a server on this machine: signatures, retries, refusals, shutdown. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { createPolicy, installEgressGuard } from "../../../src/core/privacy/index.ts";
import type { Database } from "../../../src/core/store/index.ts";
import { readMlflowEnvironment } from "../../../src/mlflow/environment.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { createWebhook, type NewWebhook } from "../../../src/mlflow/store/webhooks.ts";
import { createWebhookSender, signDelivery } from "../../../src/mlflow/webhooks/sender.ts";

const EVENT = { entity: "registered_model", action: "created" };
const LOCAL = { MLFLOW_WEBHOOK_ALLOWED_SCHEMES: "http", MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: "true" };

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

let database: Database;
let server: Server;
let received: Received[];
let answers: { status: number; headers?: Record<string, string> }[];
let failures: string[];

beforeEach(async () => {
  database = openTrackingDatabase("sqlite://", { cwd: "." });
  received = [];
  answers = [];
  failures = [];
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      const { status, headers } = answers.shift() ?? { status: 200 };
      response.writeHead(status, headers).end("thanks");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  database.close();
  server.closeAllConnections();
  server.close();
});

function open(env: Record<string, string>) {
  const environment = readMlflowEnvironment(env);
  const onFailure = (what: string, error: unknown) => failures.push(`${what}: ${String(error)}`);
  return createWebhookSender({ database, clock: systemClock, environment, onFailure });
}

function add(changes: Partial<NewWebhook> = {}) {
  const { port } = server.address() as AddressInfo;
  const url = `http://localhost:${port}/hook`;
  const fresh: NewWebhook = {
    name: "hook",
    description: null,
    url,
    status: "ACTIVE",
    secret: null,
    events: [EVENT],
    ...changes,
  };
  return createWebhook(database, fresh, 1);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("tells the active webhooks of an event, signed with their secret", async () => {
  const sender = open(LOCAL);
  add({ secret: sender.secrets.encrypt("geheim") });
  add({ name: "sleeps", status: "DISABLED" });
  add({ name: "other", events: [{ entity: "prompt", action: "created" }] });
  sender.announce(EVENT, { name: "mödel", tags: { a: "1" }, description: null });
  await until(() => received.length > 0);
  await sender.close();
  expect(received).toHaveLength(1);
  const { headers, body } = received[0] as Received;
  expect(body).toMatch(
    /^{"entity": "registered_model", "action": "created", "timestamp": "[\d-]+T[\d:.]+\+00:00", "data": {"name": "m\\u00f6del", "tags": {"a": "1"}, "description": null}}$/,
  );
  const [id, time] = [headers["x-mlflow-delivery-id"], headers["x-mlflow-timestamp"]];
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(time).toMatch(/^\d{10}$/);
  expect(headers["x-mlflow-signature"]).toBe(
    signDelivery("geheim", String(id), String(time), body),
  );
  expect(failures).toEqual([]);
});

test("signs as openssl does", () => {
  // printf '%s' 'id.17.{}' | openssl dgst -sha256 -hmac key -binary | base64
  const expected = "v1,3OIszd9MscoDmG9apPmiLnPNtIIDXuIcGWV7U/1QJM8=";
  expect(signDelivery("key", "id", "17", "{}")).toBe(expected);
});

test("retries what may pass, the same delivery again, and gives up after so many", async () => {
  const sender = open({ ...LOCAL, MLFLOW_WEBHOOK_REQUEST_MAX_RETRIES: "2" });
  const now = { "retry-after": "0" };
  answers = [{ status: 503 }, { status: 429, headers: now }, { status: 500, headers: now }];
  add();
  sender.announce(EVENT, { name: "m" });
  await until(() => failures.length > 0);
  expect(failures).toEqual(["webhook hook: Error: status 500"]);
  expect(received).toHaveLength(3);
  expect(new Set(received.map(({ headers }) => headers["x-mlflow-delivery-id"])).size).toBe(1);
  await sender.close();
});

test("does not retry a refusal, and follows no redirect", async () => {
  const sender = open(LOCAL);
  answers = [{ status: 400 }, { status: 302, headers: { location: "/elsewhere" } }];
  const webhook = add();
  expect(await sender.deliver(webhook, EVENT, {})).toMatchObject({ status: 400, body: "thanks" });
  expect(await sender.deliver(webhook, EVENT, {})).toMatchObject({ status: 302 });
  expect(received).toHaveLength(2);
});

test("goes to no private address unless told so, whatever the name", async () => {
  const sender = open({ MLFLOW_WEBHOOK_ALLOWED_SCHEMES: "http" });
  for (const host of ["localhost", "127.0.0.1", "[::1]", "0x7f.1", "[::ffff:127.0.0.1]"]) {
    const { port } = server.address() as AddressInfo;
    const webhook = add({ url: `http://${host}:${port}/` });
    await expect(sender.deliver(webhook, EVENT, {})).rejects.toThrow(/non-public IP address/);
  }
  expect(received).toEqual([]);
});

test("stays within the privacy tier", async () => {
  const uninstall = installEgressGuard(createPolicy({ tier: "sovereign" }));
  try {
    const sender = open({});
    add({ url: "https://hooks.example.com/x" });
    sender.announce(EVENT, { name: "m" });
    await until(() => failures.length > 0);
    expect(failures.join()).toMatch(/privacy tier|not allowed|sovereign/);
  } finally {
    uninstall();
  }
});

test("a webhook whose secret has another key is not told, and says why", async () => {
  const sender = open(LOCAL);
  add({ secret: open(LOCAL).secrets.encrypt("geheim") });
  sender.announce(EVENT, { name: "m" });
  await until(() => failures.length > 0);
  expect(failures.join()).toMatch(/another key/);
  expect(received).toEqual([]);
});

test("closing does not wait for pauses between retries", async () => {
  const sender = open(LOCAL);
  answers = Array.from({ length: 9 }, () => ({ status: 503, headers: { "retry-after": "60" } }));
  add();
  sender.announce(EVENT, { name: "m" });
  await until(() => received.length > 0);
  await sender.close();
  expect(received.length).toBeLessThanOrEqual(2);
});
