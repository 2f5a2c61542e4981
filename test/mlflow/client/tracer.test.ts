/** Functions as spans: parents across awaits, failures, odd values, and stores that are away. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import {
  type MlflowClient,
  openClient,
  openTracer,
  type RunningServer,
  startServer,
} from "../../../src/mlflow/index.ts";
import { printOtlpRequest } from "../../../src/mlflow/tracing/otlp-request.ts";
import { readOtlpRequest } from "../../../src/mlflow/tracing/otlp-spans.ts";
import { toOtlpValue } from "../../../src/mlflow/tracing/to-otlp-value.ts";

let folder = "";
let client: MlflowClient;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-tracer-"));
  client = openClient({ cwd: folder, env: {} });
});
afterEach(async () => {
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});

async function readTraces() {
  const { experimentId } = await client.experiments.getByName("chat");
  return (await client.traces.search([experimentId], { orderBy: ["timestamp_ms ASC"] })).items;
}

test("a function's calls are spans of the function that called it", async () => {
  await using tracer = await openTracer({ client, experiment: "chat" });
  const search = tracer.traced(
    async function search(question: { text: string }) {
      await sleep(1);
      return [question.text.length, null, { ok: true }];
    },
    { type: "RETRIEVER", attributes: { top_k: 3, ratio: 0.5 } },
  );
  const answer = tracer.traced(async function answer(text: string, times: number) {
    const both = await Promise.all([search({ text }), search({ text: "other" })]);
    return tracer.withSpan("join", (span) => {
      span.addEvent("joined", { count: both.length });
      return both.length * times;
    });
  });
  expect(await answer("what?", 2)).toBe(4);
  await tracer.flush();
  const [trace, ...others] = await readTraces();
  expect(others).toEqual([]);
  expect(trace).toMatchObject({
    name: "answer",
    state: "OK",
    requestPreview: '{"args": ["what?", 2]}',
    responsePreview: "4",
  });
  const spans = await client.traces.spans(trace?.traceId ?? "");
  const root = spans.find((span) => span.parentSpanId === null);
  expect(spans.map(({ name }) => name)).toEqual(["answer", "search", "search", "join"]);
  expect(spans.slice(1).map((span) => span.parentSpanId)).toEqual(Array(3).fill(root?.spanId));
  const found = spans[1];
  expect([found?.type, found?.status]).toEqual(["RETRIEVER", "OK"]);
  expect(found?.attributes).toMatchObject({
    "mlflow.spanInputs": { text: "what?" },
    "mlflow.spanOutputs": [5, null, { ok: true }],
    top_k: 3,
    ratio: 0.5,
  });
  expect(spans[3]?.events).toMatchObject([{ name: "joined", attributes: { count: 2 } }]);
});

test("what a function throws is thrown on, and kept", async () => {
  await using tracer = await openTracer({ client, experiment: "chat" });
  const broken = tracer.traced(
    () => {
      throw new RangeError("too far");
    },
    { name: "broken" },
  );
  const late = tracer.traced(async () => Promise.reject(new Error("later")), { name: "late" });
  expect(broken).toThrow(new RangeError("too far"));
  await expect(late()).rejects.toThrow("later");
  await tracer.flush();
  const traces = await readTraces();
  expect(traces.map(({ state }) => state)).toEqual(["ERROR", "ERROR"]);
  const [span] = await client.traces.spans(
    traces.find(({ name }) => name === "broken")?.traceId ?? "",
  );
  expect([span?.status, span?.statusMessage]).toEqual(["ERROR", "RangeError: too far"]);
  expect(span?.events[0]).toMatchObject({
    name: "exception",
    attributes: { "exception.type": "RangeError", "exception.message": "too far" },
  });
});

test("a store that is away breaks flush, not the function", async () => {
  const lost = {
    ...client,
    traces: { ...client.traces, log: () => Promise.reject(new Error("away")) },
  };
  const tracer = await openTracer({ client: lost, experiment: "chat" });
  expect(tracer.withSpan("work", () => 7)).toBe(7);
  await expect(tracer.flush()).rejects.toThrow("away");
  await tracer.close();
});

describe("over HTTP", () => {
  let server: RunningServer;
  beforeEach(async () => {
    server = await startServer({
      port: 0,
      backendStoreUri: join(folder, "served.db"),
      artifactsDestination: join(folder, "served"),
      env: {},
      cwd: folder,
      clock: systemClock,
      readerCount: 0,
    });
  });
  afterEach(() => server.close());

  test("spans go as OTLP, and belong to a run", async () => {
    const remote = openClient({ trackingUri: server.url, env: {}, cwd: folder });
    const experimentId = await remote.experiments.ensure("chat");
    const run = await remote.runs.create({ experimentId, startedAtMs: 1 });
    const tracer = await openTracer({ client: remote, experiment: "chat", runId: run.runId });
    expect(tracer.withSpan("outer", () => tracer.withSpan("inner", () => "x"))).toBe("x");
    await tracer.close();
    const [trace] = (await remote.traces.search([experimentId])).items;
    expect(trace?.metadata["mlflow.sourceRun"]).toBe(run.runId);
    const spans = await remote.traces.spans(trace?.traceId ?? "");
    expect(spans.map(({ name }) => name)).toEqual(["outer", "inner"]);
    await expect(remote.traces.get("tr-none")).rejects.toMatchObject({
      code: "RESOURCE_DOES_NOT_EXIST",
    });
    await remote.close();
  });
});

test("any value has a form that can be sent", () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  let deep: unknown = 0;
  for (let i = 0; i < 100; i++) deep = [deep];
  const bad = {
    get x(): never {
      throw new Error("no");
    },
  };
  const values = [circle, deep, bad, Array(20_000).fill(1), new Date(0), 2n ** 70n, Number.NaN];
  const span = {
    traceId: Buffer.alloc(16, 1),
    spanId: Buffer.alloc(8, 2),
    parentSpanId: Buffer.alloc(0),
    name: "é",
    startNs: 1n,
    endNs: 2n ** 62n,
    attributes: new Map(values.map((value, i) => [String(i), toOtlpValue(value)])),
    events: [{ name: "e", timeNs: 3n, attributes: new Map([["n", -5n]]) }],
    statusCode: "ERROR" as const,
    statusMessage: "m",
  };
  const { spans } = readOtlpRequest(printOtlpRequest([span]));
  expect(spans).toEqual([span]);
  expect(span.attributes.get("0")).toEqual(
    new Map<string, unknown>([
      ["a", 1n],
      ["self", "[circular]"],
    ]),
  );
  expect(span.attributes.get("2")).toBe("[unreadable]");
  expect(span.attributes.get("4")).toBe("1970-01-01T00:00:00.000Z");
});
