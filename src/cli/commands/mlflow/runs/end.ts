/** `sovereign mlflow runs end`: says how a run went. */
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_FIELDS, runRecord } from "../../../mlflow/records.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = RUN_FIELDS.slice(0, 5);

export const command = defineCommand({
  args: {
    run: {
      summary: "its id, the beginning of it, or its name",
      required: true,
      completes: "mlflow-runs",
    },
  },
  flags: {
    status: {
      type: "choice",
      choices: ["FINISHED", "FAILED", "KILLED"],
      summary: "how it went (default FINISHED)",
    },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "It went well", run: "sovereign mlflow runs end baseline" },
    { comment: "It did not", run: "sovereign mlflow runs end baseline --status FAILED" },
  ],
  fields: FIELDS,
  databricks: "`databricks experiments update-run`",
  seeAlso: ["mlflow runs create"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: true });
    const { runId } = await findRun(client, args.run);
    const endedAtMs = context.io.clock.nowMs();
    await client.runs.update(runId, { status: flags.status ?? "FINISHED", endedAtMs });
    await context.audit({ command: context.path, object: runId, outcome: "ok" });
    await context.printRecord(FIELDS, runRecord(await client.runs.get(runId)));
    return 0;
  },
});
