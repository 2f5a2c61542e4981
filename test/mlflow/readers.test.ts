/**
 * The threads that answer searches: one that takes too long is ended alone, one whose reader dies
 * is answered by another, and those that wait get their answers.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { createFolders } from "../../src/core/io/index.ts";
import { openContext } from "../../src/mlflow/context.ts";
import type { Readers } from "../../src/mlflow/readers.ts";
import type { ApiRoute, Context } from "../../src/mlflow/routes/route.ts";

type Main = typeof import("./readers-main.ts");

/** Backtracks without end over many `a`: the linear engine cannot look ahead. */
const ENDLESS = "tag.letters RLIKE '(?=a)(a+)+$'";

let folder: string;
let main: Main;
let context: Context;
let closeContext: () => Promise<void>;
let readers: Readers | undefined;
let threads: Worker[] = [];

beforeAll(async () => {
  const cache = resolve("node_modules/.cache/sovereign");
  createFolders(cache);
  folder = mkdtempSync(join(cache, "readers-"));
  await build({
    entryPoints: [
      "test/mlflow/readers-main.ts",
      "src/mlflow/reader.worker.ts",
      "src/core/privacy/privacy-bootstrap.worker.ts",
    ],
    outdir: folder,
    entryNames: "[name]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  main = await import(pathToFileURL(join(folder, "readers-main.js")).href);
  const opened = openContext({
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  context = opened.context;
  closeContext = opened.close;
  const letters = `${"a".repeat(100)}b`;
  context.database.exec(`
    INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status)
      VALUES ('tr-1', 0, 1, 1, 'OK');
    INSERT INTO trace_tags (request_id, key, value) VALUES ('tr-1', 'letters', '${letters}')`);
});
afterEach(async () => {
  await readers?.close();
  threads = [];
});
afterAll(async () => {
  await closeContext();
  rmSync(folder, { recursive: true, force: true });
});

function start(count: number, limitMs: number): void {
  const { settings, database } = context;
  readers = main.startReaders(
    count,
    { databasePath: database.path, settings },
    {
      limitMs,
      spawn: (data) => {
        const entry = new URL("./reader.worker.js", pathToFileURL(join(folder, "readers-main.js")));
        const thread = main.startWorker(entry, { data });
        threads.push(thread);
        return thread;
      },
    },
  );
}

/** Searches traces; the error's message for one that is refused. */
async function search(filter = ""): Promise<unknown> {
  const route = main.ROUTES.find(({ path }) => path === "/traces/search") as ApiRoute;
  const place = { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } };
  const body = JSON.stringify({ locations: [place], filter });
  try {
    const answer = await readers?.answer(route, { query: null, body, path: {} });
    return JSON.parse(new TextDecoder().decode(answer)).traces.length;
  } catch (error) {
    return (error as Error).message;
  }
}

const TOO_LONG = expect.stringContaining("takes too long");

test("endless searches are ended, and those behind them answered", async () => {
  start(2, 3000);
  const endless = [search(ENDLESS), search(ENDLESS)];
  const others = Array.from({ length: 6 }, () => search());
  expect(await Promise.all(others)).toEqual([1, 1, 1, 1, 1, 1]);
  expect(await Promise.all(endless)).toEqual([TOO_LONG, TOO_LONG]);
  expect(await search()).toBe(1);
});

test("a search goes past one that is endless to a reader that is free", async () => {
  start(2, 600_000);
  expect(await search()).toBe(1);
  void search(ENDLESS);
  expect(await Promise.all([search(), search(), search()])).toEqual([1, 1, 1]);
});

test("what a killed reader had is tried once more, and what waited is answered", async () => {
  start(1, 600_000);
  expect(await search()).toBe(1);
  const endless = search(ENDLESS);
  const behind = search();
  await threads[0]?.terminate();
  while (threads.length < 2) await delay(5);
  // Its first message says that it is up; the endless search is its first task.
  await once(threads[1] as Worker, "message");
  await threads[1]?.terminate();
  expect(await endless).toEqual(TOO_LONG);
  expect(await behind).toBe(1);
});
