/** `sovereign run job <name>`: the tasks of a bundle's job, in order, with a record of the run. */
import { formatDuration } from "../../../core/progress.ts";
import { defineCommand } from "../../command.ts";
import { openProjectLake } from "../../lake/session.ts";
import { BUNDLE_FLAGS, chooseBundle, readPairs } from "../../run/bundle-flags.ts";
import { TASK_FIELDS, taskRecord } from "../../run/fields.ts";
import { createJobView } from "../../run/job-view.ts";

export const command = defineCommand({
  args: {
    job: { summary: "the job's key under `resources.jobs`", required: true, completes: "jobs" },
  },
  flags: {
    ...BUNDLE_FLAGS,
    param: {
      type: "string",
      value: "name=value",
      repeat: true,
      summary: "value of a job parameter, over its default",
    },
  },
  examples: [
    { comment: "Run a job of this project's databricks.yml", run: "sovereign run job platform" },
    {
      comment: "With another landing zone",
      run: "sovereign run job platform --param landing=/data/landing",
    },
    { comment: "See the order of its tasks only", run: "sovereign run job platform --dry-run" },
  ],
  notes:
    "Tasks run one after the other in the order of their dependencies. When one fails, those that need it are skipped and the others still run; the exit code is then 1.",
  fields: TASK_FIELDS,
  databricks: "`databricks bundle run <job>`; the same file deploys there",
  seeAlso: ["run validate", "run list", "run show"],
  dryRun: true,
  async run(context, { args, flags }) {
    const { findJob, loadBundle, runJob } = await import("../../../run/index.ts");
    const { path, options } = await chooseBundle(context, flags);
    const bundle = await loadBundle(path, options);
    const job = findJob(bundle, args.job);
    if (context.globals.dryRun) {
      for (const task of job.tasks) await context.note(`would run ${task.key}: ${task.file}`);
      return 0;
    }
    const view = createJobView(context);
    const outcome = await runJob(bundle, job.key, {
      lake: await openProjectLake(context),
      store: await context.store(),
      clock: context.io.clock,
      signal: context.io.signal,
      parameters: readPairs(flags.param, "--param"),
      onEvent: view.onEvent,
    });
    await view.finish();
    await context.audit({ command: "run job", object: job.key, outcome: outcome.status });
    if (context.globals.output !== undefined || !context.io.stdout.isTTY) {
      await context.printRecords(TASK_FIELDS, outcome.tasks.map(taskRecord));
    }
    const time = formatDuration(outcome.durationMs);
    await context.note(`run ${outcome.runId}: ${outcome.status} in ${time}`);
    if (outcome.status === "failed")
      await context.note(`next: sovereign run show ${outcome.runId}`);
    return outcome.status === "success" ? 0 : outcome.status === "cancelled" ? 130 : 1;
  },
});
