/** `sovereign mlflow experiments rename`: another name for an experiment. */
import { defineCommand } from "../../../command.ts";
import { findExperiment } from "../../../mlflow/find.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = EXPERIMENT_FIELDS.slice(0, 2);

export const command = defineCommand({
  args: {
    experiment: { summary: "its name or id", required: true, completes: "mlflow-experiments" },
    name: { summary: "the new name", required: true },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "A better name", run: "sovereign mlflow experiments rename fraud fraud-detection" },
  ],
  fields: FIELDS,
  databricks: "`databricks experiments update-experiment <id> --new-name <name>`",
  seeAlso: ["mlflow experiments show"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const { experimentId, name } = await findExperiment(client, args.experiment);
    await client.experiments.rename(experimentId, args.name);
    await context.audit({ command: context.path, object: args.name, outcome: "ok" });
    await context.printRecord(FIELDS, experimentRecord(await client.experiments.get(experimentId)));
    await context.note(`renamed experiment ${experimentId}, \`${name}\` before`);
    return 0;
  },
});
