/** `sovereign mlflow models delete`: erases a version, or a model with all of its versions. */
import { defineCommand } from "../../../command.ts";
import { confirm } from "../../../confirm.ts";
import { findModel, findVersion, readModelWord } from "../../../mlflow/model-version.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: { model: { summary: "`churn/3`, or `churn` with all versions", required: true } },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "One version", run: "sovereign mlflow models delete churn/2 --yes" },
    { comment: "What the whole model is", run: "sovereign mlflow models delete churn --dry-run" },
  ],
  notes: "Cannot be taken back. The files stay with the run that they came from.",
  databricks: "`databricks model-registry delete-model <name>`",
  seeAlso: ["mlflow models show"],
  dryRun: true,
  output: "text",
  async run(context, { args, flags }) {
    const { name, which } = readModelWord(args.model);
    const client = await openTracking(context, flags, { writes: true });
    const version = which === null ? null : (await findVersion(client, { name, which })).version;
    if (version === null) await findModel(client, name);
    const what =
      version === null
        ? `model \`${name}\` with all its versions`
        : `version ${version} of \`${name}\``;
    if (context.globals.dryRun) {
      await context.note(`would delete ${what}`);
      return 0;
    }
    await confirm(context, `delete ${what}`);
    if (version === null) await client.models.delete(name);
    else await client.models.deleteVersion(name, version);
    const object = version === null ? name : `${name}/${version}`;
    await context.audit({ command: context.path, object, outcome: "ok" });
    await context.note(`deleted ${what}`);
    return 0;
  },
});
