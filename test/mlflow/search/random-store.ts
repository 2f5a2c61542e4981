/**
 * A small tracking database with something of everything that can be searched, and random searches
 * that find some of it. Seeded; MLflow can open and search the same file.
 */
import type { Rng } from "../../../src/core/rng.ts";
import type { Database, SqlValue } from "../../../src/core/store/index.ts";
import type { LoggedModelOrder } from "../../../src/mlflow/search/logged-models.ts";

export type Entity =
  | "runs"
  | "experiments"
  | "models"
  | "versions"
  | "traces"
  | "logged"
  | "datasets";

/** A search as both sides understand it. */
export interface RandomSearch {
  entity: Entity;
  filter: string;
  orderBy: string[] | LoggedModelOrder[];
  /** Only for logged models. */
  datasets?: { dataset_name: string; dataset_digest?: string }[];
}

type Row = Record<string, SqlValue>;

/** Fills a fresh database. */
export function fillRandomStore(database: Database, rng: Rng): void {
  const put = (table: string, row: Row): void => {
    const names = Object.keys(row);
    const places = names.map((name) => `@${name}`).join(", ");
    database.run(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places})`, row);
  };
  database.transaction(() => {
    for (let id = 1; id <= 8; id++) putExperiment(put, rng, id);
    for (let number = 0; number < 60; number++) putRun(put, rng, number);
    for (let number = 0; number < 6; number++) putModel(put, rng, number);
    for (let number = 0; number < 50; number++) putTrace(put, rng, number);
    for (let number = 0; number < 25; number++) putLoggedModel(put, rng, number);
    for (let number = 0; number < 12; number++) putDataset(put, rng, number);
  });
}

type Put = (table: string, row: Row) => void;

const WORDS = ["red", "Red", "blue", "it's", "50%", "a_b", "ünï", ""];

function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.int(items.length)]!;
}

function hex(rng: Rng): string {
  return Array.from({ length: 4 }, () =>
    rng
      .int(2 ** 32)
      .toString(16)
      .padStart(8, "0"),
  ).join("");
}

function putExperiment(put: Put, rng: Rng, id: number): void {
  const time = 100 + rng.int(4);
  put("experiments", {
    experiment_id: id,
    name: `${pick(["exp", "Exp", "other"], rng)}-${id}`,
    artifact_location: `mlflow-artifacts:/${id}`,
    lifecycle_stage: "active",
    creation_time: time,
    last_update_time: time + rng.int(3),
  });
  if (rng.int(3) > 0)
    put("experiment_tags", { experiment_id: id, key: "team", value: pick(WORDS, rng) });
}

function putRun(put: Put, rng: Rng, number: number): void {
  const run = hex(rng);
  const start = 1000 + rng.int(12);
  put("runs", {
    run_uuid: run,
    name: `run-${rng.int(9)}`,
    source_type: "LOCAL",
    source_name: "",
    entry_point_name: "",
    user_id: pick(["ann", "bob"], rng),
    status: pick(["FINISHED", "FAILED", "RUNNING"], rng),
    start_time: start,
    end_time: rng.int(3) === 0 ? null : start + rng.int(50),
    source_version: "",
    lifecycle_stage: rng.int(9) === 0 ? "deleted" : "active",
    artifact_uri: `mlflow-artifacts:/1/${run}`,
    experiment_id: 1 + rng.int(2),
  });
  put("tags", { key: "mlflow.runName", value: `run-${rng.int(9)}`, run_uuid: run });
  for (const key of ["stage", "a b"]) {
    if (rng.int(3) > 0) put("tags", { key, value: pick(WORDS, rng), run_uuid: run });
  }
  for (const key of ["lr", "opt"]) {
    if (rng.int(4) > 0)
      put("params", { key, value: pick(["0.1", "0.01", "adam", "Adam"], rng), run_uuid: run });
  }
  for (const key of ["loss", "acc"]) {
    if (rng.int(4) === 0) continue;
    const isNan = rng.int(6) === 0;
    const value = isNan ? 0 : pick([-1, 0, 0.5, 0.25, 3, Number.MAX_VALUE], rng);
    put("latest_metrics", {
      key,
      value,
      timestamp: 1,
      step: 0,
      is_nan: isNan ? 1 : 0,
      run_uuid: run,
    });
  }
  if (rng.int(2) === 0) putInput(put, rng, run, number);
}

function putInput(put: Put, rng: Rng, run: string, number: number): void {
  const dataset = `d${number}`;
  put("datasets", {
    dataset_uuid: dataset,
    experiment_id: 1,
    name: pick(["iris", "nods", "mnist"], rng),
    digest: `q${number}`,
    dataset_source_type: "local",
    dataset_source: "{}",
  });
  put("inputs", {
    input_uuid: `i${number}`,
    source_type: "DATASET",
    source_id: dataset,
    destination_type: "RUN",
    destination_id: run,
  });
  if (rng.int(2) === 0) {
    const value = pick(["training", "eval"], rng);
    put("input_tags", { input_uuid: `i${number}`, name: "mlflow.data.context", value });
  }
}

function putModel(put: Put, rng: Rng, number: number): void {
  const name = `${pick(["net", "Net", "tree"], rng)}-${number}`;
  const time = 10 + rng.int(3);
  const isPrompt = number % 3 === 0;
  put("registered_models", { name, creation_time: time, last_updated_time: time + rng.int(2) });
  if (isPrompt)
    put("registered_model_tags", { name, key: "mlflow.prompt.is_prompt", value: "true" });
  if (rng.int(2) === 0)
    put("registered_model_tags", { name, key: "tier", value: pick(WORDS, rng) });
  for (let version = 1; version <= 4; version++) {
    put("model_versions", {
      name,
      version,
      creation_time: time,
      last_updated_time: time + rng.int(2),
      current_stage: rng.int(6) === 0 ? "Deleted_Internal" : "None",
      source: `s3://bucket/${name}`,
      run_id: rng.int(2) === 0 ? null : pick(["ra", "rb", "12"], rng),
      status: "READY",
    });
    const tag = { name, version };
    if (isPrompt)
      put("model_version_tags", { ...tag, key: "mlflow.prompt.is_prompt", value: "true" });
    if (rng.int(2) === 0)
      put("model_version_tags", { ...tag, key: "tier", value: pick(WORDS, rng) });
  }
}

