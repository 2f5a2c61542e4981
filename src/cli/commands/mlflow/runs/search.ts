/** `sovereign mlflow runs search`: runs by MLflow's filter language, with their metrics and params. */
import { defineCommand } from "../../../command.ts";
import { experimentIds } from "../../../mlflow/find.ts";
import { RUN_FIELDS } from "../../../mlflow/records.ts";
import { printRuns } from "../../../mlflow/run-rows.ts";
import {
  collect,
  DEFAULT_LIMIT,
  EXPERIMENTS_FLAG,
  noteExtent,
  SEARCH_FLAGS,
} from "../../../mlflow/search.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {},
  flags: {
    ...EXPERIMENTS_FLAG,
    ...SEARCH_FLAGS,
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "The best five",
      run: 'sovereign mlflow runs search -e churn --order-by "metrics.loss ASC" --max-results 5',
    },
    {
      comment: "Those that failed at one rate",
      run: "sovereign mlflow runs search --filter \"status = 'FAILED' AND params.lr = '0.1'\"",
    },
    {
      comment: "Two columns for a plot",
      run: "sovereign mlflow runs search -o csv --json params.lr,metrics.loss",
    },
  ],
  notes:
    "A filter compares `metrics.KEY`, `params.KEY`, `tags.KEY`, `datasets.name` and attributes (`status`, `run_name`, `start_time` …) with =, !=, <, <=, >, >=, LIKE, ILIKE and IN, joined by AND. Keys with other characters stand in back-ticks or double quotes. In JSON and Arrow metrics, params and tags are maps; elsewhere each metric and param is a column.",
  fields: RUN_FIELDS,
  databricks: "`databricks experiments search-runs`, or `mlflow.search_runs`",
  seeAlso: ["mlflow runs list", "mlflow runs compare"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const ids = await experimentIds(client, flags.experiment);
    const found = await collect((options) => client.runs.search(ids, options), {
      filter: flags.filter,
      orderBy: flags["order-by"],
      view: flags.view,
      limit: flags["max-results"] ?? DEFAULT_LIMIT,
    });
    await printRuns(context, found.items);
    await noteExtent(context, found, { flag: "--max-results", empty: "no such runs" });
    return 0;
  },
});
