/** Charts against a server that has no sampled histories: its whole ones, thinned out here. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openClient } from "../../../src/mlflow/index.ts";

let server: Server;
afterEach(() => server.close());

async function serve(refusal: { status: number; body: string }): Promise<string> {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    if (url.pathname.endsWith("/get-history-bulk-interval")) {
      response.writeHead(refusal.status).end(refusal.body);
      return;
    }
    const metrics = Array.from({ length: 1000 }, (_, step) => ({
      ...{ key: "loss", value: step, timestamp: step, step },
    }));
    response.end(JSON.stringify({ metrics }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const open = (trackingUri: string) => openClient({ trackingUri, env: {}, cwd: ".", retries: 0 });

test.each([
  ["an old MLflow", 404, "<!doctype html><title>404 Not Found</title>"],
  ["Databricks", 404, '{"error_code": "ENDPOINT_NOT_FOUND", "message": "No API found"}'],
  ["another", 501, '{"error_code": "NOT_IMPLEMENTED", "message": "later"}'],
])("%s", async (_, status, body) => {
  const client = open(await serve({ status, body }));
  const samples = await client.runs.sampleMetric(["r1", "r2"], "loss", 100);
  expect([...samples.keys()]).toEqual(["r1", "r2"]);
  const steps = samples.get("r2")?.map(({ step }) => Number(step)) ?? [];
  expect([steps.length, steps[0], steps.at(-1)]).toEqual([100, 0, 999]);
  expect(steps).toEqual([...new Set(steps)].sort((left, right) => left - right));
  await client.close();
});

test("a run that is missing is an error still", async () => {
  const body = '{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no run"}';
  const client = open(await serve({ status: 404, body }));
  await expect(client.runs.sampleMetric(["r1"], "loss", 10)).rejects.toThrow("no run");
  await client.close();
});
