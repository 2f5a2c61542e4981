/** Requests made to hurt: each is refused with a 4xx, or the client is simply gone. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import {
  createTokenAccount,
  type RunningServer,
  type ServerOptions,
  startServer,
  writeAccounts,
} from "../../src/mlflow/index.ts";

let folder: string;
let server: RunningServer;
const failures: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-hostile-"));
  server = await start({ backendStoreUri: join(folder, "mlflow.db") });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  return startServer({
    port: 0,
    backendStoreUri: ":memory:",
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
    onFailure: (request) => failures.push(request),
    ...options,
  });
}

async function post(path: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: "POST",
    body: body as string,
    headers: { "content-type": "application/json", ...headers },
  });
  return { status: response.status, text: await response.text() };
}

function knock({ url }: RunningServer, head: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head}\r\nHost: localhost\r\n`);
      resolve(socket);
    });
  });
}

test("a NaN beside a long string is read", async () => {
  const body = `{"filter": NaN, "x": "${"a".repeat(10_000_000)}"}`;
  const { status, text } = await post("/api/2.0/mlflow/runs/search", body);
  expect([status, text]).toEqual([400, expect.stringContaining("Invalid value NaN")]);
});

test("a body of millions of values is refused before it is parsed; long texts are not", async () => {
  const many = `[${"{},".repeat(5_000_000)}{}]`;
  const text = JSON.stringify("{},\\".repeat(2_000_000));
  const path = "/api/2.0/mlflow/runs/search";
  for (const body of [`{"x": ${many}}`, `{"filter": NaN, "x": ${many}}`, JSON.stringify(many)]) {
    const { status, text } = await post(path, body);
    expect([status, text]).toEqual([400, expect.stringContaining("more than 500000 values")]);
  }
  expect((await post(path, `{"experiment_ids": ["0"], "x": ${text}}`)).status).toBe(200);
});

test("an order by too many metrics is refused", async () => {
  const order = Array.from({ length: 100 }, (_, index) => `metrics.m${index}`);
  const body = JSON.stringify({ experiment_ids: ["0"], order_by: order });
  const { status, text } = await post("/api/2.0/mlflow/runs/search", body);
  expect([status, text]).toEqual([400, expect.stringContaining("at most 50")]);
});

test("GraphQL: deep documents and fields hidden in inline fragments are refused", async () => {
  const field = `test(inputString: "a") { output }`;
  const hidden = Array.from({ length: 11 }, (_, index) => `... { a${index}: ${field} }`);
  const cases = [
    [`${"{a".repeat(4000)}${"}".repeat(4000)}`, "maximum depth"],
    [`{ test(inputString: ${"[".repeat(4900)}${"]".repeat(4900)}) { output } }`, "maximum depth"],
    [`{ ${hidden.join(" ")} }`, "at most 10 root fields"],
  ] as const;
  for (const [query, message] of cases) {
    const { status, text } = await post("/graphql", JSON.stringify({ query }));
    expect([status, text]).toEqual([200, expect.stringContaining(message)]);
  }
});

test("OTLP: small bytes that unpack to millions of spans are refused early", async () => {
  const scope = Buffer.from("\u0012\0".repeat(1_000_000), "latin1");
  const wrap = (tag: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([tag]), varint(bytes.length), bytes]);
  const body = gzipSync(wrap(0x0a, wrap(0x12, scope)));
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    "x-mlflow-experiment-id": "0",
  };
  const { status, text } = await post("/v1/traces", new Uint8Array(body), headers);
  expect([status, text]).toEqual([413, expect.stringContaining("more than 20000 spans")]);
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

test("a body without end gets an answer, not a reset", async () => {
  const socket = await knock(server, "POST /api/2.0/mlflow/runs/search HTTP/1.1");
  socket.write("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const answer = new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(`${data}`)),
  );
  const chunk = `100000\r\n${" ".repeat(0x100000)}\r\n`;
  for (let sent = 0; sent < 34; sent++) socket.write(chunk);
  expect(await answer).toMatch(/^HTTP\/1.1 400 /);
  socket.destroy();
});

test("a client that leaves in the middle is no failure of the server", async () => {
  failures.length = 0;
  const socket = await knock(server, "POST /api/2.0/mlflow/runs/search HTTP/1.1");
  socket.write("Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
  socket.destroy();
  await new Promise((resolve) => socket.once("close", resolve));
  await post("/api/2.0/mlflow/runs/search", "{}");
  expect(failures).toEqual([]);
});

test("a kept-alive connection does not hold up the end", async () => {
  const other = await start();
  const socket = await knock(other, "PUT /api/2.0/mlflow-artifacts/artifacts/a HTTP/1.1");
  socket.write("Content-Length: 4\r\n\r\nab");
  await fetch(`${other.url}/health`);
  const closed = other.close();
  socket.write("cd");
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.resume();
  await Promise.all([closed, ended]);
}, 8_000);

test("while the accounts cannot be read nobody gets in, and no path gets out", async () => {
  const path = join(folder, "accounts");
  const { account, token } = createTokenAccount("ada");
  await writeAccounts(path, [account]);
  const guarded = await start({ authFile: path });
  const ask = () =>
    fetch(`${guarded.url}/api/2.0/mlflow/experiments/get?experiment_id=0`, {
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await ask()).status).toBe(200);
  rmSync(path);
  const refused = await ask();
  expect([refused.status, await refused.text()]).toEqual([503, expect.not.stringContaining(path)]);
  await writeAccounts(path, [account]);
  expect((await ask()).status).toBe(200);
  await guarded.close();
});