function putTrace(put: Put, rng: Rng, number: number): void {
  const trace = `tr-${number}-${rng.int(1000)}`;
  put("trace_info", {
    request_id: trace,
    experiment_id: 1,
    timestamp_ms: 1000 + rng.int(20),
    execution_time_ms: rng.int(5) === 0 ? null : rng.int(40),
    status: pick(["OK", "ERROR", "IN_PROGRESS"], rng),
    client_request_id: rng.int(2) === 0 ? null : `c-${rng.int(4)}`,
  });
  for (const key of ["mlflow.traceName", "env"]) {
    const value = pick(["predict", "Predict", ...WORDS], rng);
    if (rng.int(3) > 0) put("trace_tags", { request_id: trace, key, value });
  }
  for (const key of ["mlflow.sourceRun", "mlflow.trace.session"]) {
    const value = pick(["r1", "r2", "s1"], rng);
    if (rng.int(3) > 0) put("trace_request_metadata", { request_id: trace, key, value });
  }
  const link = { source_type: "trace", source_id: trace, created_time: 1 };
  if (rng.int(5) === 0) {
    put("entity_associations", {
      ...link,
      association_id: `r${number}`,
      destination_type: "run",
      destination_id: pick(["r1", "r2"], rng),
    });
  }
  if (rng.int(5) === 0) {
    put("entity_associations", {
      ...link,
      association_id: `p${number}`,
      destination_type: "prompt_version",
      destination_id: pick(["greet/1", "greet/2"], rng),
    });
  }
  for (let span = rng.int(3); span > 0; span--) putSpan(put, rng, trace, span);
  for (let index = rng.int(3); index > 0; index--) putAssessment(put, rng, trace, index);
}

