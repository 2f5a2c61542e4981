/** Entries to a run, gathered into requests as large as MLflow takes them. */
import type { MetricPoint, MlflowClient } from "../../mlflow/index.ts";
import type { LogEntry } from "./log-rows.ts";

/** MLflow's limits of one log-batch request. */
const MAX_METRICS = 1000;
const MAX_PAIRS = 100;

export interface SentCounts {
  metrics: number;
  params: number;
  tags: number;
}

/** Logs `entries` in their order, request by request; `onSent` is told of each. */
export async function sendEntries(
  client: MlflowClient,
  runId: string,
  { entries, onSent }: { entries: AsyncIterable<LogEntry[]>; onSent: (count: number) => void },
): Promise<SentCounts> {
  const sent: SentCounts = { metrics: 0, params: 0, tags: 0 };
  let metrics: MetricPoint[] = [];
  let params = new Map<string, string>();
  let tags = new Map<string, string>();
  const send = async () => {
    const count = metrics.length + params.size + tags.size;
    if (count === 0) return;
    const batch = {
      metrics,
      params: Object.fromEntries(params),
      tags: Object.fromEntries(tags),
    };
    sent.metrics += metrics.length;
    sent.params += params.size;
    sent.tags += tags.size;
    [metrics, params, tags] = [[], new Map(), new Map()];
    await client.runs.logBatch(runId, batch);
    onSent(count);
  };
  try {
    for await (const row of entries) {
      for (const entry of row) {
        // Another value of a param is the server's to judge: it goes into a request of its own.
        if (entry.kind === "param" && params.has(entry.key)) await send();
        if (entry.kind === "metric") metrics.push(entry);
        else if (entry.kind === "param") params.set(entry.key, entry.value);
        else tags.set(entry.key, entry.value);
        const isFull = params.size === MAX_PAIRS || tags.size === MAX_PAIRS;
        if (isFull || metrics.length + params.size + tags.size === MAX_METRICS) await send();
      }
    }
  } finally {
    // What stands before a bad line is logged, as the message says.
    await send();
  }
  return sent;
}
