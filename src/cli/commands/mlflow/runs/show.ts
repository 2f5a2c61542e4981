/** `sovereign mlflow runs show`: everything a run holds. */
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { RUN_DETAIL_FIELDS, readDetail } from "../../../mlflow/run-detail.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

export const command = defineCommand({
  args: {
    run: {
      summary: "its id, the beginning of it, or its name",
      required: true,
      completes: "mlflow-runs",
    },
  },
  flags: { ...TRACKING_FLAGS },
  examples: [
    {
      comment: "Params, metrics, tags, inputs, artifacts",
      run: "sovereign mlflow runs show baseline",
    },
    {
      comment: "The latest metrics alone",
      run: "sovereign mlflow runs show baseline --json metrics",
    },
  ],
  notes:
    "On a terminal each metric comes with the curve of its values. `artifacts` are those at the root of the run; folders end in a slash.",
  fields: RUN_DETAIL_FIELDS,
  databricks: "`databricks experiments get-run <id>`",
  seeAlso: ["mlflow runs compare", "mlflow runs watch", "mlflow artifacts list"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const detail = await readDetail(client, await findRun(client, args.run));
    if (detail.artifactsError !== null) await context.warn(detail.artifactsError);
    if (context.format !== "table" || context.globals.jsonFields.length > 0) {
      await context.printRecord(RUN_DETAIL_FIELDS, detail.record);
      return 0;
    }
    const { formatRun } = await import("../../../mlflow/run-page.ts");
    await context.printText(await formatRun(client, detail, context));
    return 0;
  },
});
