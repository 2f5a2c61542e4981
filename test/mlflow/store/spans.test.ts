import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { listSpanContents, logSpans } from "../../../src/mlflow/store/spans.ts";
import { queryTraceMetrics } from "../../../src/mlflow/store/trace-metrics.ts";
import { deleteTraces, getTraceInfo, startTrace } from "../../../src/mlflow/store/traces.ts";
import { readOtlpRequest } from "../../../src/mlflow/tracing/otlp-spans.ts";
import { toSpanRecord } from "../../../src/mlflow/tracing/span-record.ts";
import { type SentSpan, writeRequest } from "../tracing/otlp-message.ts";

const TRACE = "ab".repeat(16);
const ID = `tr-${TRACE}`;
const START = 1_700_000_000_000_000_000n;
const ROOT: SentSpan = {
  traceId: TRACE,
  spanId: "01".repeat(8),
  name: "root",
  startNs: START,
  endNs: START + 2_000_000_000n,
  attributes: {
    "mlflow.spanType": "AGENT",
    "mlflow.spanInputs": { messages: [{ role: "user", content: "What?" }] },
    "mlflow.spanOutputs": "x".repeat(2000),
    "session.id": "s-1",
  },
  status: { code: 1 },
};
const CHILD: SentSpan = {
  traceId: TRACE,
  spanId: "02".repeat(8),
  parentSpanId: "01".repeat(8),
  name: "llm",
  startNs: START + 1_000_000n,
  endNs: START + 3_000_000_000n,
  attributes: {
    "mlflow.chat.tokenUsage": { input_tokens: 10n, output_tokens: 5n, total_tokens: 15n },
    "mlflow.llm.cost": { input_cost: 0.25, output_cost: 0.5, total_cost: 0.75 },
    "mlflow.llm.model": "m",
  },
  status: { code: 2, message: "no" },
};

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-spans-"));
  database = openTrackingDatabase(join(folder, "m.db"), { cwd: folder });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function send(...spans: SentSpan[]): void {
  const records = readOtlpRequest(writeRequest(spans)).spans.map(toSpanRecord);
  const [first, ...rest] = records;
  if (first !== undefined) database.transaction(() => logSpans(database, "0", [first, ...rest]));
}

describe("a trace made of spans", () => {
  test("has their times, state, previews, session, tokens and cost", () => {
    send(ROOT, CHILD);
    const info = getTraceInfo(database, ID);
    expect(info).toMatchObject({
      experimentId: "0",
      requestTimeMs: 1_700_000_000_000,
      durationMs: 3000,
      state: "OK",
      requestPreview: "What?",
      responsePreview: `"${"x".repeat(996)}...`,
    });
    expect(Object.fromEntries(info.metadata)).toEqual({
      "mlflow.trace.session": "s-1",
      "mlflow.trace.tokenUsage": '{"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}',
      "mlflow.trace.cost": '{"input_cost": 0.25, "output_cost": 0.5, "total_cost": 0.75}',
    });
    expect(info.tags.get("mlflow.trace.spansLocation")).toBe("TRACKING_STORE");
  });

  test("is in progress until its root comes, and adds up what comes later", () => {
    send({ ...CHILD, attributes: { ...CHILD.attributes } });
    expect(getTraceInfo(database, ID).state).toBe("IN_PROGRESS");
    send(ROOT, { ...CHILD, spanId: "03".repeat(8) });
    const info = getTraceInfo(database, ID);
    expect(info.state).toBe("OK");
    expect(info.metadata.get("mlflow.trace.tokenUsage")).toBe(
      '{"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}',
    );
    expect(listSpanContents(database, [ID]).get(ID)).toHaveLength(3);
  });

  test("has no duration while no span has ended", () => {
    send({ ...ROOT, endNs: 0n });
    expect(getTraceInfo(database, ID).durationMs).toBeNull();
  });

  test("keeps what it has when the client starts it afterwards", () => {
    send(ROOT, CHILD);
    const info = getTraceInfo(database, ID);
    const started = startTrace(
      database,
      {
        ...info,
        requestPreview: null,
        tags: new Map([["mine", "1"]]),
        metadata: new Map([["mlflow.trace.sizeStats", "{}"]]),
        state: "ERROR",
      },
      5,
    );
    expect(started).toMatchObject({ state: "ERROR", requestPreview: "What?" });
    expect([...started.tags.keys()].sort()).toEqual([
      "mine",
      "mlflow.artifactLocation",
      "mlflow.trace.spansLocation",
    ]);
    expect(started.metadata.get("mlflow.trace.session")).toBe("s-1");
  });

  test("goes with everything of it", () => {
    send(ROOT, CHILD);
    const deletion = { experimentId: "0", maxTimestampMs: null, maxTraces: null, traceIds: [ID] };
    expect(deleteTraces(database, deletion)).toBe(1);
    for (const table of ["spans", "span_metrics", "trace_tags", "trace_metrics"]) {
      expect(database.all(`SELECT * FROM ${table}`)).toEqual([]);
    }
  });
});

const COST_BY_MODEL = {
  experimentIds: ["0"],
  view: "SPANS",
  metricName: "total_cost",
  aggregations: [
    { type: "SUM", label: "SUM", percentile: null },
    { type: "PERCENTILE", label: "P50.0", percentile: 50 },
  ],
  dimensions: ["span_model_name"],
  filters: ["span.name = 'llm'"],
  intervalSeconds: 3600,
  startTimeMs: 0,
  endTimeMs: 2_000_000_000_000,
  maxResults: 10,
} as const;
const POINTS = [
  {
    dimensions: { time_bucket: "2023-11-14T22:00:00+00:00", span_model_name: "m" },
    values: { SUM: 1.5, "P50.0": 0.75 },
  },
];

describe("databases of later MLflow", () => {
  test("keep model and cost where those look for them", () => {
    database.exec(`
      ALTER TABLE spans DROP COLUMN dimension_attributes;
      ALTER TABLE spans ADD COLUMN input_cost FLOAT;
      ALTER TABLE spans ADD COLUMN output_cost FLOAT;
      ALTER TABLE spans ADD COLUMN total_cost FLOAT;
      ALTER TABLE spans ADD COLUMN model_name VARCHAR(500);
      ALTER TABLE spans ADD COLUMN model_provider VARCHAR(500);
      ALTER TABLE trace_info ADD COLUMN session_id VARCHAR(250);
      ALTER TABLE trace_info ADD COLUMN input_tokens BIGINT;
      ALTER TABLE trace_info ADD COLUMN total_cost FLOAT;`);
    send(ROOT, CHILD, { ...CHILD, spanId: "03".repeat(8) });
    expect(database.all("SELECT session_id, input_tokens, total_cost FROM trace_info")).toEqual([
      { session_id: "s-1", input_tokens: 20, total_cost: 1.5 },
    ]);
    expect(
      database.all("SELECT model_name, total_cost FROM spans WHERE name = 'llm' LIMIT 1"),
    ).toEqual([{ model_name: "m", total_cost: 0.75 }]);
    expect(queryTraceMetrics(database, COST_BY_MODEL)).toEqual(POINTS);
  });

  test("answer statistics as today's do", () => {
    send(ROOT, CHILD, { ...CHILD, spanId: "03".repeat(8) });
    expect(queryTraceMetrics(database, COST_BY_MODEL)).toEqual(POINTS);
  });
});
