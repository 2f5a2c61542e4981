/**
 * What runs hold: newest metrics, parameters, tags, input datasets, input and output models. Read
 * for a whole page of runs at once; the three lists that may be long are printed by SQLite.
 */
import type { Database } from "../../core/store/index.ts";
import type { Int64 } from "../wire/fields.ts";
import type { KeyValue } from "./experiments.ts";
import { metricJson } from "./metric-history.ts";
import { allInt64, groupRows } from "./rows.ts";
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

/** JSON lists as answers show them. */
export interface RunLists {
  readonly metrics: string;
  readonly params: string;
  readonly tags: string;
}

/** A run with everything in it. */
export interface Run extends RunLists {
  readonly info: RunInfo;
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
  const lists = readLists(database, ids);
  const datasets = readDatasetInputs(database, ids);
  const models = groupRows(readModelEdges(database, ids), (row) => row.runId);
  return infos.map((info, index) => {
    const edges = models.get(info.runId) ?? [];
    return {
      info,
      ...(lists[index] as RunLists),
      datasetInputs: datasets.get(info.runId) ?? [],
      modelInputs: edges.filter((edge) => edge.kind === "RUN_INPUT").map((edge) => edge.modelId),
      modelOutputs: edges.filter((edge) => edge.kind === "RUN_OUTPUT"),
    };
  });
}

const WANTED = "(SELECT value FROM json_each(?))";

/** The lists of each run, in the order of `ids`. */
function readLists(database: Database, ids: string): RunLists[] {
  const keyValues = (table: "params" | "tags") =>
    `(SELECT json_group_array(json_object('key', d.key, 'value', coalesce(d.value, '')))
        FROM ${table} d WHERE d.run_uuid = wanted.value)`;
  return database.all<RunLists>(
    `SELECT (SELECT json_group_array(${metricJson("d")})
               FROM latest_metrics d WHERE d.run_uuid = wanted.value) AS metrics,
            ${keyValues("params")} AS params, ${keyValues("tags")} AS tags
       FROM json_each(?) AS wanted`,
    [ids],
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
