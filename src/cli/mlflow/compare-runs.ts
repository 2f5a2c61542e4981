/** What runs have in common and in what they differ: params and the latest metrics, key by key. */
import { BOOLEAN, mapType, STRING } from "../../lake/schema/data-type.ts";
import { MapValue } from "../../lake/schema/value.ts";
import type { RunEntity } from "../../mlflow/index.ts";
import type { FieldSpec } from "../command.ts";
import type { RecordValues } from "../context.ts";

/** One param or metric with the text of its value in each run; null where a run has none. */
export interface ComparedKey {
  readonly kind: "metric" | "param";
  readonly key: string;
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

export const COMPARE_FIELDS = [
  { name: "kind", type: STRING, summary: "metric or param" },
  { name: "key", type: STRING },
  { name: "differs", type: BOOLEAN },
  { name: "values", type: mapType(STRING, STRING), summary: "by run id; null where it has none" },
] as const satisfies readonly FieldSpec[];

/** Every key of the runs, metrics first, each kind by name. */
export function compareRuns(runs: readonly RunEntity[]): ComparedKey[] {
  const compare = (
    kind: ComparedKey["kind"],
    read: (run: RunEntity) => Readonly<Record<string, string>>,
  ) => {
    const maps = runs.map(read);
    const keys = [...new Set(maps.flatMap((map) => Object.keys(map)))].sort();
    return keys.map((key): ComparedKey => {
      const values = maps.map((map) => (Object.hasOwn(map, key) ? (map[key] ?? null) : null));
      return { kind, key, values, differs: new Set(values).size > 1 };
    });
  };
  const metricTexts = (run: RunEntity) =>
    Object.fromEntries(
      Object.entries(run.metrics).map(([key, point]) => [key, String(point.value)]),
    );
  return [...compare("metric", metricTexts), ...compare("param", (run) => run.params)];
}

/** A key by the names of COMPARE_FIELDS, and by the runs' own labels. */
export function compareRecord(
  compared: ComparedKey,
  runs: readonly RunEntity[],
  labels: readonly string[],
): RecordValues {
  const { kind, key, values, differs } = compared;
  const byId = new MapValue(runs.map(({ runId }, i) => [runId, values[i] ?? null]));
  const byLabel = Object.fromEntries(labels.map((label, i) => [label, values[i] ?? null]));
  return { ...byLabel, kind, key, differs, values: byId };
}

/** The runs' names, told apart by the beginnings of their ids where two are alike. */
export function labelRuns(runs: readonly RunEntity[]): string[] {
  return runs.map(({ name, runId }) => {
    const isAlone = runs.filter((other) => other.name === name).length === 1;
    return isAlone && name !== "" ? name : `${name} ${runId.slice(0, 8)}`.trim();
  });
}
