/** GraphQL over a server in process: aliases, variables, defaults, limits, errors. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { type RunningServer, startServer } from "../../src/mlflow/index.ts";

let folder: string;
let server: RunningServer;
let runId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-graphql-"));
  server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "mlflow.db"),
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  const { run } = (await post("/api/2.0/mlflow/runs/create", {
    experiment_id: "0",
    run_name: "first",
    start_time: 1_700_000_000_000,
  })) as { run: { info: { run_id: string } } };
  runId = run.info.run_id;
  const metric = { run_id: runId, key: "loss", value: "NaN", timestamp: 5 };
  await post("/api/2.0/mlflow/runs/log-metric", metric);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

const ask = (query: string, variables = {}) => post("/graphql", { query, variables });

test("answers several fields under other names, from variables", async () => {
  const query = `query Get($input: MlflowGetRunInput!) {
    mine: mlflowGetRun(input: $input) {
      run {
        info { runName status startTime endTime }
        data { metrics { key value step } params { key } }
        experiment { name tags { key } }
        modelVersions { name }
      }
      apiError { code }
    }
    found: mlflowSearchRuns(input: { experimentIds: ["0"], runViewType: ACTIVE_ONLY }) {
      runs { info { runId } }
      nextPageToken
    }
  }`;
  expect(await ask(query, { input: { runId } })).toEqual({
    data: {
      mine: {
        run: {
          info: {
            runName: "first",
            status: "RUNNING",
            startTime: "1700000000000",
            endTime: "0",
          },
          data: { metrics: [{ key: "loss", value: null, step: "0" }], params: [] },
          experiment: { name: "Default", tags: [] },
          modelVersions: [],
        },
        apiError: null,
      },
      found: { runs: [{ info: { runId } }], nextPageToken: "" },
    },
    errors: null,
  });
});

test("tells a handler's refusal beside what else was found", async () => {
  const query = `{ a: mlflowGetExperiment(input: {experimentId: "99"}) { experiment { name } }
    b: test(inputString: "x") { output } }`;
  expect(await ask(query)).toEqual({
    data: { a: null, b: { output: "x" } },
    errors: ["No Experiment with id=99 exists"],
  });
});

test("refuses documents that are wrong, deep, wide or endless", async () => {
  const deep = `{ ${"a { ".repeat(11)} b ${"}".repeat(11)} }`;
  const wide = `{ ${Array.from({ length: 11 }, (_, i) => `a${i}: test { output }`).join(" ")} }`;
  const circle = "{ test { ...f } } fragment f on Test { ...f }";
  const long = `{ test { ${"output ".repeat(20_000)} } }`;
  const asked: [string, RegExp][] = [
    ["{", /Syntax Error/],
    ["{ nope }", /Cannot query field 'nope' on type 'Query'/],
    [deep, /maximum depth of 10/],
    [wide, /at most 10 root fields, got 11/],
    [circle, /Cannot spread fragment 'f' within itself/],
    [long, /token/],
  ];
  for (const [query, message] of asked) {
    const answer = (await ask(query)) as { data: unknown; errors: string[] };
    expect(answer.data).toBeNull();
    expect(answer.errors.join()).toMatch(message);
  }
  expect(await post("/graphql", {})).toMatchObject({ error_code: "INVALID_PARAMETER_VALUE" });
});
