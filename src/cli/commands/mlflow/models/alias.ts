/** `sovereign mlflow models alias`: a name that stands for one version of a model. */
import { defineCommand } from "../../../command.ts";
import { UsageError } from "../../../failure.ts";
import { VERSION_FIELDS, versionRecord } from "../../../mlflow/model-records.ts";
import { findModel, findVersionOf, readModelWord } from "../../../mlflow/model-version.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = VERSION_FIELDS.slice(0, 4);

export const command = defineCommand({
  args: {
    version: { summary: "`churn/3`; only `churn` with --remove", required: true },
    alias: { summary: "the alias: `champion`", required: true },
  },
  flags: { remove: { type: "boolean", summary: "take the alias away" }, ...TRACKING_FLAGS },
  examples: [
    {
      comment: "Version 3 is the one to serve",
      run: "sovereign mlflow models alias churn/3 champion",
    },
    {
      comment: "No version is any more",
      run: "sovereign mlflow models alias churn champion --remove",
    },
  ],
  notes: "An alias stands for one version; setting it again moves it.",
  fields: FIELDS,
  databricks: "`databricks registered-models set-alias <name> <alias> <version>`",
  seeAlso: ["mlflow models stage", "mlflow models show"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const { alias } = args;
    if (flags.remove) {
      const { name, which } = readModelWord(args.version);
      if (which !== null) {
        throw new UsageError("an alias is taken from the model, not from a version", {
          hint: `write \`sovereign mlflow models alias ${name} ${alias} --remove\``,
          usage: "sovereign mlflow models alias <version> <alias> [flags]",
        });
      }
      const before = (await findModel(client, name)).aliases[alias];
      await client.models.deleteAlias(name, alias);
      await context.audit({ command: context.path, object: `${name}@${alias}`, outcome: "ok" });
      const left = before === undefined ? null : await client.models.getVersion(name, before);
      await context.printRecord(FIELDS, left === null ? { name } : versionRecord(left));
      const fate = before === undefined ? "was not set" : `stood for version ${before}`;
      await context.note(`alias \`${alias}\` of \`${name}\` ${fate}`);
      return 0;
    }
    const { name, version } = await findVersionOf(client, args.version);
    await client.models.setAlias(name, alias, version);
    await context.audit({ command: context.path, object: `${name}@${alias}`, outcome: "ok" });
    await context.printRecord(FIELDS, versionRecord(await client.models.getVersion(name, version)));
    await context.note(`\`${name}@${alias}\` is version ${version}`);
    return 0;
  },
});
