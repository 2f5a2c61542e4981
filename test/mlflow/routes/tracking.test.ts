import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Served, serve } from "./serve.ts";

let server: Served;
beforeAll(async () => {
  server = await serve();
});
afterAll(() => server.close());

describe("the history of a metric", () => {
  test("comes page by page, equal times and values included", async () => {
    const run_id = await server.createRun();
    const metrics = Array.from({ length: 40 }, (_, index) => ({
      key: "m",
      timestamp: Math.floor(index / 8),
      step: index % 4,
      value: index % 2 === 0 ? index : "NaN",
    }));
    // The same points in another order, and twice.
    const shuffled = [...metrics.slice(20), ...metrics.slice(0, 20)];
    await server.post("runs/log-batch", { run_id, metrics: shuffled });
    await server.post("runs/log-batch", { run_id, metrics });
    const read = async (query: Record<string, string>) =>
      (await server.get("metrics/get-history", { run_id, metric_key: "m", ...query })).body;
    const whole = await read({});
    expect(whole.next_page_token).toBeUndefined();
    const paged = [];
    let page = await read({ max_results: "7" });
    for (;;) {
      paged.push(...page.metrics);
      if (page.next_page_token === undefined) break;
      page = await read({ max_results: "7", page_token: page.next_page_token });
    }
    expect(paged).toEqual(whole.metrics);
    // Equal NaN points of one time and step are one point.
    const distinct = new Set(metrics.map((point) => JSON.stringify(point)));
    expect(paged).toHaveLength(distinct.size);
  });

  test.each(["garbage", "!!!", "e30=", "WyJhIl0="])("refuses the token %s", async (page_token) => {
    const query = { run_id: "r", metric_key: "m", page_token };
    const { status, body } = await server.get("metrics/get-history", query);
    expect(status).toBe(400);
    expect(body.message).toMatch(/^Invalid page token/);
  });

  test("refuses the token of a search", async () => {
    await server.createRun();
    await server.createRun();
    const search = { experiment_ids: ["0"], max_results: 1 };
    const { body } = await server.post("runs/search", search);
    const query = { run_id: "r", metric_key: "m", page_token: body.next_page_token };
    expect((await server.get("metrics/get-history", query)).status).toBe(400);
  });
});

describe("an experiment", () => {
  const create = async (name: string, more = {}) =>
    (await server.post("experiments/create", { name, ...more })).body.experiment_id as string;

  test("takes its runs with it when it is deleted and restored", async () => {
    const experiment_id = await create("going");
    const { body } = await server.post("runs/create", { experiment_id, run_name: "r" });
    const run_id = body.run.info.run_id;
    const stage = async () =>
      (await server.get("runs/get", { run_id })).body.run.info.lifecycle_stage;
    await server.post("experiments/delete", { experiment_id });
    expect(await stage()).toBe("deleted");
    expect((await server.post("runs/create", { experiment_id })).body.message).toContain(
      "must be in the 'active' state",
    );
    await server.post("experiments/restore", { experiment_id });
    expect(await stage()).toBe("active");
  });

  test("keeps artifacts where MLflow would", async () => {
    const given = await create("elsewhere", { artifact_location: "s3://bucket?version=1" });
    const { body } = await server.post("runs/create", { experiment_id: given });
    const { run_id, artifact_uri } = body.run.info;
    expect(artifact_uri).toBe(`s3://bucket/${run_id}/artifacts?version=1`);
  });

  test("has one tag of a key, and a run has too", async () => {
    const tags = [
      { key: "a", value: "1" },
      { key: "a", value: "2" },
    ];
    const experiment = await server.post("experiments/create", { name: "twice", tags });
    expect([experiment.status, experiment.body.error_code]).toEqual([
      400,
      "RESOURCE_ALREADY_EXISTS",
    ]);
    expect((await server.post("experiments/create", { name: "twice" })).status).toBe(200);
    const run = await server.post("runs/create", { experiment_id: "0", tags });
    expect([run.status, run.body.error_code]).toEqual([400, "BAD_REQUEST"]);
  });

  test("may have an id that Python reads as its number", async () => {
    expect((await server.get("experiments/get", { experiment_id: " 0 " })).status).toBe(200);
    const { status, body } = await server.get("experiments/get", { experiment_id: "1.0" });
    expect([status, body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
  });
});

describe("inputs and outputs of a run", () => {
  const dataset = { name: "d", digest: "1", source_type: "local", source: "{}" };

  test("name a dataset once, with the tags of the first time", async () => {
    const run_id = await server.createRun();
    const input = (value: string) => ({ dataset, tags: [{ key: "mlflow.data.context", value }] });
    const datasets = [input("training"), input("eval")];
    expect((await server.post("runs/log-inputs", { run_id, datasets })).status).toBe(200);
    const { body } = await server.get("runs/get", { run_id });
    expect(body.run.inputs.dataset_inputs).toEqual([
      { dataset, tags: [{ key: "mlflow.data.context", value: "training" }] },
    ]);
  });

  test("refuse a model that is an output already", async () => {
    const run_id = await server.createRun();
    const models = [{ model_id: "m-1", step: 3 }];
    expect((await server.post("runs/outputs", { run_id, models })).status).toBe(200);
    expect((await server.post("runs/outputs", { run_id, models })).status).toBe(400);
    const { body } = await server.get("runs/get", { run_id });
    expect(body.run.outputs.model_outputs).toEqual(models);
  });

  test("remember the models of old clients in a tag", async () => {
    const run_id = await server.createRun();
    const model = (name: string) => ({
      run_id,
      model_json: `{"run_id": "${run_id}", "artifact_path": "${name}", "utc_time_created": "t", "flavors": {"f": {"a": 1.0, "config": 1}}, "model_uuid": "u"}`,
    });
    await server.post("runs/log-model", model("ä"));
    await server.post("runs/log-model", model("b"));
    const { tags } = (await server.get("runs/get", { run_id })).body.run.data;
    const facts = (name: string) =>
      `{"run_id": "${run_id}", "artifact_path": "${name}", "utc_time_created": "t", "model_uuid": "u", "flavors": {"f": {"a": 1.0}}}`;
    expect(tags).toContainEqual({
      key: "mlflow.log-model.history",
      value: `[${facts("\\u00e4")}, ${facts("b")}]`,
    });
  });
});
