/** A run as a page of text: facts, then params, metrics with their curves, tags, inputs, artifacts. */
import { fitText, renderSparkline } from "../../core/plot/index.ts";
import { formatDuration } from "../../core/progress.ts";
import { TIMESTAMP } from "../../lake/schema/data-type.ts";
import { formatValue } from "../../lake/schema/format-value.ts";
import type { MlflowClient, RunEntity } from "../../mlflow/index.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "../output/printable.ts";
import { formatPairs } from "../output/table.ts";
import { micros } from "./records.ts";
import type { RunDetail } from "./run-detail.ts";

const CURVE_WIDTH = 24;
/** Beyond these a page of curves is slow to read and to fetch. */
const MOST_CURVES = 50;

type Pair = readonly [string, string | null];

/** The page; lines end in line feeds. */
export async function formatRun(
  client: MlflowClient,
  { run, artifacts }: RunDetail,
  context: CommandContext,
): Promise<string> {
  const { style } = context;
  const sections: [string, readonly Pair[]][] = [
    ["Params", pairs(run.params)],
    ["Metrics", await metricPairs(client, run, style.unicode)],
    ["Tags", pairs(run.tags)],
    [
      "Inputs",
      run.datasets.map(
        ({ name, digest, context: use }): Pair => [
          name,
          use === null ? digest : `${digest}  ${use}`,
        ],
      ),
    ],
    ["Models", run.modelIds.map((modelId): Pair => [modelId, ""])],
    ["Artifacts", artifacts.map((path): Pair => [path, ""])],
  ];
  const width = Math.max(40, context.io.stdout.columns);
  const indent = (block: string) =>
    block
      .split("\n")
      .slice(0, -1)
      .map((line) => `  ${line.trimEnd()}\n`)
      .join("");
  const shown = (values: readonly Pair[]): Pair[] =>
    values.map(([key, value]) => {
      const text = value === null ? null : fitText(printable(value), width).trimEnd();
      return [printable(key), text];
    });
  const parts = sections
    .filter(([, values]) => values.length > 0)
    .map(
      ([title, values]) => `\n${style.bold(title)}\n${indent(formatPairs(shown(values), style))}`,
    );
  return formatPairs(shown(facts(run, context)), style) + parts.join("");
}

function facts(run: RunEntity, context: CommandContext): Pair[] {
  const { startedAtMs, endedAtMs } = run;
  const until = endedAtMs ?? context.io.clock.nowMs();
  const duration = startedAtMs === null ? null : formatDuration(until - startedAtMs);
  return [
    ["run_id", run.runId],
    ["run_name", run.name],
    ["status", run.lifecycleStage === "deleted" ? `${run.status}, deleted` : run.status],
    ["experiment_id", run.experimentId],
    ["user_id", run.userId],
    ["start_time", formatValue(micros(startedAtMs), TIMESTAMP)],
    ["duration", duration],
    ["artifact_uri", run.artifactUri],
  ];
}

async function metricPairs(
  client: MlflowClient,
  run: RunEntity,
  isUnicode: boolean,
): Promise<Pair[]> {
  const found: Pair[] = [];
  for (const key of Object.keys(run.metrics).sort()) {
    const value = String(run.metrics[key]?.value);
    if (found.length >= MOST_CURVES) {
      found.push([key, value]);
      continue;
    }
    const samples = await client.runs.sampleMetric([run.runId], key, CURVE_WIDTH);
    const values = (samples.get(run.runId) ?? []).map((point) => point.value);
    const curve = values.length < 2 ? "" : renderSparkline(values.slice(-CURVE_WIDTH), !isUnicode);
    found.push([key, `${value.padEnd(22)} ${curve}`.trimEnd()]);
  }
  return found;
}

function pairs(map: Readonly<Record<string, string>>): Pair[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
