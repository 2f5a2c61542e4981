/** `sovereign mlflow runs list`: runs, newest first. */
import { defineCommand } from "../../../command.ts";
import { experimentIds } from "../../../mlflow/find.ts";
import { RUN_FIELDS, runRecord } from "../../../mlflow/records.ts";
import {
  collect,
  DEFAULT_LIMIT,
  LIMIT_FLAG,
  noteExtent,
  VIEW_FLAG,
} from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    experiment: {
      summary: "only the runs of this one, by name or id",
      completes: "mlflow-experiments",
    },
  },
  flags: { ...VIEW_FLAG, ...LIMIT_FLAG, ...TRACKING_FLAGS },
  examples: [
    { comment: "The newest runs of all experiments", run: "sovereign mlflow runs list" },
    {
      comment: "Those of one, for a script",
      run: "sovereign mlflow runs list churn --json run_id",
    },
  ],
  fields: RUN_FIELDS,
  databricks: "`databricks experiments search-runs`",
  seeAlso: ["mlflow runs search", "mlflow runs show"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const ids = await experimentIds(client, args.experiment === undefined ? [] : [args.experiment]);
    const found = await collect((options) => client.runs.search(ids, options), {
      view: flags.view,
      limit: flags.limit ?? DEFAULT_LIMIT,
    });
    await context.printRecords(RUN_FIELDS, found.items.map(runRecord), { brief: 6 });
    const empty = "no runs: `sovereign mlflow runs create EXPERIMENT` makes one";
    await noteExtent(context, found, { flag: "--limit", empty });
    return 0;
  },
});
