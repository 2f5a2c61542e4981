/** `sovereign mlflow runs restore`: brings deleted runs back. */
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_STATE_FIELDS, runRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    run: {
      summary: "ids, beginnings of ids, or names",
      completes: "mlflow-runs",
      required: true,
      variadic: true,
    },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "One that is needed again", run: "sovereign mlflow runs restore baseline" },
  ],
  notes: "`runs list --view deleted` shows which ones there are.",
  fields: RUN_STATE_FIELDS,
  databricks: "`databricks experiments restore-run <id>`",
  seeAlso: ["mlflow runs delete"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const found = await Promise.all(args.run.map((word) => findRun(client, word)));
    for (const { runId, lifecycleStage } of found) {
      if (lifecycleStage === "active") {
        await context.note(`run ${runId} is not deleted`);
        continue;
      }
      await client.runs.restore(runId);
      await context.audit({ command: context.path, object: runId, outcome: "ok" });
    }
    const after = await Promise.all(found.map(({ runId }) => client.runs.get(runId)));
    await context.printRecords(RUN_STATE_FIELDS, after.map(runRecord));
    return 0;
  },
});
