/** The searches of everything but runs, on a few rows each. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Database, SqlValue } from "../../../src/core/store/index.ts";
import { openTrackingDatabase } from "../../../src/mlflow/schema/open.ts";
import { buildDatasetQuery } from "../../../src/mlflow/search/dataset-query.ts";
import { buildExperimentQuery } from "../../../src/mlflow/search/experiment-query.ts";
import { buildLoggedModelQuery } from "../../../src/mlflow/search/logged-model-query.ts";
import { type PageQuery, readPage } from "../../../src/mlflow/search/page.ts";
import { defineRegexp } from "../../../src/mlflow/search/regexp.ts";
import { buildModelQuery, buildVersionQuery } from "../../../src/mlflow/search/registry-query.ts";
import { buildTraceQuery } from "../../../src/mlflow/search/trace-query.ts";

let database: Database;

beforeAll(() => {
  database = openTrackingDatabase("sqlite:///:memory:", { cwd: "." });
  defineRegexp(database);
  fillExperiments();
  fillRegistry();
  fillTraces();
  fillLoggedModels();
  fillDatasets();
});
afterAll(() => database.close());

function insert(table: string, ...rows: Record<string, SqlValue>[]): void {
  for (const row of rows) {
    const names = Object.keys(row);
    const places = names.map((name) => `@${name}`).join(", ");
    database.run(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places})`, row);
  }
}

/** The names of every page, joined; pages are told apart by `/`. */
function walk(build: (pageToken: string | null) => PageQuery, column: string): string {
  const pages: string[] = [];
  let token: string | null = null;
  do {
    const page: { rows: Record<string, SqlValue>[]; nextPageToken: string | null } = readPage(
      database,
      build(token),
    );
    pages.push(page.rows.map((row) => row[column]).join(" "));
    token = page.nextPageToken;
  } while (token !== null);
  return pages.join(" / ");
}

function fillExperiments(): void {
  for (const [id, name, time, stage] of [
    [1, "alpha", 30, "active"],
    [2, "Beta", 20, "active"],
    [3, "gamma", 20, "deleted"],
  ] as const) {
    insert("experiments", {
      experiment_id: id,
      name,
      lifecycle_stage: stage,
      creation_time: time,
      last_update_time: null,
    });
  }
  database.run("UPDATE experiments SET creation_time = 10 WHERE experiment_id = 0");
  insert("experiment_tags", { experiment_id: 2, key: "team", value: "blue" });
}

it.each([
  ["", [], "ACTIVE_ONLY", "alpha Beta / Default"],
  ["", [], "ALL", "alpha Beta / gamma Default"],
  ["", ["name DESC"], "ACTIVE_ONLY", "alpha Default / Beta"],
  ["", ["last_update_time", "name"], "ALL", "Default Beta / alpha gamma"],
  ["name ILIKE 'b%'", [], "ACTIVE_ONLY", "Beta"],
  ["name LIKE 'b%'", [], "ACTIVE_ONLY", ""],
  ["tags.team != 'red'", [], "ACTIVE_ONLY", "Beta"],
  ["tags.team IS NULL AND creation_time >= 30", [], "ACTIVE_ONLY", "alpha"],
] as const)("experiments %j by %j of %s", (filter, orderBy, viewType, names) => {
  const query = (pageToken: string | null) =>
    buildExperimentQuery({ filter, orderBy, viewType, pageSize: 2, pageToken });
  expect(walk(query, "name")).toBe(names);
});

function fillRegistry(): void {
  for (const [name, time] of [
    ["a", 1],
    ["b", 3],
    ["c", 2],
    ["greet", 4],
  ] as const) {
    insert("registered_models", { name, creation_time: time, last_updated_time: time });
    for (const version of [1, 2, 10]) {
      const stage = name === "c" && version === 2 ? "Deleted_Internal" : "None";
      insert("model_versions", {
        name,
        version,
        creation_time: version,
        last_updated_time: version === 10 ? 9 : 5,
        current_stage: stage,
        run_id: `run${name}`,
        source: `s3://${name}`,
      });
    }
  }
  insert("registered_model_tags", { name: "greet", key: "mlflow.prompt.is_prompt", value: "true" });
  insert("registered_model_tags", { name: "b", key: "tier", value: "gold" });
  for (const version of [1, 2, 10]) {
    insert("model_version_tags", {
      name: "greet",
      version,
      key: "mlflow.prompt.is_prompt",
      value: "true",
    });
  }
  insert("model_version_tags", { name: "b", version: 2, key: "acc", value: "0.9" });
}