function putSpan(put: Put, rng: Rng, trace: string, span: number): void {
  const value = JSON.stringify(pick(["5", "gpt-4", "blue"], rng));
  put("spans", {
    trace_id: trace,
    experiment_id: 1,
    span_id: `s${span}`,
    name: pick(["llm", "tool", "LLM"], rng),
    type: pick(["CHAT", "TOOL"], rng),
    status: pick(["OK", "ERROR"], rng),
    start_time_unix_nano: 1,
    end_time_unix_nano: 2,
    content: `{"name": "x", "attributes": {"model": ${JSON.stringify(value)}}}`,
  });
}

function putAssessment(put: Put, rng: Rng, trace: string, index: number): void {
  const type = pick(["feedback", "expectation", "issue"], rng);
  const value = pick(["true", '"kind"', '"caf\\u00e9"', "5"], rng);
  put("assessments", {
    assessment_id: `${trace}-${index}`,
    trace_id: trace,
    name: pick(["correct", "tone"], rng),
    assessment_type: type,
    value: type === "issue" ? '{"issue_name": "x"}' : value,
    created_timestamp: 1,
    last_updated_timestamp: 1,
    source_type: "HUMAN",
    source_id: "ann",
    valid: rng.int(5) === 0 ? 0 : 1,
    assessment_metadata: rng.int(2) === 0 ? null : '{"mlflow.trace.session": "s1"}',
  });
}

function putLoggedModel(put: Put, rng: Rng, number: number): void {
  const model = `m-${String(rng.int(1000)).padStart(3, "0")}-${number}`;
  put("logged_models", {
    model_id: model,
    experiment_id: 1,
    name: pick(["net", "Net", "tree"], rng),
    artifact_location: "mlflow-artifacts:/1",
    creation_timestamp_ms: number,
    last_updated_timestamp_ms: rng.int(5),
    status: 2,
    lifecycle_stage: rng.int(8) === 0 ? "deleted" : "active",
    model_type: rng.int(3) === 0 ? null : pick(["dt", "nn"], rng),
  });
  const base = { model_id: model, experiment_id: 1 };
  if (rng.int(2) === 0)
    put("logged_model_params", { ...base, param_key: "lr", param_value: pick(["0.1", "1"], rng) });
  if (rng.int(2) === 0)
    put("logged_model_tags", { ...base, tag_key: "owner", tag_value: pick(WORDS, rng) });
  for (let point = rng.int(4); point > 0; point--) {
    put("runs", {
      run_uuid: `lm${number}${point}`,
      experiment_id: 3,
      lifecycle_stage: "active",
      source_type: "LOCAL",
      status: "FINISHED",
    });
    const dataset = rng.int(2) === 0 ? null : pick(["iris", "mnist"], rng);
    put("logged_model_metrics", {
      ...base,
      metric_name: "acc",
      metric_timestamp_ms: point,
      metric_step: 0,
      metric_value: rng.int(5) / 4,
      run_id: `lm${number}${point}`,
      dataset_name: dataset,
      dataset_digest: dataset === null ? null : "q1",
    });
  }
}

function putDataset(put: Put, rng: Rng, number: number): void {
  put("evaluation_datasets", {
    dataset_id: `d-${String(rng.int(1000)).padStart(3, "0")}-${number}`,
    name: pick(["evals", "Evals", "other"], rng),
    digest: "x",
    created_time: rng.int(6),
    last_update_time: rng.int(3),
    created_by: pick(["ann", "bob"], rng),
  });
}

