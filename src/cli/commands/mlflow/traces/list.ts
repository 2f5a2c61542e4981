/** `sovereign mlflow traces list`: the traces of an experiment, the newest first. */
import { defineCommand } from "../../../command.ts";
import { allExperiments, findExperiment } from "../../../mlflow/find.ts";
import { collect, DEFAULT_LIMIT, LIMIT_FLAG, noteExtent } from "../../../mlflow/search.ts";
import { TRACE_FIELDS, traceRecord } from "../../../mlflow/trace-records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

/** The largest page of a search for traces. */
const PAGE_SIZE = 500;

export const command = defineCommand({
  args: {},
  flags: {
    experiment: {
      type: "string",
      short: "e",
      value: "name",
      repeat: true,
      summary: "only of this experiment, by name or id (default: of all)",
    },
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
    const experiments =
      flags.experiment.length === 0
        ? await allExperiments(client)
        : await Promise.all(flags.experiment.map((word) => findExperiment(client, word)));
    const ids = experiments.map(({ experimentId }) => experimentId);
    const found = await collect(
      (options) =>
        client.traces.search(ids, {
          ...options,
          maxResults: Math.min(PAGE_SIZE, options.maxResults ?? PAGE_SIZE),
        }),
      { filter: flags.filter, limit: flags.limit ?? DEFAULT_LIMIT },
    );
    const isBrief = context.format === "table" && context.globals.jsonFields.length === 0;
    const fields = isBrief ? TRACE_FIELDS.slice(0, 6) : TRACE_FIELDS;
    await context.printRecords(fields, found.items.map(traceRecord));
    await noteExtent(context, found, { flag: "--limit", empty: "no traces" });
    return 0;
  },
});
