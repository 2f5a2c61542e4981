/** Runs of a FileStore with their parameters, tags, metric histories, inputs and outputs. */
import { basename, join } from "node:path";

import { newHexId } from "../../core/ids.ts";
import type { Database } from "../../core/store/index.ts";
import { insertMetrics, type LoggedMetric } from "../store/metrics.ts";
import { readStage } from "./experiment.ts";
import { DamagedEntry, keyOf, listEntries, listFiles, readText, readValues } from "./file-store.ts";
import { hasRow, insertRow } from "./insert-row.ts";
import { type Meta, readMeta } from "./meta.ts";

/** By the number in `meta.yaml`, 1 to 5. */
const STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];
const FLOAT = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|nan)$/i;

/** The experiment's folder and what its id is in the database. */
export interface RunPlace {
  readonly folder: string;
  readonly experimentId: bigint;
}

/** Imports the run in `folder`; false when the database has it. All of it, or nothing. */
export function importRun(database: Database, folder: string, place: RunPlace): boolean {
  const meta = readMeta(join(folder, "meta.yaml"));
  const runId = meta.text("run_id") ?? meta.need("run_uuid");
  if (runId !== basename(folder)) {
    throw new DamagedEntry(meta.path, `names another run, \`${runId}\``);
  }
  const experiment = basename(place.folder);
  if ((meta.text("experiment_id") ?? experiment) !== experiment) {
    throw new DamagedEntry(meta.path, "names another experiment");
  }
  if (hasRow(database, "runs", { run_uuid: runId })) return false;
  const tags = readValues(join(folder, "tags"));
  const runName = new Map(tags).get("mlflow.runName") ?? "";
  database.transaction(() => {
    insertRow(database, "runs", {
      run_uuid: runId,
      name: meta.text("run_name") || meta.text("name") || runName,
      source_type: "UNKNOWN",
      source_name: "",
      entry_point_name: "",
      user_id: meta.text("user_id"),
      status: readStatus(meta),
      start_time: meta.integer("start_time"),
      end_time: meta.integer("end_time"),
      source_version: "",
      lifecycle_stage: readStage(meta),
      artifact_uri: meta.text("artifact_uri"),
      experiment_id: place.experimentId,
      deleted_time: meta.integer("deleted_time"),
    });
    for (const [key, value] of tags) insertRow(database, "tags", { key, value, run_uuid: runId });
    for (const [key, value] of readValues(join(folder, "params"))) {
      insertRow(database, "params", { key, value, run_uuid: runId });
    }
    const metrics = join(folder, "metrics");
    for (const path of listFiles(metrics)) {
      insertMetrics(database, runId, readHistory(path, keyOf(metrics, path)));
    }
    importInputs(database, folder, { runId, ...place });
    importOutputs(database, folder, runId);
  });
  return true;
}

/** One point a line: timestamp, value, step and, of a dataset, its name and digest. */
function readHistory(path: string, key: string): LoggedMetric[] {
  const about = { modelId: "", datasetName: "", datasetDigest: "" };
  return readMetricLines(path).map((fields) => {
    if (![2, 3, 5].includes(fields.length)) throw malformed(path, fields);
    const [timestamp = "", value = "", step = "0"] = fields;
    return {
      key,
      timestamp: readInt64(timestamp, path),
      value: readFloat(value, path),
      step: readInt64(step, path),
      ...about,
    };
  });
}

/** The fields of each line of a metric's file. */
export function readMetricLines(path: string): string[][] {
  const lines = readText(path).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new DamagedEntry(path, "holds no points");
  return lines.map((line) => line.trim().split(" "));
}

/** What is said of a line that is no point. */
export function malformed(path: string, fields: readonly string[]): DamagedEntry {
  return new DamagedEntry(path, `has a malformed line \`${fields.join(" ").slice(0, 80)}\``);
}

/** A 64-bit integer; a number where that loses nothing. */
export function readInt64(text: string, path: string): number | bigint {
  const isInteger = /^[-+]?\d{1,19}$/.test(text);
  if (isInteger && Number.isSafeInteger(Number(text))) return Number(text);
  if (isInteger && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return BigInt(text);
  throw new DamagedEntry(path, `has \`${text.slice(0, 80)}\` where a 64-bit integer belongs`);
}

/** A number as Python prints it, `nan` and `inf` included. */
export function readFloat(text: string, path: string): number {
  if (!FLOAT.test(text)) {
    throw new DamagedEntry(path, `has \`${text.slice(0, 80)}\` where a number belongs`);
  }
  const word = text.toLowerCase();
  if (word.endsWith("nan")) return Number.NaN;
  if (!word.includes("inf")) return Number(text);
  return word.startsWith("-") ? -Infinity : Infinity;
}

function readStatus(meta: Meta): string {
  const status = meta.text("status") ?? "1";
  const name = STATUSES.includes(status) ? status : STATUSES[Number(status) - 1];
  if (name === undefined) throw new DamagedEntry(meta.path, `\`status\` is \`${status}\``);
  return name;
}

function importInputs(database: Database, folder: string, run: RunPlace & { runId: string }): void {
  for (const path of listEntries(join(folder, "inputs"))) {
    const meta = readMeta(join(path, "meta.yaml"));
    const sourceId = meta.need("source_id");
    const input_uuid = newHexId();
    if (meta.text("source_type") === "MODEL") {
      insertRow(database, "inputs", {
        input_uuid,
        source_type: "RUN_INPUT",
        source_id: run.runId,
        destination_type: "MODEL_INPUT",
        destination_id: sourceId,
      });
    } else {
      insertRow(database, "inputs", {
        input_uuid,
        source_type: "DATASET",
        source_id: importDataset(database, run, sourceId),
        destination_type: "RUN",
        destination_id: run.runId,
      });
    }
    const tags = meta.mapping("tags");
    for (const name of tags?.names() ?? []) {
      insertRow(database, "input_tags", { input_uuid, name, value: tags?.text(name) ?? "" });
    }
  }
}

/** The id a dataset of the experiment has in the database, where it is made if it is missing. */
function importDataset(database: Database, place: RunPlace, folderName: string): string {
  const meta = readMeta(join(place.folder, "datasets", basename(folderName), "meta.yaml"));
  const key = {
    experiment_id: place.experimentId,
    name: meta.need("name"),
    digest: meta.need("digest"),
  };
  insertRow(database, "datasets", {
    dataset_uuid: newHexId(),
    ...key,
    dataset_source_type: meta.text("source_type") ?? "",
    dataset_source: meta.text("source") ?? "",
    dataset_schema: meta.text("schema"),
    dataset_profile: meta.text("profile"),
  });
  const row = database.get<{ id: string }>(
    "SELECT dataset_uuid AS id FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
    Object.values(key),
  );
  return row?.id ?? "";
}

function importOutputs(database: Database, folder: string, runId: string): void {
  for (const path of listEntries(join(folder, "outputs"))) {
    const meta = readMeta(join(path, "meta.yaml"));
    insertRow(database, "inputs", {
      input_uuid: newHexId(),
      source_type: "RUN_OUTPUT",
      source_id: runId,
      destination_type: "MODEL_OUTPUT",
      destination_id: basename(path),
      step: meta.integer("step") ?? 0,
    });
  }
}
