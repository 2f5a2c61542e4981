/** `sovereign mlflow runs watch`: the metrics of a run while it goes on. */
import {
  DOUBLE,
  LONG,
  STRING,
  structField,
  structType,
  TIMESTAMP,
} from "../../../../lake/schema/data-type.ts";
import type { ColumnBatch } from "../../../../lake/schema/value.ts";
import type { MetricPoint, RunEntity } from "../../../../mlflow/index.ts";
import { defineCommand } from "../../../command.ts";
import type { CommandContext } from "../../../context.ts";
import { findRun } from "../../../mlflow/find.ts";
import { followRun, type RunChange } from "../../../mlflow/follow-run.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = [
  { name: "timestamp", type: TIMESTAMP },
  { name: "key", type: STRING },
  { name: "step", type: LONG },
  { name: "value", type: DOUBLE },
] as const;

export const command = defineCommand({
  args: { run: RUN_ARGUMENT },
  flags: {
    interval: {
      type: "integer",
      value: "ms",
      min: 50,
      summary: "how often to look, in milliseconds (default 1000)",
    },
    ...TRACKING_FLAGS,
  },
  examples: [
    { comment: "Until it ends, or Ctrl-C", run: "sovereign mlflow runs watch baseline" },
    {
      comment: "A line for each change, for a program",
      run: "sovereign mlflow runs watch baseline -o jsonl",
    },
  ],
  notes:
    "On a terminal the metrics are drawn with their curves; elsewhere each change is a row. Values that come faster than it looks are passed over. Ends with the run: exit code 0 when it finished, 1 when it failed or was killed.",
  fields: FIELDS,
  seeAlso: ["mlflow runs show", "mlflow log metric"],
  async run(context, { args, flags }) {
    const client = await openTracking(context, flags, { writes: false });
    const { runId } = await findRun(client, args.run);
    const { signal } = context.io;
    const changes = followRun(client, runId, { intervalMs: flags.interval ?? 1000, signal });
    const isDrawn = context.format === "table" && context.globals.jsonFields.length === 0;
    let last: RunEntity | null = null;
    if (isDrawn && context.io.stdout.isTTY) {
      const { showRun } = await import("../../../mlflow/watch-screen.ts");
      last = await showRun(client, changes, context);
    } else {
      last = await printChanges(changes, context);
    }
    if (last === null) return 0;
    await context.note(`run \`${last.name}\` is ${last.status}`);
    return last.status === "FINISHED" ? 0 : 1;
  },
});

async function printChanges(
  changes: AsyncIterable<RunChange>,
  context: CommandContext,
): Promise<RunEntity | null> {
  let last: RunEntity | null = null;
  const schema = structType(FIELDS.map(({ name, type }) => structField(name, type)));
  async function* batches(): AsyncGenerator<ColumnBatch> {
    for await (const { run, metrics } of changes) {
      last = run;
      if (metrics.length > 0) yield toBatch(metrics);
    }
  }
  await context.printRows({ schema, batches }, { isLive: true, limit: 0 });
  return last;
}

function toBatch(metrics: readonly MetricPoint[]): ColumnBatch {
  const at = (row: number) => metrics[row] as MetricPoint;
  return {
    rowCount: metrics.length,
    columns: [
      { get: (row) => BigInt(at(row).timestamp) * 1000n },
      { get: (row) => at(row).key },
      { get: (row) => BigInt(at(row).step) },
      { get: (row) => at(row).value },
    ],
  };
}
