/** `sovereign mlflow models create`: a registered model, or a version of one. */
import { SovereignError } from "../../../../core/errors.ts";
import type { MlflowClient } from "../../../../mlflow/index.ts";
import { defineCommand } from "../../../command.ts";
import { VERSION_FIELDS, versionRecord } from "../../../mlflow/model-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

const FIELDS = [...VERSION_FIELDS.slice(0, 4), VERSION_FIELDS[6]];

export const command = defineCommand({
  args: { name: { summary: "the model's name", required: true } },
  flags: {
    source: {
      type: "string",
      value: "uri",
      summary: "makes a version of these files: `runs:/RUN_ID/model`, `models:/m-…`",
    },
    description: { type: "string", value: "text", summary: "of the model, or of the version" },
    tag: { type: "string", value: "key=value", repeat: true, summary: "a tag of it" },
    "if-not-exists": { type: "boolean", summary: "be content when the model is there already" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "A name for versions to come", run: "sovereign mlflow models create forecast" },
    {
      comment: "A version from a run's artifacts; the model is made when it is missing",
      run: "sovereign mlflow models create churn --source runs:/0a1b2c3d4e5f60718293a4b5c6d7e8f9/model",
    },
  ],
  fields: FIELDS,
  databricks: "`databricks model-registry create-model` and `create-model-version`",
  seeAlso: ["mlflow models alias", "mlflow models show"],
  async run(context, { args, flags }) {
    const { name } = args;
    const { source } = flags;
    const about = {
      tags: readPairs(flags.tag, "--tag"),
      ...(flags.description === undefined ? {} : { description: flags.description }),
    };
    const client = await openTracking(context, flags, { writes: true });
    if (source === undefined) {
      const isNew = await makeModel(client, name, {
        ...about,
        isRepeatable: flags["if-not-exists"],
      });
      if (isNew) await context.audit({ command: context.path, object: name, outcome: "ok" });
      await context.printRecord(FIELDS.slice(0, 1), { name });
      await context.note(
        isNew ? `created model \`${name}\`` : `there is a model \`${name}\` already`,
      );
      return 0;
    }
    const runId = /^runs:\/+([^/]+)/.exec(source)?.[1];
    const run = runId === undefined ? {} : { runId };
    const isNew = await makeModel(client, name, { isRepeatable: true });
    const fresh = { name, source, ...run, ...about };
    const version = await client.models.createVersion(fresh).catch(async (error: unknown) => {
      if (isNew) await client.models.delete(name);
      throw error;
    });
    await context.audit({
      command: context.path,
      object: `${name}/${version.version}`,
      outcome: "ok",
    });
    await context.printRecord(FIELDS, versionRecord(version));
    await context.note(`created version ${version.version} of \`${name}\``);
    return 0;
  },
});

async function makeModel(
  client: MlflowClient,
  name: string,
  options: { description?: string; tags?: Record<string, string>; isRepeatable: boolean },
): Promise<boolean> {
  const { isRepeatable, ...about } = options;
  try {
    await client.models.create(name, about);
    return true;
  } catch (error) {
    const isThere = error instanceof SovereignError && error.code === "RESOURCE_ALREADY_EXISTS";
    if (isThere && isRepeatable) return false;
    throw error;
  }
}
