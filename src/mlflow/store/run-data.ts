/**
 * What runs hold: newest metrics, parameters, tags, input datasets, input and output models. Read
 * for a whole page of runs at once, one query for each table.
 */
import type { Database } from "../../core/store/index.ts";
import type { Int64 } from "../wire/fields.ts";
import type { KeyValue } from "./experiments.ts";
import type { Metric } from "./metrics.ts";
import { allInt64, groupRows, listsInt64 } from "./rows.ts";
import type { RunInfo } from "./runs.ts";

export interface DatasetInput {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
  readonly tags: readonly KeyValue[];
}

export interface ModelOutput {
  readonly modelId: string;
  readonly step: Int64;
}

/** A run with everything in it. */
export interface Run {
  readonly info: RunInfo;
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasetInputs: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

type OfRun<Row> = Row & { readonly runId: string };
interface DatasetRow extends Omit<DatasetInput, "tags"> {
  readonly inputId: string;
}

/** Adds to each run what it holds, in the order of `infos`. */
export function loadRuns(database: Database, infos: readonly RunInfo[]): Run[] {
  if (infos.length === 0) return [];
  const ids = JSON.stringify(infos.map((info) => info.runId));
  const metrics = readLatestMetrics(database, ids);
  const params = readKeyValues(database, "params", ids);
  const tags = readKeyValues(database, "tags", ids);
  const datasets = readDatasetInputs(database, ids);
  const models = groupRows(readModelEdges(database, ids), (row) => row.runId);
  return infos.map((info) => {
    const edges = models.get(info.runId) ?? [];
    return {
      info,
      metrics: metrics.get(info.runId) ?? [],
      params: params.get(info.runId) ?? [],
      tags: tags.get(info.runId) ?? [],
      datasetInputs: datasets.get(info.runId) ?? [],
      modelInputs: edges.filter((edge) => edge.kind === "RUN_INPUT").map((edge) => edge.modelId),
      modelOutputs: edges.filter((edge) => edge.kind === "RUN_OUTPUT"),
    };
  });
}

const WANTED = "(SELECT value FROM json_each(?))";

function readLatestMetrics(database: Database, ids: string): Map<string, Metric[]> {
  const rows = listsInt64<[string, string, number, Int64, Int64, 0 | 1]>(
    database,
    [3, 4],
    `SELECT run_uuid, key, value, timestamp, step, is_nan
       FROM latest_metrics WHERE run_uuid IN ${WANTED}`,
    [ids],
  );
  return groupRows(
    rows,
    ([runId]) => runId,
    ([, key, value, timestamp, step, isNan]) => ({ key, value, timestamp, step, isNan }),
  );
}

function readKeyValues(database: Database, table: "params" | "tags", ids: string) {
  const rows = database.lists<[string, string, string]>(
    `SELECT run_uuid, key, value FROM ${table} WHERE run_uuid IN ${WANTED}`,
    [ids],
  );
  return groupRows(
    rows,
    ([runId]) => runId,
    ([, key, value]): KeyValue => ({ key, value }),
  );
}

/** The datasets of each run; one that is an input twice is shown once, with all of its tags. */
function readDatasetInputs(database: Database, ids: string): Map<string, DatasetInput[]> {
  const rows = database.all<OfRun<DatasetRow>>(
    `SELECT inputs.destination_id AS runId, inputs.input_uuid AS inputId, name, digest,
            dataset_source_type AS sourceType, dataset_source AS source,
            dataset_schema AS schema, dataset_profile AS profile
       FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id
      WHERE inputs.destination_type = 'RUN' AND inputs.destination_id IN ${WANTED}`,
    [ids],
  );
  if (rows.length === 0) return new Map();
  const tags = groupRows(
    database.all<KeyValue & { inputId: string }>(
      `SELECT input_uuid AS inputId, name AS key, value FROM input_tags
        WHERE input_uuid IN ${WANTED}`,
      [JSON.stringify(rows.map((row) => row.inputId))],
    ),
    (tag) => tag.inputId,
  );
  const inputs = rows.map((row) => ({ ...row, tags: tags.get(row.inputId) ?? [] }));
  return groupRows(inputs, (input) => input.runId);
}

function readModelEdges(database: Database, ids: string) {
  return allInt64<OfRun<ModelOutput> & { readonly kind: "RUN_INPUT" | "RUN_OUTPUT" }>(
    database,
    ["step"],
    `SELECT source_id AS runId, source_type AS kind, destination_id AS modelId, step
       FROM inputs
      WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id IN ${WANTED}
        AND destination_type IN ('MODEL_INPUT', 'MODEL_OUTPUT')`,
    [ids],
  );
}
