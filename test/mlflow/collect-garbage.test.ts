/** What `mlflow gc` takes, and that nothing of it is left. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFixedClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/core/store/index.ts";
import {
  erase,
  findGarbage,
  type MlflowClient,
  openClient,
  openTracer,
  openTrackingDatabase,
} from "../../src/mlflow/index.ts";

const DAY = 86_400_000;
const clock = createFixedClock(Date.parse("2026-01-05T12:00:00Z"));
let folder = "";
let client: MlflowClient;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-gc-"));
  const uri = join(folder, "mlflow.db");
  client = openClient({ trackingUri: uri, cwd: folder, env: {}, clock });
  database = openTrackingDatabase(uri, { cwd: folder, clock });
});
afterEach(async () => {
  database.close();
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

async function createRun(experimentId: string, name: string) {
  const run = await client.runs.create({ experimentId, name, startedAtMs: clock.nowMs() });
  await client.runs.logBatch(run.runId, {
    metrics: [{ key: "loss", value: 1, step: 0, timestamp: 1 }],
    params: { rate: "0.1" },
    tags: { team: "data" },
  });
  await client.transport.call({
    method: "POST",
    path: "/runs/log-inputs",
    params: {
      run_id: run.runId,
      datasets: [
        {
          tags: [{ key: "mlflow.data.context", value: "train" }],
          dataset: { name: "d", digest: "1", source_type: "local", source: "{}" },
        },
      ],
    },
  });
  await client.artifacts.writeText(run.artifactUri, "notes/a.txt", "text");
  return run;
}

/** Rows that name any of these ids, by table. */
function rowsOf(ids: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table'",
  );
  for (const { name } of tables) {
    const rows = database.all<Record<string, unknown>>(`SELECT * FROM "${name}"`);
    const count = rows.filter((row) => Object.values(row).some((v) => ids.includes(String(v))));
    if (count.length > 0) found[name] = count.length;
  }
  return found;
}

const root = () => join(folder, "mlartifacts");
const nowMs = () => clock.nowMs();

async function eraseAll(items: ReturnType<typeof findGarbage>) {
  const fates: string[] = [];
  for (const item of items) fates.push(await erase(database, item, root()));
  return fates;
}

test("a deleted run goes with all rows and its folder; others stay", async () => {
  const experimentId = await client.experiments.create("shop");
  const [gone, kept] = [
    await createRun(experimentId, "gone"),
    await createRun(experimentId, "kept"),
  ];
  expect(findGarbage(database, { nowMs: nowMs() })).toEqual([]);
  await client.runs.delete(gone.runId);
  clock.advance(3 * DAY);
  expect(findGarbage(database, { nowMs: nowMs(), olderThanMs: 7 * DAY })).toEqual([]);
  const found = findGarbage(database, { nowMs: nowMs(), olderThanMs: 2 * DAY });
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([["run", "gone"]]);
  const before = rowsOf([kept.runId]);
  expect(await eraseAll(found)).toEqual(["erased"]);
  expect(rowsOf([gone.runId])).toEqual({});
  expect(rowsOf([kept.runId])).toEqual(before);
  expect(database.all("PRAGMA foreign_key_check")).toEqual([]);
  expect(existsSync(join(root(), experimentId, gone.runId))).toBe(false);
  expect(existsSync(join(root(), experimentId, kept.runId, "artifacts/notes/a.txt"))).toBe(true);
  expect(await client.artifacts.list(kept.runId, "notes")).toHaveLength(1);
});

test("a deleted experiment goes with runs, models, traces; its name is free again", async () => {
  const experimentId = await client.experiments.create("chat", { tags: { a: "1" } });
  const run = await createRun(experimentId, "one");
  const answer = await client.transport.call({
    method: "POST",
    path: "/logged-models",
    params: {
      experiment_id: experimentId,
      name: "m",
      source_run_id: run.runId,
      params: [{ key: "depth", value: "3" }],
    },
  });
  const info = (answer.model as { info: { model_id: string } }).info;
  const tracer = await openTracer({ client, experiment: "chat", clock });
  tracer.withSpan("answer", () => tracer.withSpan("search", () => 1));
  await tracer.close();
  await client.experiments.delete(experimentId);
  const found = findGarbage(database, { nowMs: nowMs(), experimentIds: [experimentId] });
  expect(found.map(({ kind }) => kind)).toEqual(["run", "logged model", "experiment"]);
  await eraseAll(found);
  expect(rowsOf([run.runId, info.model_id])).toEqual({});
  const counts = ["spans", "trace_info", "trace_tags", "experiment_tags", "datasets", "inputs"].map(
    (table) => database.all(`SELECT 1 FROM ${table}`).length,
  );
  expect(counts).toEqual([0, 0, 0, 0, 0, 0]);
  expect(database.all("PRAGMA foreign_key_check")).toEqual([]);
  await client.experiments.create("chat");
});

test("ids that are active, unknown or too new are refused; only those named are taken", async () => {
  const experimentId = await client.experiments.create("shop");
  const [a, b] = [await createRun(experimentId, "a"), await createRun(experimentId, "b")];
  const find = (options: object) => () => findGarbage(database, { nowMs: nowMs(), ...options });
  expect(find({ runIds: [a.runId] })).toThrow("is not deleted");
  expect(find({ runIds: ["none"] })).toThrow("there is no run `none`");
  expect(find({ experimentIds: [experimentId] })).toThrow("is not deleted");
  await client.runs.delete(a.runId);
  await client.runs.delete(b.runId);
  expect(find({ runIds: [a.runId], olderThanMs: DAY })).toThrow("was deleted later");
  expect(find({ runIds: [a.runId] })().map(({ name }) => name)).toEqual(["a"]);
  await client.experiments.delete(experimentId);
  await client.runs.restore(b.runId);
  expect(find({})().map(({ kind, name }) => [kind, name])).toEqual([["run", "a"]]);
  expect(find({ experimentIds: [experimentId] })).toThrow("holds active runs");
});

test("a location that is not the run's own is left as it is", async () => {
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(join(home, "diary.txt"), "dear");
  const experimentId = await client.experiments.create("shop");
  const run = await createRun(experimentId, "a");
  await client.runs.delete(run.runId);
  const set = (uri: string) =>
    database.run("UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?", [uri, run.runId]);
  const [item] = findGarbage(database, { nowMs: nowMs() });
  if (item === undefined) throw new Error("nothing found");
  set(home);
  expect(await erase(database, { ...item, artifactUri: home }, root())).toBe("not its own folder");
  expect(existsSync(join(home, "diary.txt"))).toBe(true);
  expect(await erase(database, { ...item, artifactUri: "s3://b/x" }, root())).toBe("elsewhere");
  const outside = `mlflow-artifacts:/../home/${run.runId}/artifacts`;
  const left = await erase(database, { ...item, artifactUri: outside }, root());
  expect(left).toBe("not its own folder");
});
