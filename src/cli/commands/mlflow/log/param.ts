/** `sovereign mlflow log param`: what a run was started with. */
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    param: { summary: "`key=value`, as many as there are", required: true, variadic: true },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    {
      comment: "What the run was made with",
      run: "sovereign mlflow log param baseline lr=0.1 depth=6",
    },
  ],
  notes: "A param is written once: the same value again is fine, another one is an error.",
  output: "text",
  databricks: "`databricks experiments log-param`",
  seeAlso: ["mlflow log metric", "mlflow log tag"],
  async run(context, { args, flags }) {
    const params = readPairs(args.param, "log param RUN");
    const client = await openTracking(context, flags, { writes: true });
    const { runId } = await findRun(client, args.run);
    await client.runs.logBatch(runId, { params });
    await context.detail(`logged ${Object.keys(params).length} to run ${runId}`);
    return 0;
  },
});
