/**
 * Traces beside MLflow's own server (`mlflow==3.11.1`, one worker): spans taken over OTLP, whole
 * traces given back, searches. Wall time as a client sees it and the CPU of the server's processes.
 * Needs `npm run build`; MLFLOW_PYTHON names an interpreter with MLflow, else ours runs alone.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SentSpan, writeRequest } from "../mlflow/tracing/otlp-message.ts";
import { describeMachine, median } from "./support/measure.ts";
import { ourCommand, realCommand, Server } from "./support/mlflow-server.ts";

const TRACES_PER_REQUEST = 10;
const SPANS_PER_TRACE = 10;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 30);
const START_NS = 1_700_000_000_000_000_000n;

/** One figure of one server. */
interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly value: number;
}

function makeTrace(number: number): SentSpan[] {
  const traceId = number.toString(16).padStart(32, "0");
  const startNs = START_NS + BigInt(number) * 1_000_000n;
  const answer = "The quick brown fox jumps over the lazy dog. ".repeat(8);
  return Array.from({ length: SPANS_PER_TRACE }, (_, index) => ({
    traceId,
    spanId: (index + 1).toString(16).padStart(16, "0"),
    ...(index === 0 ? {} : { parentSpanId: "1".padStart(16, "0") }),
    name: index === 0 ? "agent" : `step ${index}`,
    startNs: startNs + BigInt(index),
    endNs: startNs + 5_000_000n,
    attributes: {
      "mlflow.traceRequestId": `tr-${traceId}`,
      "mlflow.spanType": index === 0 ? "AGENT" : "LLM",
      "mlflow.spanInputs": { messages: [{ role: "user", content: `question ${number}` }] },
      "mlflow.spanOutputs": { answer },
      "mlflow.chat.tokenUsage": { input_tokens: 10n, output_tokens: 20n, total_tokens: 30n },
      temperature: 0.5,
    },
    status: { code: 1 },
  }));
}

async function measure(server: Server): Promise<Figure[]> {
  const requests = Array.from({ length: REQUESTS + 5 }, (_, request) =>
    writeRequest(
      Array.from({ length: TRACES_PER_REQUEST }, (_, trace) =>
        makeTrace(1 + request * TRACES_PER_REQUEST + trace),
      ).flat(),
    ),
  );
  for (const body of requests.splice(0, 5)) await server.postSpans(body);
  const spanCount = REQUESTS * TRACES_PER_REQUEST * SPANS_PER_TRACE;
  const ingest = await work(server, REQUESTS, (index) =>
    server.postSpans(requests[index] as Buffer),
  );
  const locations = [{ type: "MLFLOW_EXPERIMENT", mlflow_experiment: { experiment_id: "0" } }];
  const search = (filter: string) => () =>
    server.postV3("traces/search", { locations, filter, max_results: 100 });
  const plain = await work(server, 30, search(""));
  const filtered = await work(server, 30, search("span.name = 'step 3' AND status = 'OK'"));
  const metrics = await work(server, 30, () =>
    server.postV3("traces/metrics", {
      experiment_ids: ["0"],
      view_type: "TRACES",
      metric_name: "latency",
      aggregations: [
        { aggregation_type: "AVG" },
        { aggregation_type: "PERCENTILE", percentile_value: 95 },
      ],
    }),
  );
  return [
    { what: "OTLP, spans", unit: "/s", value: spanCount / (ingest.totalMs / 1000) },
    {
      what: "OTLP, server CPU per 1,000 spans",
      unit: "ms",
      value: (ingest.cpuMs / spanCount) * 1000,
    },
    { what: "search 100 traces", unit: "ms", value: plain.medianMs },
    { what: "search by span and status", unit: "ms", value: filtered.medianMs },
    { what: "mean and p95 latency", unit: "ms", value: metrics.medianMs },
    { what: "RSS", unit: "MiB", value: server.rssMib() },
  ];
}

async function work(server: Server, count: number, call: (index: number) => Promise<unknown>) {
  const wallMs: number[] = [];
  const cpuBefore = server.cpuMs();
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await call(index);
    wallMs.push(performance.now() - start);
  }
  const totalMs = wallMs.reduce((sum, one) => sum + one, 0);
  return { medianMs: median(wallMs), totalMs, cpuMs: server.cpuMs() - cpuBefore };
}

const folder = mkdtempSync(join(tmpdir(), "mlflow-traces-bench-"));
let nextPort = 5400 + (process.pid % 150);

async function run(name: string, toCommand: typeof realCommand): Promise<Figure[] | null> {
  const home = mkdtempSync(join(folder, `${name}-`));
  const port = nextPort++;
  const command = toCommand(home, port);
  if (command === null) return null;
  const server = await Server.start({ name, command, port, folder: home });
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

try {
  const ours = (await run("ours", ourCommand)) ?? [];
  const theirs = await run("real", realCommand);
  console.log(`${describeMachine()}, ${REQUESTS} requests of 10 traces with 10 spans`);
  console.log("| what | ours | MLflow 3.11.1 | unit |\n|---|---|---|---|");
  for (const [index, { what, unit, value }] of ours.entries()) {
    const other = theirs?.[index]?.value;
    console.log(
      `| ${what} | ${show(value)} | ${other === undefined ? "" : show(other)} | ${unit} |`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function show(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
