/** Experiments whose ids came from `mlruns` folders: 18 digits, more than a double holds. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { importFileStore } from "../../../src/mlflow/import/import-file-store.ts";
import { type MlflowClient, openClient, openTrackingDatabase } from "../../../src/mlflow/index.ts";
import { REPOSITORY } from "../../source-tree.ts";

const PICTURES = "754652028546047307";
const BAD = "tr-9f8243af58f7ba40318c896c9e2d4195";

let folder = "";
let client: MlflowClient;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-large-ids-"));
  cpSync(join(REPOSITORY, "fixtures/mlflow/mlruns-3.11.1/mlruns"), join(folder, "mlruns"), {
    recursive: true,
  });
  // The folder was made elsewhere.
  const trace = `mlruns/${PICTURES}/traces/${BAD}`;
  const place = join(folder, trace, "tags/mlflow.artifactLocation");
  writeFileSync(place, join(folder, trace, "artifacts"));
  const uri = join(folder, "mlflow.db");
  const database = openTrackingDatabase(uri, { cwd: folder, clock: systemClock });
  importFileStore(database, join(folder, "mlruns"), { onStart() {}, onEntry() {} });
  database.close();
  client = openClient({ trackingUri: uri, cwd: folder, env: {} });
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

test("are read, searched and written to digit by digit", async () => {
  const { items } = await client.experiments.search({ viewType: "ALL" });
  expect(items.map(({ experimentId }) => experimentId)).toContain(PICTURES);
  expect((await client.experiments.getByName("pictures")).experimentId).toBe(PICTURES);
  await client.experiments.setTag(PICTURES, "team", "data");
  expect((await client.experiments.get(PICTURES)).tags.team).toBe("data");
  const runs = await client.runs.search([PICTURES, "0"]);
  expect(runs.items.length).toBeGreaterThan(0);
  const run = await client.runs.create({ experimentId: PICTURES, startedAtMs: 1 });
  expect(run.experimentId).toBe(PICTURES);
  await client.runs.logBatch(run.runId, {
    metrics: [{ key: "loss", value: 1, step: 0, timestamp: 1 }],
  });
  const found = await client.runs.search([PICTURES], { filter: "metrics.loss = 1" });
  expect(found.items.map(({ runId, experimentId }) => [runId, experimentId])).toContainEqual([
    run.runId,
    PICTURES,
  ]);
});

test("are counted on from, and paged through", async () => {
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) ids.push(await client.experiments.create(name));
  expect(ids).toEqual(["754652028546047308", "754652028546047309", "754652028546047310"]);
  const seen: string[] = [];
  let pageToken: string | null = null;
  do {
    const options = { maxResults: 1, orderBy: ["experiment_id ASC"] };
    const page: Awaited<ReturnType<MlflowClient["experiments"]["search"]>> =
      await client.experiments.search(pageToken === null ? options : { ...options, pageToken });
    seen.push(...page.items.map(({ experimentId }) => experimentId));
    pageToken = page.nextPageToken;
  } while (pageToken !== null && seen.length < 20);
  expect(seen).toEqual(["0", PICTURES, ...ids]);
});

test("hold traces, whose spans may lie in files", async () => {
  const traces = (await client.traces.search([PICTURES], { orderBy: ["timestamp_ms ASC"] })).items;
  expect(traces.map(({ experimentId, state }) => [experimentId, state])).toEqual([
    [PICTURES, "OK"],
    [PICTURES, "ERROR"],
  ]);
  const spans = await client.traces.spans(BAD);
  expect(spans.map(({ name, status, attributes }) => [name, status, attributes])).toMatchObject([
    ["bad", "ERROR", { "mlflow.spanInputs": { question: "why?" } }],
  ]);
  const good = traces[0]?.traceId ?? "";
  expect(await client.traces.spans(good)).toEqual([]);
});
