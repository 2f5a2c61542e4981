/** `sovereign mlflow log batch`: many metrics, params and tags from a file or stdin. */
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { SovereignError } from "../../../../core/errors.ts";
import { LONG, STRING } from "../../../../lake/schema/data-type.ts";
import { defineCommand } from "../../../command.ts";
import { findRun } from "../../../mlflow/find.ts";
import { readEntries } from "../../../mlflow/log-rows.ts";
import { RUN_ARGUMENT } from "../../../mlflow/log-values.ts";
import { sendEntries } from "../../../mlflow/send-entries.ts";
import { openTracking, TRACKING_FLAGS } from "../../../mlflow/tracking.ts";

const FIELDS = [
  { name: "run_id", type: STRING },
  { name: "metrics", type: LONG },
  { name: "params", type: LONG },
  { name: "tags", type: LONG },
] as const;

export const command = defineCommand({
  args: {
    run: RUN_ARGUMENT,
    file: { summary: "JSON lines or CSV; `-` or none for stdin", completes: "files" },
  },
  flags: {
    "input-format": {
      type: "choice",
      choices: ["jsonl", "csv"],
      summary: "what the rows are (default: by their first character)",
    },
    ...TRACKING_FLAGS,
  },
  examples: [
    {
      comment: "A table of a training program: a metric in each column",
      run: "printf 'step,loss,accuracy\\n1,0.5,0.7\\n2,0.3,0.8\\n' | sovereign mlflow log batch baseline",
    },
    {
      comment: "Entries of any kind",
      run: 'echo \'{"kind": "param", "key": "lr", "value": 0.1}\' | sovereign mlflow log batch baseline',
    },
    { comment: "A file", run: "sovereign mlflow log batch baseline history.csv" },
  ],
  notes:
    "A row with a `key` is one entry: `key`, `value`, and `step`, `timestamp` (milliseconds), `kind` (metric, param or tag) where they are there. A row without one holds the metrics of a step: every column but `step` and `timestamp` is a metric, empty cells are none.",
  fields: FIELDS,
  databricks: "`databricks experiments log-batch`",
  seeAlso: ["mlflow log metric", "mlflow runs compare"],
  async run(context, { args, flags }) {
    const { cwd, stdin, clock } = context.io;
    const isStdin = args.file === undefined || args.file === "-";
    if (isStdin && stdin.isTTY) {
      throw new SovereignError("INVALID_PARAMETER_VALUE", "nothing is piped in", {
        hint: "name a file, or pipe rows into it: `sovereign mlflow log batch RUN < history.csv`",
      });
    }
    const client = await openTracking(context, flags, { writes: true });
    const run = await findRun(client, args.run);
    const source = isStdin ? stdin : (await open(resolve(cwd, args.file ?? ""))).createReadStream();
    const progress = await context.progress();
    const task = progress.start({ label: "logging", unit: "entries", leavesLine: false });
    const sent = await sendEntries(client, run.runId, {
      entries: readEntries(source, {
        format: flags["input-format"],
        nowMs: () => clock.nowMs(),
      }),
      onSent: (count) => task.advance(count),
    });
    task.discard();
    await context.printRecord(FIELDS, {
      run_id: run.runId,
      metrics: BigInt(sent.metrics),
      params: BigInt(sent.params),
      tags: BigInt(sent.tags),
    });
    return 0;
  },
});
