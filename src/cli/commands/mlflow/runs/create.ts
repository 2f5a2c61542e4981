/** `sovereign mlflow runs create`: starts a run that later commands log to. */
import { defineCommand } from "../../../command.ts";
import { findExperiment, findRun } from "../../../mlflow/find.ts";
import { RUN_FIELDS, runRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";
import { readPairs } from "../../../pairs.ts";

export const command = defineCommand({
  args: {
    experiment: {
      summary: "the experiment's name or id",
      required: true,
      completes: "mlflow-experiments",
    },
  },
  flags: {
    name: { type: "string", value: "text", summary: "the run's name (default: one is made up)" },
    tag: { type: "string", value: "key=value", repeat: true, summary: "a tag of it" },
    parent: { type: "string", value: "run", summary: "the run it is part of" },
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "Keep its id in a shell variable",
      run: "RUN=$(sovereign mlflow runs create churn)",
    },
    {
      comment: "With a name and a tag",
      run: "sovereign mlflow runs create churn --name deeper --tag model=linear",
    },
  ],
  notes:
    "Prints the run's id. The run is RUNNING until `runs end` says how it went; `log` and `artifacts put` add to it.",
  fields: RUN_FIELDS,
  databricks: "`databricks experiments create-run`",
  seeAlso: ["mlflow runs end", "mlflow log metric"],
  async run(context, { args, flags }) {
    const tags = readPairs(flags.tag, "--tag");
    const client = await openTracking(context, flags, { writes: true });
    const { experimentId } = await findExperiment(client, args.experiment);
    const parent = flags.parent === undefined ? null : await findRun(client, flags.parent);
    const { currentUser } = await import("../../../../mlflow/index.ts");
    const user = tags["mlflow.user"] ?? currentUser();
    const run = await client.runs.create({
      experimentId,
      startedAtMs: context.io.clock.nowMs(),
      userId: user,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      tags: {
        "mlflow.user": user,
        "mlflow.source.type": "LOCAL",
        ...(parent === null ? {} : { "mlflow.parentRunId": parent.runId }),
        ...tags,
      },
    });
    await context.audit({ command: context.path, object: run.runId, outcome: "ok" });
    const isAsked = context.globals.output !== undefined;
    if (isAsked) await context.printRecord(RUN_FIELDS, runRecord(run));
    else await context.printText(`${run.runId}\n`);
    await context.note(`started run \`${run.name}\`; next: sovereign mlflow log metric`);
    return 0;
  },
});
