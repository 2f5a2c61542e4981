/** `sovereign mlflow models stage`: moves a version to a stage of MLflow's older workflow. */
import { SovereignError } from "../../../../core/errors.ts";
import { defineCommand } from "../../../command.ts";
import { VERSION_FIELDS, versionRecord } from "../../../mlflow/model-records.ts";
import { findVersionOf } from "../../../mlflow/model-version.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = VERSION_FIELDS.slice(0, 4);
const STAGES = ["None", "Staging", "Production", "Archived"];

export const command = defineCommand({
  args: {
    version: { summary: "`churn/3` or `churn@champion`", required: true },
    stage: { summary: "where it goes", required: true, choices: STAGES },
  },
  flags: {
    "archive-existing": {
      type: "boolean",
      summary: "move the versions that are in the stage to Archived",
    },
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "To production, in place of what is there",
      run: "sovereign mlflow models stage churn/3 Production --archive-existing",
    },
  ],
  notes: "MLflow advises aliases for new work: `mlflow models alias`.",
  fields: FIELDS,
  databricks: "`databricks model-registry transition-stage <name> <version> <stage> <archive>`",
  seeAlso: ["mlflow models alias"],
  async run(context, { args, flags }) {
    const archives = flags["archive-existing"];
    if (archives && !["Staging", "Production"].includes(args.stage)) {
      throw new SovereignError(
        "INVALID_PARAMETER_VALUE",
        `\`--archive-existing\` has no meaning for the stage ${args.stage}`,
        { hint: "leave it out; it is for Staging and Production" },
      );
    }
    const client = await openTracking(context, flags, { writes: true });
    const { name, version, stage } = await findVersionOf(client, args.version);
    const moved = await client.models.moveToStage(name, version, args.stage, archives);
    await context.audit({ command: context.path, object: `${name}/${version}`, outcome: "ok" });
    await context.printRecord(FIELDS, versionRecord(moved));
    await context.note(`\`${name}/${version}\` is in ${moved.stage}, ${stage} before`);
    return 0;
  },
});
