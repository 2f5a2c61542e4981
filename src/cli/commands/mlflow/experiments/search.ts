/** `sovereign mlflow experiments search`: experiments by MLflow's filter language. */
import { defineCommand } from "../../../command.ts";
import { EXPERIMENT_FIELDS, experimentRecord } from "../../../mlflow/records.ts";
import { collect, DEFAULT_LIMIT, noteExtent, SEARCH_FLAGS } from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {},
  flags: { ...SEARCH_FLAGS, ...TRACKING_FLAGS },
  examples: [
    {
      comment: "By name",
      run: "sovereign mlflow experiments search --filter \"name LIKE 'churn%'\"",
    },
    {
      comment: "The one that changed last",
      run: 'sovereign mlflow experiments search --order-by "last_update_time DESC" --max-results 1',
    },
  ],
  notes:
    "A filter compares `name`, `creation_time`, `last_update_time` and `tags.KEY` with =, !=, <, <=, >, >=, LIKE and ILIKE, joined by AND.",
  fields: EXPERIMENT_FIELDS,
  databricks: "`databricks experiments search-experiments`",
  seeAlso: ["mlflow experiments list"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const found = await collect((options) => client.experiments.search(options), {
      filter: flags.filter,
      orderBy: flags["order-by"],
      view: flags.view,
      limit: flags["max-results"] ?? DEFAULT_LIMIT,
    });
    await context.printRecords(EXPERIMENT_FIELDS, found.items.map(experimentRecord), { brief: 4 });
    await noteExtent(context, found, { flag: "--max-results", empty: "no such experiments" });
    return 0;
  },
});
