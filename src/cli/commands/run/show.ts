/** `sovereign run show <id>`: the tasks of one run. */
import { SovereignError } from "../../../core/errors.ts";
import { defineCommand } from "../../command.ts";
import { TASK_FIELDS, taskRecord } from "../../run/fields.ts";

export const command = defineCommand({
  args: { run: { summary: "the run's number (default: the latest)", completes: "runs" } },
  flags: {},
  examples: [
    { comment: "The latest run, task by task", run: "sovereign run show" },
    { comment: "An older one", run: "sovereign run show 3" },
  ],
  fields: TASK_FIELDS,
  databricks: "`databricks jobs get-run`",
  seeAlso: ["run list"],
  async run(context, { args }) {
    const { getRun, listRuns, listTasks } = await import("../../../run/index.ts");
    const store = await context.store();
    const runId = args.run === undefined ? null : Number(args.run);
    const isNumber = runId === null || (Number.isSafeInteger(runId) && runId > 0);
    const run = !isNumber
      ? null
      : runId === null
        ? (listRuns(store, { limit: 1 })[0] ?? null)
        : getRun(store, runId);
    if (run === null) {
      const what = args.run === undefined ? "no job has run yet" : `no run \`${args.run}\``;
      throw new SovereignError("RESOURCE_DOES_NOT_EXIST", what, {
        hint:
          args.run === undefined
            ? "`sovereign run job platform` runs the bundled pipeline"
            : "`sovereign run list` shows the runs there are",
      });
    }
    await context.note(`run ${run.runId} of ${run.job}: ${run.status}`);
    await context.printRecords(TASK_FIELDS, listTasks(store, run.runId).map(taskRecord));
    return 0;
  },
});