it.each([
  ["", [], "a b / c"],
  ["", ["timestamp DESC"], "b c / a"],
  ["tags.tier = 'gold'", [], "b"],
  ["tags.`mlflow.prompt.is_prompt` = 'true'", [], "greet"],
  ["tags.`mlflow.prompt.is_prompt` != 'true' AND name != 'a'", [], "b c"],
])("registered models %j by %j", (filter, orderBy, names) => {
  const query = (pageToken: string | null) =>
    buildModelQuery({ filter, orderBy, pageSize: 2, pageToken });
  expect(walk(query, "name")).toBe(names);
});

it.each([
  ["name = 'c'", [], "c10 c1"],
  ["name = 'greet'", [], ""],
  [
    "name = 'greet' AND tags.`mlflow.prompt.is_prompt` = 'true'",
    ["version_number"],
    "greet1 greet2 greet10",
  ],
  ["version_number > 1 AND run_id IN ('runa', 'runb')", ["name DESC"], "b10 b2 a10 a2"],
  ["tags.acc = '0.9'", [], "b2"],
  ["source_path LIKE 's3://a%'", [], "a10 a2 a1"],
])("model versions %j by %j", (filter, orderBy, names) => {
  const query = (pageToken: string | null) =>
    buildVersionQuery({ filter, orderBy, pageSize: 2, pageToken });
  const rows: string[] = [];
  let token: string | null = null;
  do {
    const page: { rows: { name: string; version: number }[]; nextPageToken: string | null } =
      readPage(database, query(token));
    rows.push(...page.rows.map(({ name, version }) => `${name}${version}`));
    token = page.nextPageToken;
  } while (token !== null);
  expect(rows.join(" ")).toBe(names);
});

function fillTraces(): void {
  const traces = [
    ["t1", 100, 50, "OK"],
    ["t2", 300, null, "ERROR"],
    ["t3", 200, 5000, "OK"],
  ] as const;
  for (const [id, time, took, status] of traces) {
    insert("trace_info", {
      request_id: id,
      experiment_id: 1,
      timestamp_ms: time,
      execution_time_ms: took,
      status,
    });
  }
  insert("trace_tags", { request_id: "t1", key: "mlflow.traceName", value: "predict" });
  insert(
    "trace_request_metadata",
    { request_id: "t2", key: "mlflow.sourceRun", value: "r1" },
    { request_id: "t1", key: "mlflow.trace.session", value: "s" },
    { request_id: "t3", key: "mlflow.trace.session", value: "s" },
  );
  const link = { source_type: "trace", destination_type: "run", created_time: 1 };
  insert("entity_associations", {
    ...link,
    association_id: "1",
    source_id: "t3",
    destination_id: "r1",
  });
  insert("entity_associations", {
    ...link,
    association_id: "2",
    source_id: "t1",
    destination_type: "prompt_version",
    destination_id: "greet/1",
  });
  const span = { experiment_id: 1, start_time_unix_nano: 1, end_time_unix_nano: 2 };
  insert(
    "spans",
    {
      ...span,
      trace_id: "t1",
      span_id: "1",
      name: "llm",
      status: "OK",
      content: '{"n": "\\"5\\""}',
    },
    { ...span, trace_id: "t1", span_id: "2", name: "tool", status: "ERROR", content: "{}" },
  );
  const assessment = {
    created_timestamp: 1,
    last_updated_timestamp: 1,
    source_type: "HUMAN",
    valid: 1,
    assessment_metadata: null,
  };
  insert(
    "assessments",
    {
      ...assessment,
      assessment_id: "1",
      trace_id: "t2",
      name: "ok",
      assessment_type: "feedback",
      value: "true",
    },
    {
      ...assessment,
      assessment_id: "2",
      trace_id: "t2",
      name: "want",
      assessment_type: "expectation",
      value: '"caf\\u00e9"',
    },
    {
      ...assessment,
      assessment_id: "3",
      trace_id: "t1",
      name: "tone",
      assessment_type: "feedback",
      value: '"kind"',
      assessment_metadata: '{"mlflow.trace.session": "s"}',
    },
    {
      ...assessment,
      assessment_id: "4",
      trace_id: "t3",
      name: "is-1",
      assessment_type: "issue",
      value: "",
    },
  );
}

