/** The client says the same over HTTP and without a server; refusals keep MLflow's words. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import {
  type MlflowClient,
  openClient,
  type RunningServer,
  startServer,
} from "../../../src/mlflow/index.ts";

let folder = "";
let server: RunningServer;
const clients: Record<string, MlflowClient> = {};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-client-"));
  server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "served.db"),
    artifactsDestination: join(folder, "served"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  clients.http = openClient({ trackingUri: server.url, env: {}, cwd: folder, retries: 0 });
  clients.local = openClient({ trackingUri: "sqlite:///local.db", env: {}, cwd: folder });
});
afterAll(async () => {
  for (const client of Object.values(clients)) await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(["http", "local"])("over %s", (kind) => {
  test("experiments and runs come back as they went in", async () => {
    const { experiments, runs } = clients[kind]!;
    const experimentId = await experiments.create("train", { tags: { team: "blue" } });
    const experiment = await experiments.getByName("train");
    expect(experiment).toMatchObject({ experimentId, name: "train", tags: { team: "blue" } });

    const run = await runs.create({ experimentId, name: "first", startedAtMs: 1_700_000_000_000 });
    await runs.logParam(run.runId, "lr", "0.1");
    const big = 2n ** 60n + 1n;
    for (const [step, value] of [
      [1, 0.5],
      [2, 0.25],
      [big, Number.NaN],
    ] as const) {
      await runs.logMetric(run.runId, { key: "loss", value, timestamp: 1000, step });
    }
    await runs.logBatch(run.runId, {
      metrics: [{ key: "acc", value: 0.9, timestamp: 1000, step: 0 }],
      params: { depth: "3" },
      tags: { note: "päper" },
    });
    await runs.update(run.runId, { status: "FINISHED", endedAtMs: 1_700_000_001_000 });
    const read = await runs.get(run.runId);
    expect(read).toMatchObject({
      name: "first",
      status: "FINISHED",
      endedAtMs: 1_700_000_001_000,
      params: { lr: "0.1", depth: "3" },
    });
    expect(read.tags.note).toBe("päper");
    expect(read.metrics.acc?.value).toBe(0.9);
    expect(read.metrics.loss).toMatchObject({ step: big, value: Number.NaN });
    const history = await runs.metricHistory(run.runId, "loss");
    expect(history.map((point) => point.value)).toEqual([0.5, 0.25, Number.NaN]);
    const found = await runs.search([experimentId], { filter: "metrics.acc > 0.5" });
    expect(found.items.map((item) => item.runId)).toEqual([run.runId]);
  });

  test("refusals keep code and words", async () => {
    const { experiments, runs } = clients[kind]!;
    await expect(experiments.get("4711")).rejects.toMatchObject({
      code: "RESOURCE_DOES_NOT_EXIST",
      message: "No Experiment with id=4711 exists",
    });
    await expect(experiments.create("Default")).rejects.toMatchObject({
      code: "RESOURCE_ALREADY_EXISTS",
    });
    await expect(runs.search(["0"], { filter: "metrics.x >" })).rejects.toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
    });
  });

  test("artifacts go and come as files and folders", async () => {
    const { artifacts, runs } = clients[kind]!;
    const run = await runs.create({ experimentId: "0", startedAtMs: 1 });
    const source = join(folder, `source-${kind}`);
    mkdirSync(join(source, "deep"), { recursive: true });
    writeFileSync(join(source, "a.txt"), "A");
    writeFileSync(join(source, "deep/ü b.bin"), "B");
    expect(await artifacts.put(run.artifactUri, source, "model")).toEqual([
      "model/a.txt",
      "model/deep/ü b.bin",
    ]);
    expect(await artifacts.list(run.runId, "model")).toEqual([
      { path: "model/a.txt", isDirectory: false, sizeBytes: 1 },
      { path: "model/deep", isDirectory: true, sizeBytes: 0 },
    ]);
    const target = join(folder, `target-${kind}`);
    await artifacts.fetch(run.runId, run.artifactUri, "model", target);
    expect(readFileSync(join(target, "model/deep/ü b.bin"), "utf8")).toBe("B");
    await expect(
      artifacts.fetch(run.runId, run.artifactUri, "nowhere", target),
    ).rejects.toMatchObject({ code: "RESOURCE_DOES_NOT_EXIST" });
  });
});

test("nobody answering is said so", async () => {
  const client = openClient({ trackingUri: "http://127.0.0.1:9", env: {}, retries: 0 });
  await expect(client.experiments.get("0")).rejects.toMatchObject({
    code: "TEMPORARILY_UNAVAILABLE",
  });
  expect(() => openClient({ trackingUri: "databricks", env: {} })).toThrow(/DATABRICKS_HOST/);
});
