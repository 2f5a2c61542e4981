/** `sovereign mlflow models list`: the registered models of a tracking store. */
import { defineCommand } from "../../../command.ts";
import { MODEL_FIELDS, modelRecord } from "../../../mlflow/model-records.ts";
import { collect, DEFAULT_LIMIT, LIMIT_FLAG, noteExtent } from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {},
  flags: {
    filter: {
      type: "string",
      value: "expression",
      summary: "only those it is true of: `name LIKE 'churn%'`, `tags.team = 'data'`",
    },
    ...LIMIT_FLAG,
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "The models of this project", run: "sovereign mlflow models list" },
    {
      comment: "Those of a team",
      run: "sovereign mlflow models list --filter \"tags.team = 'data'\" --json name,latest_version",
    },
  ],
  notes: "Prompts, which MLflow keeps among the models, are under `mlflow prompts`.",
  fields: MODEL_FIELDS,
  databricks: "`databricks model-registry list-models`",
  seeAlso: ["mlflow models show", "mlflow prompts list"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const found = await collect((options) => client.models.search(options), {
      filter: flags.filter,
      limit: flags.limit ?? DEFAULT_LIMIT,
    });
    await context.printRecords(MODEL_FIELDS, found.items.map(modelRecord), { brief: 4 });
    const empty = "no models: `sovereign mlflow models create NAME` makes one";
    await noteExtent(context, found, { flag: "--limit", empty });
    return 0;
  },
});
