/** `sovereign run job <name>`: the tasks of a bundle's job, in order, with a record of the run. */
import { formatDuration } from "../../../core/progress.ts";
import { defineCommand } from "../../command.ts";
import { openProjectLake } from "../../lake/session.ts";
import { readPairs } from "../../pairs.ts";
import { BUNDLE_FLAGS, chooseBundle } from "../../run/bundle-flags.ts";
import { TASK_FIELDS, taskRecord } from "../../run/fields.ts";
import { createJobView } from "../../run/job-view.ts";
import { logRun } from "../../run/log-run.ts";
import { printPlan } from "../../run/plan-view.ts";

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
    {
      comment: "See the order of its tasks, and that their files are there; run nothing",
      run: "sovereign run job platform --dry-run",
    },
  ],
  notes:
    "Every SQL file is read and parsed before anything runs. Tasks run one after the other in the order of their dependencies. When one fails, those that need it are skipped and the others still run; the exit code is then 1. Why a task failed stands on stderr and in `run show`; on stdout it is the field `message` of `--json` and `-o`.",
  fields: TASK_FIELDS,
  databricks: "`databricks bundle run <job>`; the same file deploys there",
  seeAlso: ["run validate", "run list", "run show"],
  dryRun: true,
  async run(context, { args, flags }) {
    const { loadBundle, planJob, runJob } = await import("../../../run/index.ts");
    const { path, options } = await chooseBundle(context, flags);
    const bundle = await loadBundle(path, options);
    const parameters = readPairs(flags.param, "--param");
    if (context.globals.dryRun) {
      await printPlan(await planJob(bundle, args.job, parameters), context);
      return 0;
    }
    const view = createJobView(context);
    const outcome = await runJob(bundle, args.job, {
      lake: await openProjectLake(context),
      store: await context.store(),
      clock: context.io.clock,
      signal: context.io.signal,
      parameters,
      onEvent: view.onEvent,
    });
    await view.finish();
    await context.audit({ command: "run job", object: outcome.job, outcome: outcome.status });
    await logRun({ outcome }, context);
    const isAsked = context.globals.output !== undefined;
    if (isAsked || !context.io.stdout.isTTY) {
      // Unasked, the records leave out the messages: they were said on stderr already.
      const fields = isAsked ? TASK_FIELDS : TASK_FIELDS.slice(0, 4);
      await context.printRecords(fields, outcome.tasks.map(taskRecord));
    }
    const time = formatDuration(outcome.durationMs);
    await context.note(`run ${outcome.runId}: ${outcome.status} in ${time}`);
    if (outcome.status === "failed")
      await context.note(`next: sovereign run show ${outcome.runId}`);
    return outcome.status === "success" ? 0 : outcome.status === "cancelled" ? 130 : 1;
  },
});
