import { execFile } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";

import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import {
  createPolicy,
  type EgressAttempt,
  installEgressGuard,
} from "../../../src/core/privacy/index.ts";
import { tryEveryClient } from "./every-client.ts";

let uninstall: () => void;
let attempts: EgressAttempt[];
const sovereign = createPolicy({ tier: "sovereign", location: "batuta.toml:3" });

beforeEach(() => {
  attempts = [];
  uninstall = installEgressGuard(sovereign, (attempt) => attempts.push(attempt));
});
afterEach(() => uninstall());

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

describe("refused", () => {
  test("every client API, each reported once", async () => {
    const outcomes = await tryEveryClient();
    for (const [name, outcome] of Object.entries(outcomes)) {
      expect.soft({ name, ...outcome }).toMatchObject({
        name,
        code: "PERMISSION_DENIED",
        message: expect.stringMatching(/(example\.com|192\.0\.2\.1|2001:db8::1).*sovereign/),
      });
    }
    expect(Object.keys(outcomes).length).toBeGreaterThan(70);
    expect(attempts.length).toBe(Object.keys(outcomes).length);
    expect(attempts[0]).toEqual({
      kind: "connect",
      host: "leak.example.com",
      port: 80,
      tier: "sovereign",
    });
  });

  test("ways around the gate", async () => {
    const evil = "192.0.2.1";
    const outcome = (options: object) =>
      new Promise<unknown>((resolve) => {
        const socket = net.connect({ port: 80, ...options } as net.TcpNetConnectOpts);
        socket.on("error", (error) => resolve((error as NodeJS.ErrnoException).code));
        socket.on("connect", () => resolve("CONNECTED"));
      });
    const denied = "PERMISSION_DENIED";
    for (const path of [false, 0, "", null]) {
      expect(await outcome({ path, host: evil })).toBe(denied);
    }
    expect(await outcome({ host: { toString: () => evil } })).toBe(denied);
    let asked = 0;
    const fickle = {
      port: 80,
      get host() {
        return asked++ === 0 ? "localhost" : evil;
      },
    };
    const socket = net.connect(fickle);
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    // One reading decides: either it is refused, or it goes to this machine.
    expect(error.message).not.toContain(`ECONNREFUSED ${evil}`);
    const lookup = (_host: string, _options: unknown, callback: (...args: unknown[]) => void) =>
      callback(null, evil, 4);
    const udp = { type: "udp4", lookup } as dgram.SocketOptions;
    expect(() => dgram.createSocket(udp)).toThrow(/not allowed/);
    const UdpSocket = dgram.Socket as unknown as new (options: object) => dgram.Socket;
    expect(() => new UdpSocket(udp)).toThrow(/not allowed/);
    for (const query of ["resolve4", "resolveTxt", "reverse"] as const) {
      const host = query === "reverse" ? "127.9.9.9" : "secret.localhost";
      await expect(dns.promises[query](host)).rejects.toMatchObject({ code: denied });
    }
    const { binding } = process as unknown as { binding(name: string): unknown };
    for (const name of ["tcp_wrap", "udp_wrap", "cares_wrap"]) {
      expect(() => binding(name)).toThrow(/not allowed/);
    }
  });

  test("names the line to change", async () => {
    await expect(fetch("https://leak.example.com/x")).rejects.toMatchObject({
      hint: 'add "leak.example.com" to `allowed_endpoints` under `[privacy]` in batuta.toml:3',
      exitCode: 4,
    });
  });

  test("a redirect to a forbidden host", async () => {
    const server = http.createServer((_, response) => {
      response.writeHead(302, { location: "http://leak.example.com/" }).end();
    });
    const port = await listen(server);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      details: { host: "leak.example.com", port: 80 },
    });
    server.close();
  });

  test("foreign name servers, and loopback names that resolve elsewhere", async () => {
    expect(() => new dns.Resolver().setServers(["192.0.2.53"])).toThrow(/not allowed/);
    expect(() => dns.promises.setServers(["[2001:db8::53]:53"])).toThrow(/not allowed/);
    expect(() => new dns.Resolver().setServers(["127.0.0.1:5353"])).not.toThrow();
    const lookup = ((_, options, callback) =>
      options.all
        ? callback(null, [{ address: "192.0.2.1", family: 4 }])
        : callback(null, "192.0.2.1", 4)) as net.LookupFunction;
    const socket = net.connect({ host: "localhost", port: 80, lookup });
    const error = await new Promise<Error>((resolve) => socket.once("error", resolve));
    expect(error.message).toContain("resolved to 192.0.2.1");
  });

  test("worker threads that nobody guards", () => {
    expect(() => new Worker("1", { eval: true })).toThrow(/egress guard/);
    expect(attempts).toMatchObject([{ kind: "worker" }]);
  });
});

