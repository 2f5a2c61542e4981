import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Served, serve } from "./serve.ts";

let server: Served;
let runId: string;
beforeAll(async () => {
  server = await serve();
});
afterAll(() => server.close());
beforeEach(async () => {
  runId = await server.createRun();
});

const readRun = async () => (await server.get("runs/get", { run_id: runId })).body.run;
const history = async (key: string) =>
  (await server.get("metrics/get-history", { run_id: runId, metric_key: key })).body.metrics;
const logMetric = (fields: string) =>
  server.post("runs/log-metric", `{"run_id": "${runId}", "key": "m", ${fields}}`);

describe("one metric", () => {
  test("keeps steps and timestamps beyond 2^53", async () => {
    await logMetric('"value": 1, "timestamp": 9223372036854775807, "step": -9223372036854775808');
    const point = {
      key: "m",
      value: 1,
      timestamp: 9223372036854775807n,
      step: -9223372036854775808n,
    };
    expect(await history("m")).toEqual([point]);
    expect((await readRun()).data.metrics).toEqual([point]);
  });

  test("takes NaN and infinities as texts, as Python writes them", async () => {
    for (const [step, value] of ["NaN", "inf", "-Infinity", " -inf ", "1e3"].entries()) {
      expect((await logMetric(`"value": "${value}", "timestamp": ${step}`)).status).toBe(200);
    }
    const largest = Number.MAX_VALUE;
    const values = (await history("m")).map((point: { value: unknown }) => point.value);
    expect(values).toEqual(["NaN", largest, -largest, -largest, 1000]);
  });

  test("counts a step that is a float text only where it is whole", async () => {
    await logMetric('"value": 1, "timestamp": "1e3", "step": "7.0"');
    expect(await history("m")).toEqual([{ key: "m", value: 1, timestamp: 1000, step: 7 }]);
    const refused = await logMetric('"value": 1, "timestamp": 1, "step": "7.5"');
    expect(refused.body.message).toContain("Invalid value \"7.5\" for parameter 'step'");
  });

  test("shows the newest by step, then timestamp, then value", async () => {
    const points = [
      [1, 5, 9],
      [3, 1, 2],
      [3, 2, 1],
      [3, 2, 7],
      [3, 2, -1],
      [2, 9, 9],
    ];
    for (const [step, timestamp, value] of points) {
      await logMetric(`"value": ${value}, "timestamp": ${timestamp}, "step": ${step}`);
    }
    expect((await readRun()).data.metrics).toEqual([{ key: "m", value: 7, timestamp: 2, step: 3 }]);
  });

  test("refuses a time before 1970 in MLflow's words", async () => {
    const { status, body } = await logMetric('"value": 2, "timestamp": -5');
    expect(status).toBe(400);
    expect(body.message).toBe(
      "Invalid value -5 for parameter 'timestamp' supplied: metric 'm' (value=2.0). Timestamp must be a nonnegative long (64-bit integer) ",
    );
  });

  test("refuses a model that is not there, and logs nothing", async () => {
    const { status, body } = await logMetric('"value": 1, "timestamp": 1, "model_id": "m-404"');
    expect([status, body.error_code]).toEqual([400, "BAD_REQUEST"]);
    expect(await history("m")).toBeUndefined();
  });
});

describe("a batch", () => {
  test("is written whole or not at all", async () => {
    const { status } = await server.post("runs/log-batch", {
      run_id: runId,
      params: [{ key: "p", value: "1" }],
      tags: [{ key: "t", value: "1" }],
      metrics: [
        { key: "a", value: 1, timestamp: 1 },
        { key: "b", value: 1, timestamp: 1, model_id: "m-404" },
      ],
    });
    expect(status).toBe(400);
    const { data } = await readRun();
    expect(data.metrics).toBeUndefined();
    expect(data.params).toBeUndefined();
    expect(data.tags).toHaveLength(1);
  });

  test("renames the run by its tag, and not by an empty one", async () => {
    const tags = [{ key: "mlflow.runName", value: "new" }];
    await server.post("runs/log-batch", { run_id: runId, tags });
    await server.post("runs/set-tag", { run_id: runId, key: "mlflow.runName", value: "" });
    const { info, data } = await readRun();
    expect(info.run_name).toBe("new");
    expect(data.tags).toEqual([{ key: "mlflow.runName", value: "new" }]);
  });

  test("keeps what MLflow keeps of a metric whose value is no number", async () => {
    const metrics = [
      { key: "a", value: 1, timestamp: 1 },
      { key: "b", timestamp: 2, value: "x" },
      { key: "c", value: 1, timestamp: 1 },
    ];
    expect((await server.post("runs/log-batch", { run_id: runId, metrics })).status).toBe(200);
    expect((await readRun()).data.metrics).toEqual([
      { key: "a", value: 1, timestamp: 1, step: 0 },
      { key: "b", value: 0, timestamp: 2, step: 0 },
    ]);
  });

  test("names what a list lacks, also where an entry is no object", async () => {
    const { body } = await server.post("runs/log-batch", { run_id: runId, params: [null] });
    expect(body.message).toContain("Missing value for required parameter 'params[0].key'.");
    const { status } = await server.post("runs/log-batch", "{");
    expect(status).toBe(400);
  });
});

describe("long values", () => {
  const long = "é".repeat(6001);
  test("are cut by characters", async () => {
    await server.post("runs/log-parameter", { run_id: runId, key: "p", value: `😀${long}` });
    const [{ value }] = (await readRun()).data.params;
    expect(value).toBe(`😀${long.slice(0, 5999)}`);
  });

  test("are refused with MLFLOW_TRUNCATE_LONG_VALUES=false", async () => {
    const strict = await serve({ MLFLOW_TRUNCATE_LONG_VALUES: "false" });
    try {
      const run = { run_id: await strict.createRun(), key: "p" };
      const param = await strict.post("runs/log-parameter", { ...run, value: long });
      expect(param.body.message).toBe(
        "'Param value' exceeds the maximum length of 6000 characters",
      );
      const tag = await strict.post("runs/set-tag", { ...run, value: long.repeat(2) });
      expect(tag.body.message).toBe("'value' exceeds the maximum length of 8000 characters");
    } finally {
      await strict.close();
    }
  });
});
