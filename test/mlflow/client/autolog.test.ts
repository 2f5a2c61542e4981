/** The hooks a trainer calls. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { autolog, openClient, startRun } from "../../../src/mlflow/index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-autolog-"));
  mkdirSync(join(folder, "model"));
  writeFileSync(join(folder, "model/weights.bin"), "123");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = () => ({ cwd: folder, env: {}, experiment: "training" });

async function readRun(runId: string) {
  const client = openClient({ cwd: folder, env: {} });
  const run = await client.runs.get(runId);
  const losses = (await client.runs.metricHistory(runId, "loss")).map(({ step, value }) => [
    step,
    value,
  ]);
  const files = (await client.artifacts.list(runId, "model/model")).map(({ path }) => path);
  await client.close();
  return { run, losses, files };
}

test("a training is a run with parameters, epochs and a model", async () => {
  const hooks = await autolog({ ...place(), name: "first" });
  hooks.onTrainStart({ rate: 0.1, layers: [4, 2] });
  for (const step of [0, 1, 2]) hooks.onEpoch(step, { loss: 1 / (step + 1) });
  await hooks.onTrainEnd({ metrics: { accuracy: 0.9 }, model: join(folder, "model") });
  const { run, losses } = await readRun(hooks.run.runId);
  expect([run.name, run.status, run.params]).toEqual([
    "first",
    "FINISHED",
    { rate: "0.1", layers: "[4,2]" },
  ]);
  expect(losses).toEqual([
    [0, 1],
    [1, 0.5],
    [2, 1 / 3],
  ]);
  expect(run.metrics.accuracy?.value).toBe(0.9);
});

test("a run that goes on stays open; a model that is missing fails the run", async () => {
  const run = await startRun(place());
  const inside = await autolog({ run });
  inside.onEpoch(0, { loss: 3 });
  await inside.onTrainEnd();
  expect((await readRun(run.runId)).run.status).toBe("RUNNING");
  await run.end();
  const hooks = await autolog(place());
  await expect(hooks.onTrainEnd({ model: join(folder, "none") })).rejects.toThrow("no file");
  expect((await readRun(hooks.run.runId)).run.status).toBe("FAILED");
});
