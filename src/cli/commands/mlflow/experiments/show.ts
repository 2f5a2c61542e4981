/** `sovereign mlflow experiments show`: one experiment. */
import { defineCommand } from "../../../command.ts";
import { findExperiment } from "../../../mlflow/find.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    experiment: { summary: "its name or id", required: true, completes: "mlflow-experiments" },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "What is known of it", run: "sovereign mlflow experiments show Default" },
    {
      comment: "The id of a name",
      run: "sovereign mlflow experiments show Default --json experiment_id",
    },
  ],
  fields: EXPERIMENT_FIELDS,
  databricks: "`databricks experiments get-experiment <id>`",
  seeAlso: ["mlflow experiments list"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const experiment = await findExperiment(client, args.experiment);
    await context.printRecord(EXPERIMENT_FIELDS, experimentRecord(experiment));
    return 0;
  },
});
