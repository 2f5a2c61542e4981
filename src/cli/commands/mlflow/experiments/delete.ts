/** `sovereign mlflow experiments delete`: puts experiments aside, with their runs. */

import { defineCommand } from "../../../command.ts";
import { confirm } from "../../../confirm.ts";
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
    {
      comment: "Which one it is",
      run: "sovereign mlflow experiments delete fraud-detection --dry-run",
    },
    {
      comment: "Without a question",
      run: "sovereign mlflow experiments delete fraud-detection --yes",
    },
  ],
  notes:
    "The experiment and its runs are hidden, not erased: `experiments restore` brings them back until `mlflow gc` removes them.",
  fields: FIELDS,
  databricks: "`databricks experiments delete-experiment <id>`",
  seeAlso: ["mlflow experiments restore"],
  dryRun: true,
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const experiment = await findExperiment(client, args.experiment);
    const { experimentId, name, lifecycleStage } = experiment;
    if (lifecycleStage === "deleted") {
      await context.printRecord(FIELDS, experimentRecord(experiment));
      await context.note(`experiment ${experimentId} is deleted already`);
      return 0;
    }
    if (context.globals.dryRun) {
      await context.printRecord(FIELDS, experimentRecord(experiment));
      await context.note(`would delete experiment ${experimentId} with its runs`);
      return 0;
    }
    await confirm(context, `delete experiment ${experimentId} \`${name}\` with its runs`);
    await client.experiments.delete(experimentId);
    await context.audit({ command: context.path, object: name, outcome: "ok" });
    await context.printRecord(FIELDS, experimentRecord(await client.experiments.get(experimentId)));
    await context.note(`undo it with: sovereign mlflow experiments restore ${experimentId}`);
    return 0;
  },
});
