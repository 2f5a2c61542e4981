/** What a client gives back: runs, experiments and models in plain objects, parsed from answers. */
import type { ExactJson } from "../../core/json/index.ts";
import { isJsonObject } from "../../core/json/index.ts";
import type { Int64 } from "../wire/fields.ts";
import type { WireAnswer } from "./transport.ts";

/** An experiment: runs and traces on one question. */
export interface ExperimentEntity {
  experimentId: string;
  name: string;
  artifactLocation: string;
  lifecycleStage: "active" | "deleted";
  createdAtMs: number | null;
  updatedAtMs: number | null;
  tags: Record<string, string>;
}

/** How a run stands. */
export type RunStatusName = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

/** One logged value of a metric. */
export interface MetricPoint {
  key: string;
  value: number;
  timestamp: Int64;
  step: Int64;
}

/** A run with the latest of all that was logged. */
export interface RunEntity {
  runId: string;
  name: string;
  experimentId: string;
  userId: string;
  status: RunStatusName;
  startedAtMs: number | null;
  endedAtMs: number | null;
  artifactUri: string;
  lifecycleStage: "active" | "deleted";
  /** The latest value of each metric. */
  metrics: Record<string, MetricPoint>;
  params: Record<string, string>;
  tags: Record<string, string>;
  datasets: { name: string; digest: string; context: string | null }[];
  modelIds: string[];
}

/** A name of the registry with its newest versions. */
export interface RegisteredModelEntity {
  name: string;
  description: string;
  createdAtMs: number | null;
  updatedAtMs: number | null;
  tags: Record<string, string>;
  /** Version by alias. */
  aliases: Record<string, string>;
  latestVersions: ModelVersionEntity[];
}

/** One version of a registered model. */
export interface ModelVersionEntity {
  name: string;
  version: string;
  stage: string;
  status: string;
  description: string;
  source: string;
  runId: string;
  createdAtMs: number | null;
  updatedAtMs: number | null;
  aliases: string[];
  tags: Record<string, string>;
}

/** A file or folder in the listing of a run. */
export interface ArtifactEntry {
  path: string;
  isDirectory: boolean;
  sizeBytes: number;
}

/** A page of a search. */
export interface Page<T> {
  items: T[];
  /** For the next page; null on the last one. */
  nextPageToken: string | null;
}

/** @internal An experiment of an answer. */
export function toExperiment(wire: WireAnswer): ExperimentEntity {
  return {
    experimentId: text(wire.experiment_id),
    name: text(wire.name),
    artifactLocation: text(wire.artifact_location),
    lifecycleStage: text(wire.lifecycle_stage) === "deleted" ? "deleted" : "active",
    createdAtMs: timeOf(wire.creation_time),
    updatedAtMs: timeOf(wire.last_update_time),
    tags: toMap(wire.tags),
  };
}

/** @internal A run of an answer. */
export function toRun(wire: WireAnswer): RunEntity {
  const info = object(wire.info);
  const data = object(wire.data);
  const inputs = object(wire.inputs);
  const metrics = list(data.metrics).map(toMetric);
  return {
    runId: text(info.run_id),
    name: text(info.run_name),
    experimentId: text(info.experiment_id),
    userId: text(info.user_id),
    status: text(info.status) as RunStatusName,
    startedAtMs: timeOf(info.start_time),
    endedAtMs: timeOf(info.end_time),
    artifactUri: text(info.artifact_uri),
    lifecycleStage: text(info.lifecycle_stage) === "deleted" ? "deleted" : "active",
    metrics: Object.fromEntries(metrics.map((metric) => [metric.key, metric])),
    params: toMap(data.params),
    tags: toMap(data.tags),
    datasets: list(inputs.dataset_inputs).map(toDatasetUse),
    modelIds: list(object(wire.outputs).model_outputs).map((output) => text(output.model_id)),
  };
}

/** @internal A metric of an answer. */
export function toMetric(wire: WireAnswer): MetricPoint {
  return {
    key: text(wire.key),
    value: numberOf(wire.value),
    timestamp: int64(wire.timestamp),
    step: int64(wire.step),
  };
}

/** @internal A registered model of an answer. */
export function toRegisteredModel(wire: WireAnswer): RegisteredModelEntity {
  return {
    name: text(wire.name),
    description: text(wire.description),
    createdAtMs: timeOf(wire.creation_timestamp),
    updatedAtMs: timeOf(wire.last_updated_timestamp),
    tags: toMap(wire.tags),
    aliases: Object.fromEntries(
      list(wire.aliases).map((entry) => [text(entry.alias), text(entry.version)]),
    ),
    latestVersions: list(wire.latest_versions).map(toModelVersion),
  };
}

/** @internal A model version of an answer. */
export function toModelVersion(wire: WireAnswer): ModelVersionEntity {
  return {
    name: text(wire.name),
    version: text(wire.version),
    stage: text(wire.current_stage),
    status: text(wire.status),
    description: text(wire.description),
    source: text(wire.source),
    runId: text(wire.run_id),
    createdAtMs: timeOf(wire.creation_timestamp),
    updatedAtMs: timeOf(wire.last_updated_timestamp),
    aliases: Array.isArray(wire.aliases) ? wire.aliases.map(text) : [],
    tags: toMap(wire.tags),
  };
}

/** @internal A listed file of an answer. */
export function toArtifact(wire: WireAnswer): ArtifactEntry {
  const sizeBytes = Number(int64(wire.file_size));
  return { path: text(wire.path), isDirectory: wire.is_dir === true, sizeBytes };
}

/** @internal A page of an answer whose items are under `key`. */
export function toPage<T>(
  answer: WireAnswer,
  key: string,
  toItem: (wire: WireAnswer) => T,
): Page<T> {
  const token = text(answer.next_page_token);
  return { items: list(answer[key]).map(toItem), nextPageToken: token === "" ? null : token };
}

/** @internal The object a field holds; empty when it holds none. */
export function object(value: ExactJson | undefined): WireAnswer {
  return isJsonObject(value) ? value : {};
}

/** @internal The objects a repeated field holds. */
export function list(value: ExactJson | undefined): WireAnswer[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** @internal `[{key, value}]`, or an object, as a map. */
export function toMap(value: ExactJson | undefined): Record<string, string> {
  const pairs = isJsonObject(value)
    ? Object.entries(value).map(([key, item]) => [key, text(item)] as const)
    : list(value).map((pair) => [text(pair.key), text(pair.value)] as const);
  return Object.fromEntries(pairs);
}

/** @internal A text field; empty when missing. */
export function text(value: ExactJson | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}

function toDatasetUse(wire: WireAnswer) {
  const dataset = object(wire.dataset);
  const context = toMap(wire.tags)["mlflow.data.context"] ?? null;
  return { name: text(dataset.name), digest: text(dataset.digest), context };
}

function int64(value: ExactJson | undefined): Int64 {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value) : 0;
}

function timeOf(value: ExactJson | undefined): number | null {
  const atMs = Number(int64(value));
  return atMs === 0 ? null : atMs;
}

function numberOf(value: ExactJson | undefined): number {
  return typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
}
