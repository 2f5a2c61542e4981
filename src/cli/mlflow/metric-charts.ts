/** Curves of metrics in a terminal, one line for each run. */
import { type ChartPoint, renderChart } from "../../core/plot/index.ts";
import type { MetricPoint, MlflowClient, RunEntity } from "../../mlflow/index.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "../output/printable.ts";

/** More than a terminal has dots across. */
const MOST_POINTS = 240;

interface Wanted {
  readonly runs: readonly RunEntity[];
  /** What the runs are called in the legend. */
  readonly labels: readonly string[];
  readonly keys: readonly string[];
  readonly most: number;
}

/** Draws the first of `keys` that have more than one value in some run; how many that were. */
export async function drawMetrics(
  client: MlflowClient,
  { runs, labels, keys, most }: Wanted,
  context: CommandContext,
): Promise<number> {
  const runIds = runs.map(({ runId }) => runId);
  let drawn = 0;
  for (const key of keys) {
    if (drawn >= most) break;
    const samples = await client.runs.sampleMetric(runIds, key, MOST_POINTS);
    const curves = runIds.map((runId) => samples.get(runId) ?? []);
    if (!curves.some((points) => points.length > 1)) continue;
    const lines = renderChart(
      {
        mark: "line",
        title: printable(key),
        xLabel: hasSteps(curves) ? "step" : "seconds",
        points: curves.flatMap((points, i) =>
          toPoints(points, hasSteps(curves)).map((point) => ({
            ...point,
            series: printable(labels[i] ?? ""),
          })),
        ),
      },
      {
        width: Math.min(context.io.stdout.isTTY ? context.io.stdout.columns : 80, 100),
        height: 10,
        ascii: !context.style.unicode,
        color: context.style.enabled,
      },
    );
    await context.printText(`${lines.join("\n")}\n\n`);
    drawn++;
  }
  return drawn;
}

/** Runs that never name a step are drawn over time. */
function hasSteps(curves: readonly (readonly MetricPoint[])[]): boolean {
  return curves.some((points) => new Set(points.map(({ step }) => String(step))).size > 1);
}

function toPoints(points: readonly MetricPoint[], isByStep: boolean): ChartPoint[] {
  const startMs = Number(points[0]?.timestamp ?? 0);
  return points.map(({ step, timestamp, value }) => ({
    x: isByStep ? Number(step) : (Number(timestamp) - startMs) / 1000,
    y: Number.isFinite(value) ? value : null,
  }));
}
