/** A training program's view: start, log, nest, end; the store then holds it all. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type MlflowClient, openClient, startRun } from "../../../src/mlflow/index.ts";

let folder = "";
let client: MlflowClient;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-run-"));
  client = openClient({ trackingUri: join(folder, "mlflow.db"), env: {}, cwd: folder });
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a run with a child", async () => {
  const run = await startRun({ client, experiment: "train", name: "outer", cwd: folder });
  run.logParams({ lr: 0.1, layers: [1, 2], name: "x" });
  for (let step = 0; step < 50; step++) run.logMetric("loss", 1 / (step + 1), step);
  run.logMetrics({ acc: 0.9 }, 50);
  run.setTag("stage", "demo");
  await run.logText("notes/a.txt", "hello");
  await run.logJson("report.json", { rows: 3 });
  const child = await run.startChild({ name: "inner" });
  child.logMetric("z", 1);
  await child.end();
  await run.end();

  const outer = await client.runs.get(run.runId);
  expect(outer).toMatchObject({ name: "outer", status: "FINISHED" });
  expect(outer.params).toEqual({ lr: "0.1", layers: "[1,2]", name: "x" });
  expect(outer.metrics.loss).toMatchObject({ step: 49, value: 1 / 50 });
  const inner = await client.runs.get(child.runId);
  expect(inner.tags["mlflow.parentRunId"]).toBe(run.runId);
  expect(inner.metrics.z?.value).toBe(1);
  expect((await client.artifacts.list(run.runId)).map((file) => file.path)).toEqual([
    "notes",
    "report.json",
  ]);
});

test("`await using` ends a run, and `fail` ends it as failed", async () => {
  let runId = "";
  await expect(
    (async () => {
      await using run = await startRun({ client, cwd: folder });
      runId = run.runId;
      run.logMetric("m", 1);
      run.fail();
      throw new Error("training broke");
    })(),
  ).rejects.toThrow("training broke");
  const run = await client.runs.get(runId);
  expect([run.status, run.metrics.m?.value]).toEqual(["FAILED", 1]);
  expect(run.endedAtMs).not.toBeNull();
});
