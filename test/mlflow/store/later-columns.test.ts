/** Columns of MLflow 3.18's `assessments`, in a database that has them. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase } from "../../../src/core/store/index.ts";
import { type Served, serve } from "../routes/serve.ts";

let server: Served;
beforeEach(async () => {
  server = await serve();
});
afterEach(() => server.close());

test("an assessment has its trace's experiment and time, when it is made and when they change", async () => {
  const database = openDatabase(join(server.folder, "mlflow.db"));
  database.exec("ALTER TABLE assessments ADD COLUMN experiment_id INTEGER");
  database.exec("ALTER TABLE assessments ADD COLUMN trace_timestamp_ms BIGINT");
  const send = async (path: string, body: unknown) => {
    const response = await fetch(`${server.url}/api/3.0/mlflow${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.text()]).toEqual([200, expect.anything()]);
  };
  const assessment = (name: string) => ({
    assessment_name: name,
    source: { source_type: "HUMAN", source_id: "ada" },
    feedback: { value: true },
    create_time: "2026-01-01T00:00:00Z",
    last_update_time: "2026-01-01T00:00:00Z",
  });
  const start = (experimentId: string, time: string, assessments: unknown[]) => {
    const place = { type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: experimentId } };
    const info = { trace_id: "tr-1", trace_location: place, request_time: time, state: "OK" };
    return send("/traces", { trace: { trace_info: { ...info, assessments } } });
  };
  const rows = () =>
    database.lists<[string, number, number]>(
      "SELECT name, experiment_id, trace_timestamp_ms FROM assessments ORDER BY rowid",
    );
  await start("0", "1970-01-01T00:00:05Z", [assessment("first")]);
  await send("/traces/tr-1/assessments", { assessment: assessment("second") });
  expect(rows()).toEqual([
    ["first", 0, 5000],
    ["second", 0, 5000],
  ]);
  const { body } = await server.post("experiments/create", { name: "other" });
  await start(body.experiment_id, "1970-01-01T00:00:04Z", []);
  expect(rows()).toEqual([
    ["first", Number(body.experiment_id), 4000],
    ["second", Number(body.experiment_id), 4000],
  ]);
  database.close();
});
