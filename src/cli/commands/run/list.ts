/** `sovereign run list`: runs of jobs, newest first. */
import { defineCommand } from "../../command.ts";
import { RUN_FIELDS, runRecord } from "../../run/fields.ts";
import { requireKnownJob } from "../../run/known-jobs.ts";

export const command = defineCommand({
  args: { job: { summary: "only runs of this job", completes: "jobs" } },
  flags: {
    limit: { type: "integer", value: "n", summary: "only the newest n (default 20, 0 for all)" },
  },
  examples: [
    { comment: "The latest runs", run: "sovereign run list" },
    { comment: "How one job went lately, as JSON", run: "sovereign run list platform -o json" },
  ],
  fields: RUN_FIELDS,
  databricks: "`databricks jobs list-runs`",
  seeAlso: ["run show", "run job"],
  async run(context, { args, flags }) {
    const { listRuns } = await import("../../../run/index.ts");
    const limit = flags.limit ?? 20;
    const job = args.job === undefined ? {} : { job: args.job };
    const store = await context.store();
    const runs = listRuns(store, { ...job, limit });
    if (runs.length === 0) {
      if (args.job !== undefined) await requireKnownJob(context, store, args.job);
      await context.note(
        args.job === undefined
          ? "no job has run yet: `sovereign start` runs the bundled pipeline"
          : `\`${args.job}\` has not run yet: \`sovereign run job ${args.job}\` runs it`,
      );
    }
    await context.printRecords(RUN_FIELDS, runs.map(runRecord), { brief: 5 });
    return 0;
  },
});
