/** The AI gateway's records over HTTP: what is kept, what is refused, and that nothing is a 5xx. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROUTES } from "../../../src/mlflow/routes/index.ts";
import { type ApiRoute, pathsOf } from "../../../src/mlflow/routes/route.ts";
import { type Answer, type Served, serve } from "./serve.ts";

let served: Served;
beforeAll(async () => {
  served = await serve({ MLFLOW_CRYPTO_KEK_PASSPHRASE: "of the test" });
});
afterAll(() => served.close());

type Payload = Record<string, unknown>;

async function send(method: string, path: string, payload: Payload = {}): Promise<Answer> {
  const isGet = method === "GET";
  const query = new URLSearchParams(isGet ? (payload as Record<string, string>) : {});
  const response = await fetch(`${served.url}${path}?${query}`, {
    method,
    ...(isGet
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(payload) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

const call = (method: string, path: string, payload?: Payload) =>
  send(method, `/api/3.0/mlflow/gateway/${path}`, payload);
const ask = (path: string, payload?: Payload) =>
  send("GET", `/ajax-api/3.0/mlflow/gateway/${path}`, payload);

async function makeDefinition(name: string): Promise<string> {
  const secret = { secret_name: `${name}-key`, secret_value: { api_key: "sk-123456789" } };
  const { body: made } = await call("POST", "secrets/create", secret);
  const definition = { name, secret_id: made.secret.secret_id, provider: "openai" };
  const { body } = await call("POST", "model-definitions/create", {
    ...definition,
    model_name: "gpt-4o",
  });
  return body.model_definition.model_definition_id;
}

const primary = (id: string) => ({ model_definition_id: id, linkage_type: "PRIMARY" });

test("a secret shows its ends only, keeps its name and can be replaced", async () => {
  const { body } = await call("POST", "secrets/create", {
    secret_name: "mine",
    secret_value: { api_key: "sk-abcdefgh", region: "eu" },
    auth_config: { auth_mode: "api_key" },
    created_by: "ann",
  });
  const { secret } = body;
  expect(secret).toMatchObject({
    secret_id: expect.stringMatching(/^s-[0-9a-f]{32}$/),
    masked_values: { api_key: "sk-...efgh", region: "***" },
    auth_config: { auth_mode: "api_key" },
    last_updated_by: "ann",
  });
  const changed = await call("POST", "secrets/update", {
    secret_id: secret.secret_id,
    secret_value: { token: "another-value" },
  });
  expect(changed.body.secret).toMatchObject({
    masked_values: { token: "ano...alue" },
    auth_config: { auth_mode: "api_key" },
  });
  expect(changed.body.secret.last_updated_by).toBeUndefined();
  expect(await call("POST", "secrets/create", { secret_name: "mine" })).toEqual({
    status: 400,
    body: {
      error_code: "RESOURCE_ALREADY_EXISTS",
      message: "Secret with name 'mine' already exists",
    },
  });
  const large = await call("POST", "secrets/create", {
    secret_name: "large",
    secret_value: { api_key: "x".repeat(65_537) },
  });
  expect(large.status).toBe(400);
  expect((await call("DELETE", "secrets/delete", { secret_id: secret.secret_id })).status).toBe(
    200,
  );
  expect((await call("GET", "secrets/get", { secret_id: secret.secret_id })).status).toBe(404);
});

test("an endpoint has models, an experiment for its traces, tags and bindings", async () => {
  const [first, second] = [await makeDefinition("one"), await makeDefinition("two")];
  const { body } = await call("POST", "endpoints/create", {
    name: "chat",
    model_configs: [
      { ...primary(first), weight: 0.7 },
      { model_definition_id: second, linkage_type: "FALLBACK", fallback_order: 0 },
    ],
    fallback_config: { strategy: "SEQUENTIAL", max_attempts: 2 },
  });
  const { endpoint } = body;
  expect(endpoint).toMatchObject({
    fallback_config: { strategy: "SEQUENTIAL", max_attempts: 2 },
    model_mappings: [{ weight: 0.7 }, { weight: 1, linkage_type: "FALLBACK", fallback_order: 0 }],
    usage_tracking: true,
  });
  const { body: found } = await served.get("experiments/get", {
    experiment_id: endpoint.experiment_id,
  });
  expect(found.experiment).toMatchObject({
    name: "gateway/chat",
    tags: expect.arrayContaining([{ key: "mlflow.experiment.isGateway", value: "true" }]),
  });

  const used = await call("DELETE", "model-definitions/delete", { model_definition_id: first });
  expect([used.status, used.body.error_code]).toEqual([409, "INVALID_STATE"]);
  const id = { endpoint_id: endpoint.endpoint_id };
  const taken = await call("POST", "endpoints/models/attach", {
    ...id,
    model_config: primary(first),
  });
  expect([taken.status, taken.body.error_code]).toEqual([400, "RESOURCE_ALREADY_EXISTS"]);
  await call("POST", "endpoints/models/detach", { ...id, model_definition_id: first });
  await call("POST", "endpoints/set-tag", { ...id, key: "team", value: "a" });
  await call("POST", "endpoints/set-tag", { ...id, key: "team", value: "b" });
  const binding = { ...id, resource_type: "scorer", resource_id: "r" };
  expect((await call("POST", "endpoints/bindings/create", binding)).status).toBe(200);
  expect((await call("POST", "endpoints/bindings/create", binding)).status).toBe(400);

  const renamed = await call("POST", "endpoints/update", { ...id, name: "chat-2" });
  expect(renamed.body.endpoint).toMatchObject({
    name: "chat-2",
    model_mappings: [{ model_definition_id: second }],
    tags: [{ key: "team", value: "b" }],
    experiment_id: endpoint.experiment_id,
  });
  expect((await call("DELETE", "endpoints/delete", id)).status).toBe(200);
  expect((await call("GET", "endpoints/bindings/list", id)).body).toEqual({});
});

test("a secret that is deleted leaves its model definitions without one", async () => {
  const id = { model_definition_id: await makeDefinition("orphan") };
  const { body } = await call("GET", "model-definitions/get", id);
  await call("DELETE", "secrets/delete", { secret_id: body.model_definition.secret_id });
  const after = await call("GET", "model-definitions/get", id);
  expect(after.body.model_definition).toMatchObject({ name: "orphan", model_name: "gpt-4o" });
  expect(after.body.model_definition).not.toHaveProperty("secret_name");
});

test("an enum takes no list", async () => {
  const models = { model_configs: [primary(await makeDefinition("listed"))] };
  const { body } = await call("POST", "endpoints/create", {
    name: "listed",
    ...models,
    routing_strategy: [],
  });
  expect(body.message).toMatch(/^Invalid value \[\] for parameter 'routing_strategy' supplied/);
});

test("what an endpoint cannot be made of leaves no trace", async () => {
  const definition = await makeDefinition("none");
  for (const [name, models] of [
    ["bad", []],
    ["bad", [primary("missing")]],
    ["bad", [{ model_definition_id: definition }]],
    ["bad", [primary(definition), primary(definition)]],
    ["b/d", [primary(definition)]],
  ] as const) {
    const { status } = await call("POST", "endpoints/create", { name, model_configs: models });
    expect([400, 404]).toContain(status);
  }
  const unknown = await served.get("experiments/get-by-name", { experiment_name: "gateway/bad" });
  expect(unknown.status).toBe(404);
});

test("budgets are kept in pages, and their windows add up what traces cost", async () => {
  const policy = {
    budget_unit: "USD",
    budget_amount: 10,
    duration: { unit: "MONTHS", value: 1 },
    target_scope: "GLOBAL",
    budget_action: "REJECT",
  };
  const made = await Promise.all(
    [1, 2, 3].map((value) =>
      call("POST", "budgets/create", { ...policy, duration: { unit: "DAYS", value } }),
    ),
  );
  const ids = made.map(({ body }) => body.budget_policy.budget_policy_id as string).sort();
  const seen: string[] = [];
  for (let token = ""; ; ) {
    const { body } = await call("GET", "budgets/list", { max_results: "2", page_token: token });
    seen.push(...body.budget_policies.map((one: Payload) => one.budget_policy_id));
    token = body.next_page_token;
    if (token === undefined) break;
  }
  expect(seen).toEqual(ids);

  const changed = await call("POST", "budgets/update", {
    budget_policy_id: ids[0],
    duration: { unit: "WEEKS", value: 2_147_483_647 },
    budget_amount: "Infinity",
  });
  expect(changed.body.budget_policy).toMatchObject({
    budget_amount: "Infinity",
    budget_action: "REJECT",
  });
  const id = { budget_policy_id: ids[0] };
  expect((await call("POST", "budgets/update", { ...id, budget_amount: "NaN" })).status).toBe(400);
  const { body } = await call("GET", "budgets/windows");
  expect(body.windows.map((one: Payload) => one.budget_policy_id)).toEqual(ids.slice(1));
  expect(body.windows[0]).toMatchObject({ current_spend: 0 });
});

test("the catalogues name providers, models and credentials", async () => {
  const { body: all } = await ask("supported-providers");
  expect(all.providers).toEqual([...all.providers].sort());
  const { body } = await ask("supported-models", { provider: "openai" });
  expect(body.models.find((one: Payload) => one.model === "gpt-4o")).toEqual({
    model: "gpt-4o",
    provider: "openai",
    mode: "chat",
    supports_function_calling: true,
    supports_vision: true,
    supports_reasoning: false,
    supports_prompt_caching: true,
    supports_response_schema: true,
    max_input_tokens: 128_000,
    max_output_tokens: 16_384,
    input_cost_per_token: expect.closeTo(0.0000025, 12),
    output_cost_per_token: expect.closeTo(0.00001, 12),
    deprecation_date: null,
  });
  expect((await ask("supported-models", { provider: "__proto__" })).body).toEqual({ models: [] });
  const config = await ask("provider-config", { provider: "constructor" });
  expect(config.body).toMatchObject({ default_mode: "api_key" });
  expect((await ask("provider-config")).status).toBe(400);
  const secrets = { secrets_available: true, using_default_passphrase: false };
  expect((await ask("secrets/config")).body).toEqual(secrets);
});

test("a scorer scores new traces only with a model of the gateway", async () => {
  await call("POST", "endpoints/create", {
    name: "judge",
    model_configs: [primary(await makeDefinition("judged"))],
    usage_tracking: false,
  });
  const scorers = "/api/3.0/mlflow/scorers/";
  const register = async (name: string, model: string, instructions: string) => {
    const serialized = { name, instructions_judge_pydantic_data: { model, instructions } };
    const { body } = await send("POST", `${scorers}register`, {
      experiment_id: "0",
      name,
      serialized_scorer: JSON.stringify(serialized),
    });
    return body.scorer_id as string;
  };
  const put = (name: string, rate: unknown, filter: unknown = null) =>
    send("PUT", `${scorers}online-config`, {
      experiment_id: "0",
      name,
      sample_rate: rate,
      filter_string: filter,
    });
  const id = await register("good", "gateway:/judge", "rate {{ outputs }}");
  await register("direct", "openai:/gpt-4o", "rate {{ outputs }}");
  await register("expecting", "gateway:/judge", "compare with {{expectations}}");

  expect((await put("good", 0.25, "status = 'OK'")).body.config).toMatchObject({
    scorer_id: id,
    sample_rate: 0.25,
    experiment_id: "0",
    filter_string: "status = 'OK'",
  });
  expect((await put("good", "1")).body.config).not.toHaveProperty("filter_string");
  for (const name of ["direct", "expecting", "missing"]) {
    expect([400, 404]).toContain((await put(name, 0.5)).status);
  }
  expect((await put("direct", 0)).status).toBe(200);
  for (const rate of [2, -1, "nan", "x", [], {}, null]) {
    expect((await put("good", rate)).status).toBe(400);
  }
  for (const filter of ["!!", 5, {}]) expect((await put("good", 0.5, filter)).status).toBe(400);

  const list = () => send("GET", `${scorers}online-configs`, { scorer_ids: id });
  expect((await list()).body.configs).toHaveLength(1);
  await send("DELETE", `${scorers}delete`, { experiment_id: "0", name: "good" });
  expect((await list()).body.configs).toEqual([]);
});

test("the pages that are another server's are empty", async () => {
  for (const page of ["unified-traces", "get-online-trace-details"]) {
    expect(await send("GET", `/api/2.0/mlflow/${page}`)).toEqual({ status: 404, body: "" });
  }
});

const ODD: readonly unknown[] = [
  ...[null, 1e300, "", "NaN", "\ud800\u0000😀'\"", "x".repeat(70_000), [null], { a: null }],
  [{ linkage_type: 7, weight: "x", model_definition_id: {} }],
];

test("odd values are never a failure of the server's", async () => {
  const definition = await makeDefinition("odd");
  const good: Payload = {
    name: "odd",
    secret_name: "odd",
    provider: "openai",
    model_name: "m",
    model_definition_id: definition,
    model_configs: [primary(definition)],
    model_config: primary(definition),
    budget_unit: "USD",
    budget_amount: 1,
    duration: { unit: "DAYS", value: 1 },
    target_scope: "GLOBAL",
    budget_action: "ALERT",
    resource_type: "scorer",
  };
  const routes = ROUTES.filter(
    (route): route is ApiRoute =>
      route.kind === "api" && /^\/gateway\/|^\/scorers\/online/.test(route.path),
  );
  expect(routes.length).toBeGreaterThan(30);
  for (const route of routes) {
    const [path = ""] = pathsOf(route);
    for (const field of Object.keys(route.fields)) {
      const known = Object.keys(route.fields).flatMap((key) =>
        Object.hasOwn(good, key) ? [[key, good[key]]] : [],
      );
      const isShort = (value: unknown) => JSON.stringify(value).length < 8000;
      const values = ODD.filter((value) => route.method !== "GET" || isShort(value));
      const answers = values.map((value) =>
        send(route.method, path, { ...Object.fromEntries(known), [field]: value }),
      );
      const failed = (await Promise.all(answers)).flatMap(({ status }, index) =>
        status < 500 ? [] : `${path} ${field} ${JSON.stringify(values[index])}: ${status}`,
      );
      expect(failed).toEqual([]);
    }
  }
});
