/** What MLflow's own suite sends beside the API: doubled slashes, the web UI's uploads, a rule of the operator. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Served, serve } from "./serve.ts";

let served: Served;
beforeEach(async () => {
  const pattern = "^mlflow-artifacts:/.*$";
  served = await serve({ MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX: pattern });
});
afterEach(() => served.close());

test("sends a path with doubled slashes to the route that is meant", async () => {
  const path = "/model-versions/get-artifact?path=..%2Fx&name=a&version=1";
  const redirect = await fetch(`${served.url}/${path}`, { redirect: "manual" });
  expect([redirect.status, redirect.headers.get("location")]).toEqual([308, path]);
  const unknown = await fetch(`${served.url}//example.com/`, { redirect: "manual" });
  expect(unknown.status).toBe(404);
});

test("takes only model sources in which the operator's pattern is found", async () => {
  await served.post("registered-models/create", { name: "m" });
  const create = (source: string) => served.post("model-versions/create", { name: "m", source });
  expect((await create("s3://bucket/model")).body).toEqual({
    error_code: "INVALID_PARAMETER_VALUE",
    message: "Invalid model version source: 's3://bucket/model'.",
  });
  expect((await create("mlflow-artifacts:/0/model")).status).toBe(200);
});

test("takes the web UI's upload of a file to a run", async () => {
  const runId = await served.createRun();
  const upload = (query: string, body = "hello") =>
    fetch(`${served.url}/ajax-api/2.0/mlflow/upload-artifact?${query}`, { method: "POST", body });
  const messageOf = async (response: Response) =>
    ((await response.json()) as { message: string }).message;
  expect(await messageOf(await upload(""))).toBe("Request must specify run_uuid.");
  expect(await messageOf(await upload("run_uuid=x"))).toBe("Request must specify path.");
  expect(await messageOf(await upload("run_uuid=x&path=../t"))).toBe("Invalid path");
  expect(await messageOf(await upload("run_uuid=x&path=t", ""))).toBe("Request must specify data.");
  expect((await upload("run_uuid=x&path=t")).status).toBe(404);
  expect((await upload(`run_uuid=${runId}&path=a/t.txt`)).status).toBe(200);
  const read = await fetch(`${served.url}/get-artifact?run_uuid=${runId}&path=a/t.txt`);
  expect(await read.text()).toBe("hello");
});
