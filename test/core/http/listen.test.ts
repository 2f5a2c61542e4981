/** Clients that are slow or never end: they wait alone, and hold no server up. */
import { once } from "node:events";
import { request as httpRequest, type RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  type Listener,
  type ListenOptions,
  listen,
  readBody,
} from "../../../src/core/http/index.ts";

/** Longer than a test may take: what waits for it fails. */
const NEVER_MS = 600_000;
const LIMIT_BYTES = 1000;

let listener: Listener | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.close(0);
  listener = null;
});

const echo: RequestListener = (request, response) => {
  readBody(request, LIMIT_BYTES).then(
    (body) => response.end(body),
    () => {
      if (!request.destroyed) response.writeHead(400).end();
      request.resume();
    },
  );
};

async function start(options: Partial<ListenOptions> = {}, handle = echo): Promise<void> {
  listener = await listen(handle, { port: 0, ...options });
}

/** Sends the beginning of a request; resolves with all that comes back until the end. */
function begin(text: string): { socket: Socket; answer: Promise<string> } {
  const socket = connect(listener!.port, listener!.host);
  sockets.push(socket);
  socket.write(text);
  let received = "";
  socket.on("data", (piece) => {
    received += piece;
  });
  socket.on("error", () => undefined);
  return { socket, answer: once(socket, "close").then(() => received) };
}

async function ask(body: string): Promise<string> {
  const { host, port } = listener!;
  const request = httpRequest({ host, port, method: "POST", agent: false });
  request.end(body);
  const [response] = await once(request, "response");
  let text = "";
  for await (const piece of response) text += piece;
  return text;
}

const UNFINISHED = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\n";

test("a body that comes a byte at a time is answered 408; others are answered", async () => {
  await start({ requestTimeoutMs: 300 });
  const { socket, answer } = begin(UNFINISHED);
  const drip = setInterval(() => socket.write("x"), 50);
  expect(await ask("hello")).toBe("hello");
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(drip);
  expect(await ask("hello")).toBe("hello");
});

test("headers that never end, and connections without any, are closed", async () => {
  await start({ headersTimeoutMs: 300 });
  const half = begin("GET / HTTP/1.1\r\nhost: a\r\nx-long");
  const idle = Array.from({ length: 100 }, () => begin(""));
  expect(await ask("hello")).toBe("hello");
  expect(await half.answer).toMatch(/^HTTP\/1\.1 408 /);
  for (const { answer } of idle) expect(await answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test("a great length is refused before the body comes; a body cut off harms nobody", async () => {
  await start();
  const huge = begin("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999\r\n\r\n");
  const [first] = await once(huge.socket, "data");
  expect(String(first)).toMatch(/^HTTP\/1\.1 400 /);
  const cut = begin(`${UNFINISHED}half of it`);
  cut.socket.end();
  await cut.answer;
  expect(await ask("hello")).toBe("hello");
});

test("stopping waits for answers at work, not for requests that arrive for ever", async () => {
  let isAnswered = false;
  await start({}, (request, response) => {
    if (request.method === "POST") return echo(request, response);
    setTimeout(() => {
      isAnswered = true;
      response.end("done");
    }, 1500);
  });
  const slow = [begin(UNFINISHED), begin("GET / HTTP/1.1\r\nx-"), begin("")];
  const atWork = begin("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await ask("hello");
  await listener!.close(NEVER_MS);
  expect(isAnswered).toBe(true);
  expect(await atWork.answer).toContain("done");
  for (const { answer } of slow) expect(await answer).toBe("");
  listener = null;
});
