/** `sovereign mlflow models show`: the versions of a model, or one of them. */
import { defineCommand } from "../../../command.ts";
import { VERSION_FIELDS, versionRecord } from "../../../mlflow/model-records.ts";
import { findModel, findVersion, readModelWord } from "../../../mlflow/model-version.ts";
import { collect } from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    model: { summary: "`churn`, a version `churn/3` or an alias `churn@champion`", required: true },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "The versions of a model, newest first", run: "sovereign mlflow models show churn" },
    { comment: "One version", run: "sovereign mlflow models show churn/3" },
    {
      comment: "The version that an alias stands for, for a script",
      run: "sovereign mlflow models show churn@champion --json version",
    },
  ],
  fields: VERSION_FIELDS,
  databricks: "`databricks model-registry get-model <name>`",
  seeAlso: ["mlflow models list", "mlflow models alias"],
  async run(context, { args, flags }) {
    const { name, which } = readModelWord(args.model);
    const client = await openTracking(context, flags, { writes: false });
    if (which !== null) {
      const version = await findVersion(client, { name, which });
      await context.printRecord(VERSION_FIELDS, versionRecord(version));
      return 0;
    }
    const model = await findModel(client, name);
    const filter = `name = '${model.name}'`;
    const { items } = await collect((options) => client.models.searchVersions(options), {
      filter,
      limit: 0,
    });
    // Searches leave aliases out; the model knows them.
    const aliasesOf = (version: string) =>
      Object.entries(model.aliases).flatMap(([alias, of]) => (of === version ? [alias] : []));
    const versions = items
      .map((item) => ({ ...item, aliases: aliasesOf(item.version) }))
      .sort((a, b) => Number(b.version) - Number(a.version));
    if (model.description !== "") await context.note(model.description);
    await context.printRecords(VERSION_FIELDS, versions.map(versionRecord), { brief: 6 });
    if (versions.length === 0 && context.io.stderr.isTTY) {
      const next = `sovereign mlflow models create ${name} --source runs:/RUN_ID/model`;
      await context.note(`no versions: \`${next}\` makes one`);
    }
    return 0;
  },
});
