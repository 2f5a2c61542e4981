/**
 * A listing of runs: in JSON and Arrow metrics, params and tags are maps; elsewhere each metric and
 * param is a column of its own, `metrics.loss`, which `--json` can name as well.
 */
import { DOUBLE, STRING } from "../../lake/schema/data-type.ts";
import type { RunEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { RUN_FIELDS, runRecord } from "./records.ts";

/** The fields in front of the metrics and params. */
const BRIEF = RUN_FIELDS.slice(0, 4);

/** Prints the runs as `context` asks. */
export async function printRuns(
  context: CommandContext,
  runs: readonly RunEntity[],
): Promise<void> {
  const columns = dataColumns(runs);
  const isWhole = ["json", "jsonl", "arrow"].includes(context.format);
  const fields: FieldSpec[] =
    context.globals.jsonFields.length > 0
      ? [...RUN_FIELDS, ...columns]
      : isWhole
        ? [...RUN_FIELDS]
        : [...BRIEF, ...columns];
  await context.printRecords(
    fields,
    runs.map((run) => ({ ...runRecord(run), ...dataRecord(run) })),
  );
}

function dataColumns(runs: readonly RunEntity[]): FieldSpec[] {
  const metrics = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  const params = new Set(runs.flatMap((run) => Object.keys(run.params)));
  return [
    ...[...metrics].sort().map((key) => ({ name: `metrics.${key}`, type: DOUBLE })),
    ...[...params].sort().map((key) => ({ name: `params.${key}`, type: STRING })),
  ];
}

function dataRecord(run: RunEntity): Record<string, unknown> {
  const metrics = Object.values(run.metrics).map((metric) => [
    `metrics.${metric.key}`,
    metric.value,
  ]);
  const params = Object.entries(run.params).map(([key, value]) => [`params.${key}`, value]);
  return Object.fromEntries([...metrics, ...params]);
}
