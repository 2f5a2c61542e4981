/** `sovereign mlflow traces show`: the spans of a trace as a tree. */
import { formatDuration } from "../../../../core/progress.ts";
import type { MlflowClient, SpanEntity, TraceEntity } from "../../../../mlflow/index.ts";
import { defineCommand } from "../../../command.ts";
import type { CommandContext } from "../../../context.ts";
import { drawSpanTree } from "../../../mlflow/span-tree.ts";
import { SPAN_FIELDS, spanRecord } from "../../../mlflow/trace-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { printable } from "../../../output/printable.ts";

export const command = defineCommand({
  args: { trace: { summary: "its id: `tr-…`", required: true } },
  flags: { ...TRACKING_FLAGS },
  examples: [
    {
      comment: "What called what, and how long it took",
      run: "sovereign mlflow traces show tr-9f8243af58f7ba40318c896c9e2d4195",
    },
    {
      comment: "With inputs, outputs and attributes",
      run: "sovereign mlflow traces show tr-9f8243af58f7ba40318c896c9e2d4195 -v",
    },
    {
      comment: "The slowest spans, for a script",
      run: "sovereign mlflow traces show tr-9f8243af58f7ba40318c896c9e2d4195 --json name,duration_us",
    },
  ],
  notes: "On a terminal a tree; in a pipe, or with -o, one line per span.",
  fields: SPAN_FIELDS,
  databricks: "`mlflow.get_trace(id)` in Python",
  seeAlso: ["mlflow traces list"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const trace = await client.traces.get(args.trace);
    const spans = await client.traces.spans(args.trace);
    if (context.globals.output !== undefined || !context.io.stdout.isTTY) {
      await context.printRecords(SPAN_FIELDS, spans.map(spanRecord));
      return 0;
    }
    await showTree(context, { trace, spans, experiment: await nameOf(client, trace) });
    return 0;
  },
});

async function nameOf(client: MlflowClient, { experimentId }: TraceEntity): Promise<string> {
  return (await client.experiments.get(experimentId)).name;
}

async function showTree(
  context: CommandContext,
  shown: { trace: TraceEntity; spans: readonly SpanEntity[]; experiment: string },
): Promise<void> {
  const { style, io, globals } = context;
  const { trace, spans, experiment } = shown;
  const state = trace.state === "ERROR" ? style.red(trace.state) : style.green(trace.state);
  const time = trace.durationMs === null ? "" : ` in ${formatDuration(trace.durationMs)}`;
  const started = new Date(trace.startedAtMs).toISOString();
  const lines = [
    `${style.bold(trace.traceId)}  ${state}${time}, ${started}, experiment ${experiment}`,
    ...(trace.requestPreview === "" ? [] : [`request   ${trace.requestPreview}`]),
    ...(trace.responsePreview === "" ? [] : [`response  ${trace.responsePreview}`]),
  ];
  const head = lines.map((line, i) => `${i === 0 ? line : printable(line)}\n`).join("");
  const tree =
    spans.length === 0
      ? "no spans are stored of it\n"
      : drawSpanTree(spans, { style, columns: io.stdout.columns, details: globals.verbose });
  await context.printText(`${head}\n${tree}`);
}
