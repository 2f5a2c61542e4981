/** `sovereign mlflow runs compare`: metric curves of runs, and in what they differ. */
import { SovereignError } from "../../../../core/errors.ts";
import { STRING } from "../../../../lake/schema/data-type.ts";
import { defineCommand } from "../../../command.ts";
import {
  COMPARE_FIELDS,
  compareRecord,
  compareRuns,
  labelRuns,
} from "../../../mlflow/compare-runs.ts";
import { findRun } from "../../../mlflow/find.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

/** Charts of these many metrics fit into a look. */
const MOST_CHARTS = 4;

export const command = defineCommand({
  args: {
    run: {
      summary: "two runs or more: ids, beginnings of ids, or names",
      completes: "mlflow-runs",
      variadic: true,
    },
  },
  flags: {
    all: { type: "boolean", summary: "also what is the same in all of them" },
    metric: {
      type: "string",
      value: "key",
      repeat: true,
      summary: `draw this one (default: the first ${MOST_CHARTS} that have curves)`,
    },
    "no-chart": { type: "boolean", summary: "only the table" },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "Curves, and what differs", run: "sovereign mlflow runs compare baseline tuned" },
    {
      comment: "Everything, as JSON",
      run: "sovereign mlflow runs compare baseline tuned --all --json",
    },
  ],
  notes:
    "Curves are drawn on a terminal, or wherever `--metric` asks for them. The table holds params and the latest values of metrics.",
  fields: COMPARE_FIELDS,
  databricks: "the comparison of runs in the workspace's MLflow pages",
  seeAlso: ["mlflow runs search", "mlflow runs show"],
  async run(context, { args, flags }) {
    if (args.run.length < 2) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "comparing takes two runs or more", {
        hint: "name them: `sovereign mlflow runs compare RUN RUN`",
      });
    }
    const client = await openTracking(context, flags, { writes: false });
    const runs = await Promise.all(args.run.map((word) => findRun(client, word)));
    const labels = labelRuns(runs);
    const keys = compareRuns(runs);
    const { format, globals, io } = context;
    const isWhole = ["json", "jsonl", "arrow"].includes(format) || globals.jsonFields.length > 0;
    const isTerminal = format === "table" && io.stdout.isTTY;
    if (!isWhole && !flags["no-chart"] && (isTerminal || flags.metric.length > 0)) {
      const { drawMetrics } = await import("../../../mlflow/metric-charts.ts");
      const metrics = keys.filter(({ kind }) => kind === "metric").map(({ key }) => key);
      const asked = flags.metric.length > 0 ? flags.metric : metrics;
      const most = flags.metric.length > 0 ? asked.length : MOST_CHARTS;
      const drawn = await drawMetrics(client, { runs, labels, keys: asked, most }, context);
      const hasNone = drawn === 0 && flags.metric.length > 0;
      if (hasNone) await context.note(`no curves of ${flags.metric.join(", ")}`);
    }
    const shown = keys.filter(({ differs }) => differs || flags.all);
    const columns = labels.map((name) => ({ name, type: STRING }));
    await context.printRecords(
      isWhole ? COMPARE_FIELDS : [...COMPARE_FIELDS.slice(0, 2), ...columns],
      shown.map((compared) => compareRecord(compared, runs, labels)),
    );
    if (shown.length < keys.length) {
      const same = keys.length - shown.length;
      await context.note(`${same} ${same === 1 ? "is" : "are"} the same, use --all to see them`);
    }
    return 0;
  },
});
