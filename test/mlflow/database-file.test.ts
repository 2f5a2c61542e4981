/** What other processes do to the database file under a running server. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../src/core/store/index.ts";
import { type Served, serve } from "./routes/serve.ts";

let server: Served;
beforeEach(async () => {
  server = await serve();
});
afterEach(() => server.close());

const path = () => join(server.folder, "mlflow.db");
const setTag = (runId: string, key: string) =>
  server.post("runs/set-tag", { run_id: runId, key, value: "x" });
const logMetric = (runId: string, step: number) =>
  server.post("runs/log-metric", { run_id: runId, key: "m", value: 1, timestamp: 1, step });

/** Its secret is sealed on another thread before it is written. */
const createSecret = () =>
  fetch(`${server.url}/api/3.0/mlflow/gateway/secrets/create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ secret_name: "s", secret_value: { key: "x" }, provider: "p" }),
  });

const GONE = {
  error_code: "TEMPORARILY_UNAVAILABLE",
  message: "the database file was moved, deleted or replaced while it was open",
};

test("a file moved away: 503, nothing acknowledged; put back: as before", async () => {
  const runId = await server.createRun();
  renameSync(path(), `${path()}.away`);
  for (const replaces of [false, true]) {
    if (replaces) writeFileSync(path(), "");
    for (const answer of [
      await setTag(runId, "lost"),
      await logMetric(runId, 1),
      await server.post("runs/search", { experiment_ids: ["0"] }),
      await server.get("runs/get", { run_id: runId }),
    ]) {
      expect(answer).toEqual({ status: 503, body: GONE });
    }
  }
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  rmSync(path());
  renameSync(`${path()}.away`, path());
  expect((await setTag(runId, "kept")).status).toBe(200);
  const { body } = await server.get("runs/get", { run_id: runId });
  const keys = body.run.data.tags.map(({ key }: { key: string }) => key);
  expect([keys.includes("kept"), keys.includes("lost")]).toEqual([true, false]);
});

test("another process's write lock holds up writes, not reads", async () => {
  const runId = await server.createRun();
  const theirs = openDatabase(path());
  theirs.exec("BEGIN IMMEDIATE");
  const done: string[] = [];
  const writes = [
    setTag(runId, "waited"),
    logMetric(runId, 1),
    server.post("experiments/create", { name: "waited" }),
    server.post("registered-models/create", { name: "waited" }),
    createSecret(),
  ].map((write) => write.then(({ status }) => done.push(`${status}`)));
  for (let reads = 0; reads < 5; reads++) {
    expect((await server.get("runs/get", { run_id: runId })).status).toBe(200);
    expect((await server.post("runs/search", { experiment_ids: ["0"] })).status).toBe(200);
  }
  expect(done).toEqual([]);
  theirs.exec("COMMIT");
  theirs.close();
  await Promise.all(writes);
  expect(done).toEqual(["200", "200", "200", "200", "200"]);
});

test("two servers on one file: both go on, and no write is lost", async () => {
  const other = await serve({}, { backendStoreUri: path() });
  try {
    const runId = await server.createRun();
    const writes = [server, other].flatMap(({ post }, which) =>
      Array.from({ length: 150 }, (_, step) =>
        post("runs/log-metric", {
          ...{ run_id: runId, key: `m${which}`, value: step, timestamp: step, step },
        }),
      ),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    for (const key of ["m0", "m1"]) {
      const { body } = await server.get("metrics/get-history", { run_id: runId, metric_key: key });
      expect(body.metrics).toHaveLength(150);
    }
  } finally {
    await other.close();
  }
});