it.each([
  ["", [], "t2 t3 t1"],
  ["", ["timestamp ASC"], "t1 t3 t2"],
  ["", ["execution_time DESC"], "t3 t1 t2"],
  ["", ["end_time"], "t1 t2 t3"],
  ["", ["tags.`mlflow.traceName`"], "t1 t2 t3"],
  ["status = 'OK' AND timestamp > 100", [], "t3"],
  ["end_time_ms < 300", [], "t1"],
  ["name RLIKE '^p.*t$'", [], "t1"],
  ["run_id = 'r1'", [], "t2 t3"],
  ["metadata.`mlflow.sourceRun` != 'x'", [], "t2"],
  ["prompt = 'greet/1'", [], "t1"],
  ["span.name = 'llm' AND span.status = 'OK'", [], "t1"],
  ["span.name = 'llm' AND span.status = 'ERROR'", [], ""],
  ["span.attributes.n LIKE '%5%'", [], "t1"],
  ["span.attributes.n RLIKE '^5$'", [], "t1"],
  ["trace.text ILIKE '%\"N\"%'", [], "t1"],
  ["feedback.ok = 'true'", [], "t2"],
  ["expectation.want = 'café'", [], "t2"],
  ["expectation.want != 'café'", [], ""],
  ["feedback.tone = 'kind'", [], "t3 t1"],
  ["feedback.tone IS NULL", [], "t2"],
  ["feedback.tone IS NOT NULL", [], "t3 t1"],
  ["issue.id = 'is-1'", [], "t3"],
  ["tags.`mlflow.traceName` IS NULL", [], "t2 t3"],
  ["request_id IN ('t1', 't2')", [], "t2 t1"],
])("traces %j by %j", (filter, orderBy, ids) => {
  const query = (pageToken: string | null) =>
    buildTraceQuery({ experimentIds: ["1"], filter, orderBy, pageSize: 2, pageToken });
  // A full last page has a token too: the page behind it is empty.
  const found = walk(query, "request_id");
  expect(found.replaceAll("/", "").split(" ").filter(Boolean).join(" ")).toBe(ids);
});

function fillLoggedModels(): void {
  insert("runs", { run_uuid: "r1", experiment_id: 1, lifecycle_stage: "active", start_time: 1 });
  for (const [id, time] of [
    ["m1", 1],
    ["m2", 2],
    ["m3", 3],
  ] as const) {
    insert("logged_models", {
      model_id: id,
      experiment_id: 1,
      name: `net-${id}`,
      artifact_location: "x",
      creation_timestamp_ms: time,
      last_updated_timestamp_ms: time,
      status: 2,
      lifecycle_stage: "active",
    });
  }
  const metric = { experiment_id: 1, run_id: "r1", metric_name: "acc", metric_step: 0 };
  insert(
    "logged_model_metrics",
    {
      ...metric,
      model_id: "m1",
      metric_timestamp_ms: 1,
      metric_value: 0.9,
      dataset_name: "a",
      dataset_digest: "1",
    },
    { ...metric, model_id: "m1", metric_timestamp_ms: 2, metric_value: 0.1 },
    { ...metric, model_id: "m2", metric_timestamp_ms: 1, metric_value: 0.5, dataset_name: "b" },
  );
  insert("logged_model_params", {
    model_id: "m3",
    experiment_id: 1,
    param_key: "lr",
    param_value: "0.1",
  });
}

it.each([
  ["", [], [], "m3 m2 / m1"],
  ["", [{ field_name: "name" }], [], "m1 m2 / m3"],
  ["", [{ field_name: "metrics.acc", ascending: false }], [], "m2 m1 / m3"],
  ["", [{ field_name: "metrics.acc", ascending: false, dataset_name: "a" }], [], "m1 m3 / m2"],
  ["metrics.acc > 0.4", [], [], "m2 m1"],
  ["metrics.acc > 0.4", [], [{ dataset_name: "a", dataset_digest: "1" }], "m1"],
  ["", [], [{ dataset_name: "b" }], "m2"],
  ["params.lr = '0.1' AND creation_time >= 3", [], [], "m3"],
  ["name LIKE 'net%' AND model_id IN ('m1')", [], [], "m1"],
])("logged models %j by %j on %j", (filter, orderBy, datasets, ids) => {
  const query = (pageToken: string | null) =>
    buildLoggedModelQuery({
      experimentIds: ["1"],
      filter,
      orderBy,
      datasets,
      pageSize: 2,
      pageToken,
    });
  expect(walk(query, "model_id")).toBe(ids);
});

function fillDatasets(): void {
  for (const [id, name, time] of [
    ["d1", "evals", 1],
    ["d2", "Evals", null],
    ["d3", "other", 3],
  ] as const) {
    insert("evaluation_datasets", { dataset_id: id, name, created_time: time });
  }
  insert("evaluation_dataset_tags", { dataset_id: "d3", key: "tier", value: "gold" });
  insert("entity_associations", {
    association_id: "9",
    source_type: "evaluation_dataset",
    source_id: "d1",
    destination_type: "experiment",
    destination_id: "1",
  });
}

it.each([
  ["", [], [], "d3 d1 / d2"],
  ["", ["name ASC"], [], "d2 d1 / d3"],
  ["name LIKE 'e%'", [], [], "d1"],
  ["tags.tier = 'gold'", [], [], "d3"],
  ["", [], ["1", "2"], "d1"],
])("evaluation datasets %j by %j in %j", (filter, orderBy, experimentIds, ids) => {
  const query = (pageToken: string | null) =>
    buildDatasetQuery({ filter, orderBy, experimentIds, pageSize: 2, pageToken });
  expect(walk(query, "dataset_id")).toBe(ids);
});