const TEXTS = [
  "= 'red'",
  "!= 'red'",
  "LIKE 'r%'",
  "ILIKE 'RED'",
  "LIKE '%_b'",
  "ILIKE '50\\%'",
  "= ''",
  "= 'it''s'",
  '= "it\'s"',
  "LIKE '%'",
];
const NULLS = ["IS NULL", "IS NOT NULL"];
const NUMBERS = ["> 0", ">= 0.5", "= 0", "!= 0", "< 1e3", "<= -1", "> 1e300", "= .25"];
const TIMES = ["> 1005", "<= 1005", "= 1003", "!= 1003", ">= 1001.5"];

/** What can be asked of each entity: a key, and what may stand behind it. */
export const CLAUSES: Record<Entity, readonly (readonly [string, readonly string[]])[]> = {
  runs: [
    ["metrics.loss", NUMBERS],
    ["metric.`acc`", NUMBERS],
    ["params.lr", ["= '0.1'", "!= '0.1'", "LIKE '0.%'", ...NULLS]],
    ["param.opt", ["= 'adam'", "ILIKE 'ADAM'", "LIKE 'a%'", ...NULLS]],
    ["tags.stage", [...TEXTS, ...NULLS]],
    ['tag."a b"', [...TEXTS, ...NULLS]],
    ["status", ["= 'FINISHED'", "!= 'FAILED'", "LIKE 'F%'", "ilike 'failed'"]],
    ["attributes.start_time", TIMES],
    ["end_time", TIMES],
    ["run_name", ["= 'run-1'", "!= 'run-1'", "LIKE 'run-%'"]],
    ["user_id", ["= 'ann'"]],
    [
      "dataset.name",
      ["= 'iris'", "!= 'iris'", "LIKE 'n%'", "IN ('iris', 'nods')", "NOT IN ('iris')"],
    ],
    ["dataset.context", ["= 'training'", "!= 'training'", "IN ('eval')"]],
  ],
  experiments: [
    ["name", ["LIKE 'exp%'", "ILIKE 'exp%'", "!= 'exp-1'", "= 'exp-2'"]],
    ["attribute.creation_time", ["> 101", "<= 101", "= 102"]],
    ["tags.team", [...TEXTS, ...NULLS]],
  ],
  models: [
    ["name", ["LIKE 'net%'", "ILIKE 'net%'", "!= 'net-1'"]],
    ["tags.tier", TEXTS],
    ["tags.`mlflow.prompt.is_prompt`", ["= 'true'", "!= 'true'", "= 'false'", "!= 'False'"]],
  ],
  versions: [
    ["name", ["LIKE 'net%'", "ILIKE 'net%'"]],
    ["version_number", ["> 1", "= 2", "!= 3", "= '2'"]],
    ["run_id", ["= 'ra'", "!= 'ra'", "IN ('ra', 'rb')", "IN ('12')", "LIKE 'r%'"]],
    ["tags.tier", TEXTS],
    ["tags.`mlflow.prompt.is_prompt`", ["= 'true'", "!= 'true'"]],
  ],
  traces: [
    ["status", ["= 'OK'", "!= 'OK'", "IN ('OK', 'ERROR')", "NOT IN ('OK')", "RLIKE '^E'"]],
    ["timestamp_ms", TIMES],
    ["timestamp", ["> 1005", "<= 1010"]],
    ["execution_time", ["> 20", "<= 20", "!= 3"]],
    ["attributes.end_time", ["> 1020", "<= 1020.5", "= 1015"]],
    ["client_request_id", ["= 'c-1'", "!= 'c-1'", "ILIKE 'C-%'"]],
    ["trace.name", ["= 'predict'", "ILIKE 'pre%'", "RLIKE 'p.*t$'", "!= 'red'"]],
    ["tags.env", [...TEXTS, ...NULLS, "RLIKE '[rR]ed'", "RLIKE '('"]],
    ["run_id", ["= 'r1'", "!= 'r1'"]],
    ["metadata.`mlflow.trace.session`", ["= 's1'", ...NULLS]],
    ["prompt", ["= 'greet/1'"]],
    ["span.name", ["= 'llm'", "!= 'llm'", "ILIKE 'LLM'", "IN ('llm', 'tool')"]],
    ["span.status", ["= 'ERROR'", "= 'OK'"]],
    [
      "span.attributes.model",
      ["LIKE '%gpt%'", "ILIKE '%BLUE%'", "RLIKE '^gpt'", "RLIKE '5$'", "= 'blue'"],
    ],
    ["trace.text", ["LIKE '%gpt%'", "ILIKE '%BLUE%'"]],
    ["feedback.correct", ["= 'true'", "!= 'true'", "LIKE '%n%'", ...NULLS]],
    ["expectation.tone", ["= 'kind'", "= 'café'", "!= '5'", "RLIKE '^.k'", ...NULLS]],
    ["issue.id", ["= 'tone'"]],
  ],
  logged: [
    ["metrics.acc", ["> 0.5", "<= 0.5", "= 1", "!= 0"]],
    ["params.lr", ["= '0.1'", "!= '0.1'", "IN ('1', '2')"]],
    ["tags.owner", ["= 'red'", "LIKE '%d'", "ILIKE 'RED'", "NOT IN ('red')"]],
    ["name", ["= 'net'", "ILIKE 'net'", "!= 'tree'"]],
    ["model_type", ["= 'dt'", "!= 'dt'"]],
    ["creation_timestamp", ["> 10", "<= 10"]],
  ],
  datasets: [
    ["name", ["= 'evals'", "LIKE 'e%'", "ILIKE 'e%'", "> 'f'"]],
    ["created_time", ["> 2", "!= 3"]],
    ["created_by", ["= 'ann'"]],
  ],
};

