/** A queue loses nothing: not to a dead server, not to a killed process, not to a refused entry. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRunQueue, type RunQueueOptions } from "../../../src/mlflow/client/run-queue.ts";
import { type MlflowClient, openClient } from "../../../src/mlflow/index.ts";

let folder = "";
let client: MlflowClient;
let runId = "";
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-queue-"));
  client = openClient({ trackingUri: join(folder, "mlflow.db"), env: {}, cwd: folder });
  runId = (await client.runs.create({ experimentId: "0", startedAtMs: 1 })).runId;
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

const point = (step: number, value = step / 2) => ({ key: "loss", value, timestamp: 1, step });
const open = (options: Partial<RunQueueOptions> = {}) =>
  createRunQueue({ runs: client.runs, folder: join(folder, "queue"), ...options });
/** A client whose server is away until `isUp`. */
function flaky() {
  const state = { isUp: false, calls: 0 };
  const runs = {
    ...client.runs,
    logBatch: async (...args: Parameters<typeof client.runs.logBatch>) => {
      state.calls++;
      if (!state.isUp) throw new SovereignError("TEMPORARILY_UNAVAILABLE", "away");
      await client.runs.logBatch(...args);
    },
  };
  return { state, runs };
}

test("what is noted is sent in order, in batches of the legal size", async () => {
  const { state, runs } = flaky();
  state.isUp = true;
  const queue = open({ runs });
  for (let step = 0; step < 2500; step++) {
    queue.add({ kind: "metric", runId, point: point(step, step === 7 ? Number.NaN : step) });
  }
  for (let index = 0; index < 150; index++) {
    queue.add({ kind: "param", runId, key: `p${index}`, value: String(index) });
  }
  queue.add({ kind: "tag", runId, key: "note", value: "done" });
  await queue.close();
  const history = await client.runs.metricHistory(runId, "loss");
  expect(history.length).toBe(2500);
  const run = await client.runs.get(runId);
  expect(Object.keys(run.params).length).toBe(150);
  expect(run.tags.note).toBe("done");
  expect(state.calls).toBeLessThan(10);
  expect(readdirSync(join(folder, "queue"))).toEqual([]);
});

test("a server that is away delays, and the entries wait on disk", async () => {
  const { state, runs } = flaky();
  const queue = open({ runs });
  queue.add({ kind: "metric", runId, point: point(1) });
  await expect(queue.flush()).rejects.toMatchObject({ code: "TEMPORARILY_UNAVAILABLE" });
  expect(queue.waitingCount).toBe(1);
  state.isUp = true;
  await queue.flush();
  expect(queue.waitingCount).toBe(0);
  await queue.close();
  expect((await client.runs.metricHistory(runId, "loss")).length).toBe(1);
});

test("what a killed process left is sent by the next queue, and no torn line", async () => {
  const { runs } = flaky();
  const dead = open({ runs });
  for (const step of [1, 2, 3]) dead.add({ kind: "metric", runId, point: point(step) });
  await dead.close().catch(() => {});
  const journals = join(folder, "queue");
  const [name = ""] = readdirSync(journals);
  // As if another process had written it and died inside a line.
  renameSync(join(journals, name), join(journals, name.replace(/^\d+/, "999999999")));
  const { appendFileSync } = await import("node:fs");
  appendFileSync(join(journals, readdirSync(journals)[0]!), '{"kind":"metric","runId":"x","ke');
  const next = open();
  await next.flush();
  await next.close();
  const history = await client.runs.metricHistory(runId, "loss");
  expect(history.map((entry) => entry.step)).toEqual([1, 2, 3]);
  expect(readdirSync(journals)).toEqual([]);
});

test("a refused entry takes no other with it and is told", async () => {
  const queue = open();
  queue.add({ kind: "param", runId, key: "lr", value: "0.1" });
  await queue.flush();
  queue.add({ kind: "param", runId, key: "lr", value: "0.2" });
  queue.add({ kind: "metric", runId, point: point(1) });
  await expect(queue.flush()).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
  await queue.close();
  const run = await client.runs.get(runId);
  expect([run.params.lr, run.metrics.loss?.step]).toEqual(["0.1", 1]);
});
