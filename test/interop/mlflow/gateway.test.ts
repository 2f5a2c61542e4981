/** The gateway's records in one database: what either server writes, the other reads. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { openDatabase } from "../../../src/core/store/index.ts";
import { readMlflowEnvironment } from "../../../src/mlflow/environment.ts";
import { openSecret } from "../../../src/mlflow/gateway/secret-envelope.ts";
import { startServer } from "../../../src/mlflow/index.ts";
import { findMlflowPython, runPython } from "./python.ts";

const python = findMlflowPython("3.11.1");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-gateway-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Call = (method: string, path: string, payload?: Record<string, unknown>) => Promise<any>;

async function withServer(env: Record<string, string>, work: (call: Call) => Promise<void>) {
  const server = await startServer({
    port: 0,
    backendStoreUri: join(folder, "m.db"),
    artifactsDestination: join(folder, "artifacts"),
    env,
    clock: systemClock,
    cwd: folder,
  });
  const call: Call = async (method, path, payload) => {
    const response = await fetch(`${server.url}/api/3.0/mlflow/${path}`, {
      method,
      ...(payload === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(payload) }),
    });
    expect(response.status, path).toBe(200);
    return response.json();
  };
  await work(call).finally(() => server.close());
}

async function write(call: Call): Promise<void> {
  const { secret } = await call("POST", "gateway/secrets/create", {
    secret_name: "our'sécret",
    secret_value: { api_key: "sk-ours-first" },
    auth_config: { auth_mode: "api_key" },
  });
  const value = { api_key: "sk-ours-ключ-😀", org: 'a"b' };
  await call("POST", "gateway/secrets/update", {
    secret_id: secret.secret_id,
    secret_value: value,
  });
  const { model_definition } = await call("POST", "gateway/model-definitions/create", {
    name: "our-model",
    secret_id: secret.secret_id,
    provider: "openai",
    model_name: "gpt-4o",
  });
  const { model_definition_id } = model_definition;
  const { endpoint } = await call("POST", "gateway/endpoints/create", {
    name: "our-endpoint",
    model_configs: [{ model_definition_id, linkage_type: "PRIMARY", weight: 0.3 }],
    fallback_config: { max_attempts: 4 },
    routing_strategy: "REQUEST_BASED_TRAFFIC_SPLIT",
  });
  const { endpoint_id } = endpoint;
  const bound = { endpoint_id, resource_type: "scorer", resource_id: "bound" };
  await call("POST", "gateway/endpoints/bindings/create", bound);
  await call("POST", "gateway/endpoints/set-tag", { endpoint_id, key: "team", value: "a" });
  await call("POST", "gateway/budgets/create", {
    budget_unit: "USD",
    budget_amount: 0.1,
    duration: { unit: "MONTHS", value: 3 },
    target_scope: "GLOBAL",
    budget_action: "REJECT",
  });
  const judge = { model: "gateway:/our-endpoint", instructions: "rate {{ outputs }}" };
  await call("POST", "scorers/register", {
    experiment_id: "0",
    name: "judge",
    serialized_scorer: JSON.stringify({ name: "judge", instructions_judge_pydantic_data: judge }),
  });
  await call("PUT", "scorers/online-config", {
    experiment_id: "0",
    name: "judge",
    sample_rate: 0.5,
    filter_string: "status = 'OK'",
  });
}

const SEEN_BY_MLFLOW = {
  configs: [
    {
      endpoint_name: "our-endpoint",
      routing_strategy: "REQUEST_BASED_TRAFFIC_SPLIT",
      fallback_config: { strategy: null, max_attempts: 4 },
      models: [
        {
          provider: "openai",
          model_name: "gpt-4o",
          secret_value: { api_key: "sk-ours-ключ-😀", org: 'a"b' },
          auth_config: { auth_mode: "api_key" },
          weight: expect.closeTo(0.3, 6),
          linkage_type: "PRIMARY",
        },
      ],
    },
  ],
  masked: [{ api_key: "sk-...юч-😀", org: "***" }],
  tags: [["team", "a"]],
  experiment: [
    "gateway/our-endpoint",
    { "mlflow.experiment.sourceType": "GATEWAY", "mlflow.experiment.isGateway": "true" },
  ],
  policies: [[0.1, "MONTHS", 3]],
  scorers: [["judge", 0.5, "status = 'OK'"]],
};

async function readTheirs(call: Call): Promise<void> {
  const { endpoints } = await call("GET", "gateway/endpoints/list");
  expect(endpoints[1]).toMatchObject({
    name: "their-endpoint",
    created_by: "them",
    fallback_config: { strategy: "SEQUENTIAL", max_attempts: 2 },
    tags: [{ key: "team", value: "b" }],
    model_mappings: [
      {
        weight: 0.7,
        linkage_type: "FALLBACK",
        fallback_order: 3,
        model_definition: { name: "their-model", secret_name: "theirs", provider: "azure" },
      },
    ],
  });
  const { secrets } = await call("GET", "gateway/secrets/list?provider=azure");
  expect(secrets).toMatchObject([
    {
      masked_values: { api_key: "sk-...ключ", region: "***" },
      auth_config: { auth_mode: "api_key" },
    },
  ]);
  const { budget_policies } = await call("GET", "gateway/budgets/list");
  expect(budget_policies.map((one: { budget_amount: number }) => one.budget_amount).sort()).toEqual(
    [0.1, 12.5],
  );
}

test.skipIf(python === null).each([
  ["its default passphrase", ""],
  ["a passphrase", "of ours, ключ"],
])(
  "secrets, endpoints and budgets are read on both sides with %s",
  { timeout: 300_000 },
  async (_, passphrase) => {
    const env = { MLFLOW_CRYPTO_KEK_PASSPHRASE: passphrase };
    const path = join(folder, "m.db");
    await withServer(env, write);
    const args = [`sqlite:///${path}`, passphrase];
    const printed = runPython(python ?? "", "gateway_store.py", args);
    expect(JSON.parse(printed.trim().split("\n").at(-1) ?? "")).toMatchObject(SEEN_BY_MLFLOW);

    await withServer(env, readTheirs);
    const database = openDatabase(path, { readOnly: true });
    const row = database.get<{
      secretId: string;
      name: string;
      encryptedValue: Buffer;
      wrappedKey: Buffer;
    }>(
      `SELECT secret_id AS secretId, secret_name AS name, encrypted_value AS encryptedValue,
              wrapped_dek AS wrappedKey FROM secrets WHERE secret_name = 'theirs'`,
    );
    database.close();
    if (row === null) throw new Error("MLflow's secret is not there");
    const opened = await openSecret(readMlflowEnvironment(env), row, { ...row, kekVersion: 1 });
    expect(JSON.parse(opened)).toEqual({ api_key: "sk-theirs-ключ", region: "eu" });
  },
);
