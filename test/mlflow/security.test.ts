/**
 * Host, Origin and account rules over a running server. Cases: MLflow 3.11.1's own (tests/server/
 * test_security.py) and the DNS-rebinding names its wildcard patterns let in.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import {
  createPasswordAccount,
  createTokenAccount,
  type RunningServer,
  type ServerOptions,
  startServer,
  writeAccounts,
} from "../../src/mlflow/index.ts";

let folder = "";
const servers: RunningServer[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-security-"));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<ServerOptions> = {}): Promise<string> {
  const server = await startServer({
    port: 0,
    backendStoreUri: ":memory:",
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
    ...options,
  });
  servers.push(server);
  return server.url;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

function ask(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, { method, headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (piece: string) => {
        text += piece;
      });
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(method === "GET" ? undefined : "{}");
  });
}

const INFO = "/api/3.0/mlflow/server-info";
const SEARCH = "/api/2.0/mlflow/experiments/search";
const JSON_TYPE = { "content-type": "application/json" };

describe("the Host header", () => {
  test.each([
    "localhost",
    "localhost:5000",
    "127.0.0.1:5000",
    "[::1]:5000",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.9:80",
    "192.168.1.1",
    "[fd00::1]:5000",
  ])("may be %s", async (host) => {
    expect((await ask(await start(), "GET", INFO, { host })).status).toBe(200);
  });

  test.each([
    "evil.example.com",
    "10.evil.example.com",
    "192.168.evil.example.com",
    "172.32.0.1",
    "8.8.8.8",
    "localhost.evil.example.com",
    "fd00:evil.example.com",
  ])("may not be %s", async (host) => {
    const url = await start();
    const answer = await ask(url, "GET", INFO, { host });
    expect([answer.status, answer.text]).toEqual([
      403,
      "Invalid Host header - possible DNS rebinding attack detected",
    ]);
    expect((await ask(url, "GET", "/health", { host })).status).toBe(200);
  });

  test("is what --allowed-hosts says", async () => {
    const url = await start({ allowedHosts: ["*.example.com", "localhost"] });
    expect((await ask(url, "GET", INFO, { host: "a.example.com" })).status).toBe(200);
    expect((await ask(url, "GET", INFO, { host: "example.com" })).status).toBe(403);
    expect((await ask(url, "GET", INFO, { host: "127.0.0.1" })).status).toBe(403);
    const open = await start({ env: { MLFLOW_SERVER_ALLOWED_HOSTS: "*" } });
    expect((await ask(open, "GET", INFO, { host: "any.where" })).status).toBe(200);
  });
});

describe("another origin", () => {
  const foreign = { origin: "https://evil.example.com", ...JSON_TYPE };

  test("may read but not write", async () => {
    const url = await start();
    const blocked = await ask(url, "POST", SEARCH, foreign);
    expect([blocked.status, blocked.text]).toEqual([403, "Cross-origin request blocked"]);
    expect((await ask(url, "POST", "/v1/traces", foreign)).status).toBe(403);
    const read = await ask(url, "GET", INFO, { origin: foreign.origin });
    expect(read.status).toBe(200);
    expect(read.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("may write where it is allowed, with the headers browsers ask for", async () => {
    const url = await start({ corsAllowedOrigins: ["https://*.example.com"] });
    const answer = await ask(url, "POST", SEARCH, { ...foreign });
    expect(answer.headers["access-control-allow-origin"]).toBe(foreign.origin);
    const preflight = await ask(url, "OPTIONS", SEARCH, {
      origin: foreign.origin,
      "access-control-request-headers": "content-type",
    });
    expect([preflight.status, preflight.headers["access-control-allow-headers"]]).toEqual([
      204,
      "content-type",
    ]);
  });

  test.each(["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080"])(
    "%s is this machine",
    async (origin) => {
      const answer = await ask(await start(), "POST", SEARCH, { origin, ...JSON_TYPE });
      expect(answer.status).not.toBe(403);
      expect(answer.headers["access-control-allow-origin"]).toBe(origin);
    },
  );
});

test("every answer forbids sniffing and frames of others", async () => {
  const { headers } = await ask(await start(), "GET", "/nowhere");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["x-frame-options"]).toBe("SAMEORIGIN");
  const open = await start({ env: { MLFLOW_SERVER_X_FRAME_OPTIONS: "NONE" } });
  expect((await ask(open, "GET", "/health")).headers["x-frame-options"]).toBeUndefined();
});

test("with accounts, only they are answered, and edits of the file count at once", async () => {
  const authFile = join(folder, "accounts");
  const { account, token } = createTokenAccount("ada");
  const bob = await createPasswordAccount("bob", "open:sesame");
  await writeAccounts(authFile, [account, bob]);
  const url = await start({ authFile });
  const as = async (authorization?: string) =>
    (await ask(url, "GET", INFO, authorization === undefined ? {} : { authorization })).status;
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  const stranger = await ask(url, "GET", INFO);
  expect([stranger.status, stranger.headers["www-authenticate"]]).toEqual([
    401,
    'Basic realm="mlflow"',
  ]);
  expect((await ask(url, "GET", "/health")).status).toBe(200);
  expect(await as(`Bearer ${token}`)).toBe(200);
  expect(await as(basic("bob:open:sesame"))).toBe(200);
  expect(await as(basic("bob:open:sesame"))).toBe(200);
  for (const wrong of [
    "Bearer x",
    basic("bob:x"),
    basic("ada:x"),
    basic(`ada:${token}`),
    "Basic",
    "Digest a",
  ]) {
    expect(await as(wrong), wrong).toBe(401);
  }
  await writeAccounts(authFile, [account]);
  expect(await as(basic("bob:open:sesame"))).toBe(401);
  expect(await as(`Bearer ${token}`)).toBe(200);
});

test("guessed passwords are refused with 401, then with 429; who is in stays in", async () => {
  const authFile = join(folder, "guarded");
  await writeAccounts(authFile, [await createPasswordAccount("bob", "open:sesame")]);
  const url = await start({ authFile });
  const as = (password: string) => {
    const authorization = `Basic ${Buffer.from(`bob:${password}`).toString("base64")}`;
    return ask(url, "GET", INFO, { authorization });
  };
  expect((await as("open:sesame")).status).toBe(200);
  const guesses = await Promise.all(Array.from({ length: 40 }, (_, index) => as(`guess ${index}`)));
  const statuses = guesses.map(({ status }) => status);
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20);
  const refused = guesses.find(({ status }) => status === 429);
  expect(refused?.headers["retry-after"]).toMatch(/^\d+$/);
  expect(JSON.parse(refused?.text ?? "")).toMatchObject({ error_code: "REQUEST_LIMIT_EXCEEDED" });
  expect((await as("open:sesame")).status).toBe(200);
  // The same wrong password again tells nobody anything, and costs nothing.
  expect((await as(`guess ${statuses.indexOf(401)}`)).status).toBe(401);
});
