/** `sovereign mlflow experiments restore`: brings a deleted experiment back. */
import { defineCommand } from "../../../command.ts";
import { findExperiment } from "../../../mlflow/find.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = EXPERIMENT_FIELDS.slice(0, 3);

export const command = defineCommand({
  args: {
    experiment: { summary: "its name or id", required: true, completes: "mlflow-experiments" },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "With its runs", run: "sovereign mlflow experiments restore fraud-detection" },
  ],
  fields: FIELDS,
  databricks: "`databricks experiments restore-experiment <id>`",
  seeAlso: ["mlflow experiments delete"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const { experimentId, name, lifecycleStage } = await findExperiment(client, args.experiment);
    if (lifecycleStage === "active") {
      await context.note(`experiment ${experimentId} is not deleted`);
    } else {
      await client.experiments.restore(experimentId);
      await context.audit({ command: context.path, object: name, outcome: "ok" });
    }
    await context.printRecord(FIELDS, experimentRecord(await client.experiments.get(experimentId)));
    return 0;
  },
});
