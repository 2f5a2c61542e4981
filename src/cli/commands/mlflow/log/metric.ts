/** `sovereign mlflow log metric`: values of metrics at one step of a run. */
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { POINT_FLAGS, RUN_ARGUMENT, readInt64, readNumber } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    metric: { summary: "`key=value`, as many as there are", required: true, variadic: true },
  },
  flags: { ...POINT_FLAGS, ...TRACKING_FLAGS },
  examples: [
    { comment: "One value", run: "sovereign mlflow log metric baseline loss=0.25" },
    {
      comment: "Two of one step",
      run: "sovereign mlflow log metric baseline loss=0.21 accuracy=0.93 --step 2",
    },
  ],
  output: "text",
  databricks: "`databricks experiments log-metric`",
  seeAlso: ["mlflow log batch", "mlflow runs watch"],
  async run(context, { args, flags }) {
    const { clock } = context.io;
    const step = readInt64(flags.step ?? "0", "`--step`");
    const timestamp =
      flags.timestamp === undefined ? clock.nowMs() : readInt64(flags.timestamp, "`--timestamp`");
    const metrics = Object.entries(readPairs(args.metric, "log metric RUN")).map(([key, text]) => ({
      key,
      value: readNumber(text, `the metric \`${key}\``),
      step,
      timestamp,
    }));
    const client = await openTracking(context, flags, { writes: true });
    const { runId } = await findRun(client, args.run);
    await client.runs.logBatch(runId, { metrics });
    await context.detail(`logged ${metrics.length} to run ${runId}`);
    return 0;
  },
});
