/** `sovereign mlflow experiments list`: the experiments of a tracking store. */
import { defineCommand } from "../../../command.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import {
  collect,
  DEFAULT_LIMIT,
  LIMIT_FLAG,
  noteExtent,
  VIEW_FLAG,
} from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {},
  flags: { ...VIEW_FLAG, ...LIMIT_FLAG, ...TRACKING_FLAGS },
  examples: [
    { comment: "The experiments of this project", run: "sovereign mlflow experiments list" },
    {
      comment: "Those of a server, deleted ones too",
      run: "sovereign mlflow experiments list --view all --tracking-uri http://127.0.0.1:5000 -o csv",
    },
    {
      comment: "Names for a script",
      run: "sovereign mlflow experiments list --json experiment_id,name",
    },
  ],
  fields: EXPERIMENT_FIELDS,
  databricks: "`databricks experiments list-experiments`",
  seeAlso: ["mlflow experiments search", "mlflow runs list"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const found = await collect((options) => client.experiments.search(options), {
      view: flags.view,
      limit: flags.limit ?? DEFAULT_LIMIT,
    });
    await context.printRecords(EXPERIMENT_FIELDS, found.items.map(experimentRecord), { brief: 4 });
    const empty = "no experiments: `sovereign mlflow experiments create NAME` makes one";
    await noteExtent(context, found, { flag: "--limit", empty });
    return 0;
  },
});
