/** `sovereign mlflow runs delete`: puts runs aside. */
import { defineCommand } from "../../../command.ts";
import { confirm } from "../../../confirm.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_STATE_FIELDS, runRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    run: {
      summary: "ids, beginnings of ids, or names",
      completes: "mlflow-runs",
      required: true,
      variadic: true,
    },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    { comment: "Which ones they are", run: "sovereign mlflow runs delete baseline --dry-run" },
    { comment: "Without a question", run: "sovereign mlflow runs delete baseline --yes" },
  ],
  notes:
    "Runs are hidden, not erased: `runs restore` brings them back until `mlflow gc` removes them.",
  fields: RUN_STATE_FIELDS,
  databricks: "`databricks experiments delete-run <id>`",
  seeAlso: ["mlflow runs restore"],
  dryRun: true,
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    // All are looked up first: a mistyped one leaves the others alone.
    const found = await Promise.all(args.run.map((word) => findRun(client, word)));
    const runs = found.filter((run) => run.lifecycleStage === "active");
    const what = runs.length === 1 ? `run ${runs[0]?.runId}` : `${runs.length} runs`;
    if (context.globals.dryRun) {
      await context.printRecords(RUN_STATE_FIELDS, found.map(runRecord));
      await context.note(`would delete ${what}`);
      return 0;
    }
    if (runs.length > 0) await confirm(context, `delete ${what}`);
    for (const { runId } of runs) {
      await client.runs.delete(runId);
      await context.audit({ command: context.path, object: runId, outcome: "ok" });
    }
    const after = await Promise.all(found.map(({ runId }) => client.runs.get(runId)));
    await context.printRecords(RUN_STATE_FIELDS, after.map(runRecord));
    if (runs.length < found.length) await context.note("some were deleted already");
    return 0;
  },
});
