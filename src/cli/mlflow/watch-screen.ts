/** A run on a terminal: one block of lines, drawn over itself at every change. */
import { displayWidth, fitText, renderSparkline } from "../../core/plot/index.ts";
import { formatDuration } from "../../core/progress.ts";
import type { MlflowClient, RunEntity } from "../../mlflow/index.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "../output/printable.ts";
import type { RunChange } from "./follow-run.ts";

const CURVE_WIDTH = 32;

/** Draws every change of a run; ends with the run. */
export async function showRun(
  client: MlflowClient,
  changes: AsyncIterable<RunChange>,
  context: CommandContext,
): Promise<RunEntity | null> {
  const { stdout } = context.io;
  const curves = new Map<string, string>();
  let drawnLines = 0;
  let last: RunEntity | null = null;
  for await (const { run, metrics } of changes) {
    last = run;
    for (const { key } of metrics) curves.set(key, await readCurve(client, run, key, context));
    const lines = formatLines(run, curves, context);
    const back = drawnLines === 0 ? "" : `\u001b[${drawnLines}A\u001b[J`;
    await stdout.write(`${back}${lines.join("\n")}\n`);
    drawnLines = lines.length;
  }
  return last;
}

async function readCurve(
  client: MlflowClient,
  run: RunEntity,
  key: string,
  { style }: CommandContext,
): Promise<string> {
  const samples = await client.runs.sampleMetric([run.runId], key, CURVE_WIDTH);
  const values = (samples.get(run.runId) ?? []).map((point) => point.value);
  return renderSparkline(values.slice(-CURVE_WIDTH), !style.unicode);
}

/** Never more lines than the screen has: what has scrolled away cannot be drawn over. */
function formatLines(
  run: RunEntity,
  curves: ReadonlyMap<string, string>,
  { io, style }: CommandContext,
): string[] {
  const { columns, rows } = io.stdout;
  const room = Math.max(1, rows - 3);
  const keys = Object.keys(run.metrics).sort();
  const elapsedMs = (run.endedAtMs ?? io.clock.nowMs()) - (run.startedAtMs ?? io.clock.nowMs());
  const status = run.status === "FINISHED" ? style.green(run.status) : run.status;
  const title = `${style.bold(printable(run.name))}  ${status}  ${formatDuration(elapsedMs)}`;
  const names = keys.slice(0, room);
  const width = Math.min(30, Math.max(0, ...names.map((key) => displayWidth(printable(key)))));
  const lines = names.map((key) => {
    const point = run.metrics[key];
    const value = String(Number(point?.value.toPrecision(6))).padStart(12);
    const text = `${fitText(printable(key), width)} ${value}  step ${point?.step}`;
    return fitText(`${text.padEnd(width + 26)} ${curves.get(key) ?? ""}`, columns - 1).trimEnd();
  });
  const more = keys.length > room ? [`and ${keys.length - room} more`] : [];
  return [title, ...lines, ...more];
}