describe("still works", () => {
  test("http by address and by name, keep-alive, http2, unix socket, loopback datagrams", async () => {
    const server = http.createServer((_, response) => response.end("hello"));
    const port = await listen(server);
    for (const host of ["127.0.0.1", "localhost", "app.localhost"]) {
      expect(await (await fetch(`http://${host}:${port}/`)).text()).toBe("hello");
      const response = await new Promise<http.IncomingMessage>((resolve, reject) =>
        http.get({ host, port, agent: false }, resolve).on("error", reject),
      );
      expect(response.statusCode).toBe(200);
      response.resume();
    }
    server.close();
    server.closeAllConnections();

    const h2 = http2.createServer((_, response) => response.end("two"));
    const client = http2.connect(`http://localhost:${await listen(h2)}`);
    await new Promise((resolve) => client.request().on("response", resolve).resume());
    client.close();
    h2.close();

    const path = join(mkdtempSync(join(tmpdir(), "guard-")), "s");
    const local = net.createServer((socket) => socket.end("unix"));
    await new Promise<void>((resolve) => local.listen(path, resolve));
    const text = await new Promise((resolve, reject) =>
      net
        .connect(path)
        .on("error", reject)
        .on("data", (data) => resolve(String(data))),
    );
    expect(text).toBe("unix");
    local.close();

    const receiver = dgram.createSocket("udp4");
    await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", resolve));
    const received = new Promise((resolve) => receiver.once("message", (m) => resolve(String(m))));
    const sender = dgram.createSocket("udp4");
    sender.send("ping", receiver.address().port, "localhost");
    expect(await received).toBe("ping");
    const connected = dgram.createSocket("udp4");
    const second = new Promise((resolve) => receiver.once("message", (m) => resolve(String(m))));
    await new Promise<void>((resolve) =>
      connected.connect(receiver.address().port, "127.0.0.1", resolve),
    );
    connected.send("pong!", 0, 4);
    expect(await second).toBe("pong");
    for (const socket of [receiver, sender, connected]) socket.close();
    expect(attempts).toEqual([]);
  });

  test("localhost is answered without a resolver, in every form", async () => {
    const both = [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    expect(await dns.promises.lookup("localhost", { all: true })).toEqual(both);
    expect(await dns.promises.lookup("x.localhost", 6)).toEqual(both[1]);
    expect(await promisify(dns.lookup)("localhost")).toEqual(both[0]);
    expect(await dns.promises.lookup("127.0.0.1")).toEqual(both[0]);
  });

  test("an allowed endpoint and the standard tier are let through to the network stack", async () => {
    const restore = installEgressGuard(
      createPolicy({ tier: "sovereign", allowedEndpoints: ["allowed.invalid:9"] }),
    );
    const error = await new Promise<Error>((resolve) => {
      const lookup: net.LookupFunction = (_, __, callback) =>
        callback(Object.assign(new Error("asked"), { code: "ASKED" }), []);
      net.connect({ host: "allowed.invalid", port: 9, lookup }).once("error", resolve);
    });
    expect(error.message).toBe("asked");
    restore();
    const open = installEgressGuard(createPolicy({ tier: "standard" }));
    await expect(fetch("http://127.0.0.1:1/")).rejects.toThrow(/fetch failed/);
    open();
  });
});

test("a worker inherits policy and listener before its entry runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "guard-worker-"));
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  await build({
    entryPoints: {
      main: here("./worker-main.ts"),
      entry: here("./worker-entry.ts"),
      "privacy-bootstrap.worker": here("../../../src/core/privacy/privacy-bootstrap.worker.ts"),
    },
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
  });
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(folder, "main.js")]);
  const { outcomes, data, attemptCount } = JSON.parse(stdout);
  expect(data).toEqual({ answer: 42 });
  const codes = Object.values(outcomes as Record<string, { code: string }>).map((o) => o.code);
  expect(new Set(codes)).toEqual(new Set(["PERMISSION_DENIED"]));
  expect(codes.length).toBeGreaterThan(70);
  expect(attemptCount).toBe(codes.length);
  rmSync(folder, { recursive: true });
});
