/**
 * The tracking server under mixed load, on a full disk, beside a second server on the same file, and
 * with clients that are slow or go away. Nothing acknowledged is lost, and it goes on answering.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import {
  type Answered,
  createRun,
  get,
  post,
  type ServerProcess,
  startProcess,
} from "./mlflow-server.ts";

const MINUTES = Number(process.env.DURATION ?? 10);
const SEED = Number(process.env.SEED ?? 20261121);
const CLIENTS = 16;
const BATCH = 50;

let folder = "";
let servers: ServerProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-load-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.end("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

async function start(wrap?: string[]): Promise<ServerProcess> {
  const server = await startProcess(folder, wrap);
  servers.push(server);
  return server;
}

/** What one client does until `isOver`; the points it wrote by key. */
async function work(url: string, seed: number, isOver: () => boolean) {
  const rng = createRng(seed);
  const runId = await createRun(url);
  const written = { single: 0, batched: 0 };
  const succeed = async (answer: Promise<Answered>) => {
    const { status, body } = await answer;
    expect([status, body.message]).toEqual([200, undefined]);
  };
  while (!isOver()) {
    const step = written.single;
    switch (rng.int(6)) {
      case 0:
      case 1: {
        const metric = { key: "single", value: step, timestamp: step, step };
        await succeed(post(url, "runs/log-metric", { run_id: runId, ...metric }));
        written.single++;
        break;
      }
      case 2: {
        const metrics = Array.from({ length: BATCH }, (_, index) => {
          const at = written.batched + index;
          return { key: "batched", value: at, timestamp: at, step: at };
        });
        await succeed(post(url, "runs/log-batch", { run_id: runId, metrics }));
        written.batched += BATCH;
        break;
      }
      case 3:
        await succeed(post(url, "runs/set-tag", { run_id: runId, key: "at", value: `${step}` }));
        break;
      case 4: {
        const filter = `metrics.single >= ${rng.int(100)}`;
        const order = { order_by: ["metrics.single DESC"], max_results: 50 };
        await succeed(post(url, "runs/search", { experiment_ids: ["0"], filter, ...order }));
        break;
      }
      default:
        await succeed(
          get(url, `metrics/get-history?run_id=${runId}&metric_key=batched&max_results=500`),
        );
    }
  }
  return { runId, written };
}

/** Every point that was acknowledged is in the history. */
async function checkWritten(url: string, done: Awaited<ReturnType<typeof work>>) {
  for (const [key, count] of Object.entries(done.written)) {
    let found = 0;
    let token = "";
    do {
      const query = `run_id=${done.runId}&metric_key=${key}&max_results=20000&page_token=${token}`;
      const { body } = await get(url, `metrics/get-history?${query}`);
      found += body.metrics?.length ?? 0;
      token = encodeURIComponent(body.next_page_token ?? "");
    } while (token !== "");
    expect([key, found]).toEqual([key, count]);
  }
}

test(`${MINUTES} minutes of ${CLIENTS} clients: no write lost, memory flat`, async () => {
  const server = await start();
  const endsAt = performance.now() + MINUTES * 60_000;
  const isOver = () => performance.now() > endsAt;
  const sizes: number[] = [];
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    work(server.url, SEED + client, isOver),
  );
  while (!isOver()) {
    sizes.push(server.readMemory());
    await delay((MINUTES * 60_000) / 100);
  }
  const done = await Promise.all(clients);
  for (const one of done) await checkWritten(server.url, one);
  const third = Math.floor(sizes.length / 3);
  const early = Math.max(...sizes.slice(third, 2 * third));
  const late = Math.max(...sizes.slice(2 * third));
  const points = done.reduce((sum, { written }) => sum + written.single + written.batched, 0);
  console.log(`${points} points; ${Math.round(early)} MiB, at the end ${Math.round(late)} MiB`);
  expect(late).toBeLessThan(early * 1.25 + 10);
});

test("a full disk refuses writes and loses none that was acknowledged", async () => {
  // A limit on the size of files stands for the disk: a write fails, the process lives on.
  const server = await start(["bash", "-c", 'trap "" XFSZ; ulimit -f 3000; exec "$@"', "full"]);
  const runId = await createRun(server.url);
  let steps = 0;
  for (let refused = 0; refused < 20; ) {
    const value = "x".repeat(5000);
    const tags = Array.from({ length: 20 }, (_, index) => ({ key: `t${steps}-${index}`, value }));
    const { status, body } = await post(server.url, "runs/log-batch", { run_id: runId, tags });
    if (status === 200) steps++;
    else {
      refused++;
      expect(status).toBe(507);
      expect(body.message).not.toBe("");
    }
    expect(steps).toBeLessThan(2000);
  }
  const { body } = await get(server.url, `runs/get?run_id=${runId}`);
  const keys = body.run.data.tags.filter(({ key }: { key: string }) => key.startsWith("t"));
  expect(keys).toHaveLength(steps * 20);
  await server.end("SIGKILL");
  const again = await start();
  const tag = { run_id: runId, key: "after", value: "x" };
  expect((await post(again.url, "runs/set-tag", tag)).status).toBe(200);
});

test("two servers on one file lose nothing", async () => {
  const first = await start();
  const second = await start();
  const endsAt = performance.now() + 10_000;
  const isOver = () => performance.now() > endsAt;
  const done = await Promise.all(
    Array.from({ length: 6 }, (_, client) =>
      work((client % 2 === 0 ? first : second).url, SEED + client, isOver),
    ),
  );
  for (const one of done) {
    await checkWritten(first.url, one);
    await checkWritten(second.url, one);
  }
});

test("slow and vanishing clients hold nothing up", async () => {
  const server = await start();
  const { hostname, port } = new URL(server.url);
  const head = (path: string, sizeBytes: number) =>
    `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${sizeBytes}\r\n\r\n`;
  const path = "/api/2.0/mlflow/runs/create";
  const sockets = Array.from({ length: 200 }, (_, index) => {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    // Half a head, a head without its body, or a body that stops in the middle.
    const text = [head(path, 5).slice(0, 40), head(path, 5000), `${head(path, 5000)}{"a`];
    socket.write(text[index % 3] ?? "");
    return socket;
  });
  await delay(200);
  const runId = await createRun(server.url);
  sockets.forEach((socket, index) => {
    if (index % 2 === 0) socket.destroy();
  });
  const upload = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/big`;
  const controller = new AbortController();
  const endless = new ReadableStream({
    pull: async (sink) => {
      await delay(5);
      sink.enqueue(new Uint8Array(65_536));
    },
  });
  const sent = fetch(upload, {
    method: "PUT",
    body: endless,
    signal: controller.signal,
    duplex: "half",
  } as RequestInit).catch(() => "gone");
  await delay(300);
  controller.abort();
  expect(await sent).toBe("gone");
  const { body } = await get(server.url, `artifacts/list?run_id=${runId}`);
  expect(body.files).toBeUndefined();
  expect((await get(server.url, `runs/get?run_id=${runId}`)).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});
