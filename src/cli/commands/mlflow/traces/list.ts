/** `sovereign mlflow traces list`: the traces of an experiment, the newest first. */
import { defineCommand } from "../../../command.ts";
import { experimentIds } from "../../../mlflow/find.ts";
import {
  collect,
  DEFAULT_LIMIT,
  EXPERIMENTS_FLAG,
  LIMIT_FLAG,
  noteExtent,
} from "../../../mlflow/search.ts";
import { TRACE_FIELDS, traceRecord } from "../../../mlflow/trace-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

/** The largest page of a search for traces. */
const PAGE_SIZE = 500;

export const command = defineCommand({
  args: {},
  flags: {
    ...EXPERIMENTS_FLAG,
    filter: {
      type: "string",
      value: "expression",
      summary: "only those it is true of: `trace.status = 'ERROR'`, `tags.user = 'ada'`",
    },
    ...LIMIT_FLAG,
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "The newest traces", run: "sovereign mlflow traces list --limit 20" },
    {
      comment: "What failed in an experiment",
      run: "sovereign mlflow traces list --experiment chat --filter \"trace.status = 'ERROR'\"",
    },
  ],
  fields: TRACE_FIELDS,
  databricks: "`mlflow.search_traces()` in Python",
  seeAlso: ["mlflow traces show"],
  async run(context, { flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const ids = await experimentIds(client, flags.experiment);
    const found = await collect(
      (options) =>
        client.traces.search(ids, {
          ...options,
          maxResults: Math.min(PAGE_SIZE, options.maxResults ?? PAGE_SIZE),
        }),
      { filter: flags.filter, limit: flags.limit ?? DEFAULT_LIMIT },
    );
    await context.printRecords(TRACE_FIELDS, found.items.map(traceRecord), { brief: 6 });
    await noteExtent(context, found, { flag: "--limit", empty: "no traces" });
    return 0;
  },
});