const ORDERS: Record<Entity, readonly string[]> = {
  runs: "metrics.loss metrics.acc params.lr tags.stage start_time end_time status run_name attributes.run_id".split(
    " ",
  ),
  experiments: "name creation_time last_update_time experiment_id".split(" "),
  models: "name timestamp".split(" "),
  versions: "name version_number creation_timestamp last_updated_timestamp".split(" "),
  traces: "timestamp execution_time status trace.name tags.env run_id request_id".split(" "),
  logged: [],
  datasets: "name created_time last_update_time".split(" "),
};

/** A random search of one entity: up to three clauses, up to two terms to order by. */
export function randomSearch(entity: Entity, rng: Rng): RandomSearch {
  const clauses = Array.from({ length: rng.int(4) }, () => {
    const [key, rests] = pick(CLAUSES[entity], rng);
    return `${key} ${pick(rests, rng)}`;
  });
  const orders = [...ORDERS[entity]];
  const terms = Array.from({ length: orders.length === 0 ? 0 : rng.int(3) }, () => {
    const [term] = orders.splice(rng.int(orders.length), 1);
    return term! + pick(["", " ASC", " DESC"], rng);
  });
  const search: RandomSearch = { entity, filter: clauses.join(" AND "), orderBy: terms };
  if (entity === "logged") search.orderBy = randomModelOrder(rng);
  if (entity === "logged" && rng.int(3) === 0) {
    search.datasets = [
      { dataset_name: "iris" },
      ...(rng.int(2) === 0 ? [] : [{ dataset_name: "mnist", dataset_digest: "q1" }]),
    ];
  }
  return search;
}

function randomModelOrder(rng: Rng): LoggedModelOrder[] {
  const metric = { field_name: "metrics.acc", ascending: rng.int(2) === 0 };
  return [
    ...(rng.int(2) === 0 ? [metric] : []),
    ...(rng.int(3) === 0 ? [{ ...metric, dataset_name: "iris" }] : []),
    ...(rng.int(2) === 0
      ? [{ field_name: pick(["name", "model_type"], rng), ascending: true }]
      : []),
  ];
}
