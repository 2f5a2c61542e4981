/**
 * Every route of the gateway, each of its fields missing and odd, to a real MLflow server and to
 * ours: equal answers. Let go are the real one's 5xx, texts of database errors, the sentences of
 * forms, texts longer than their columns, and pages, whose order is that of random ids.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import { startServer } from "../../../src/mlflow/index.ts";
import { ROUTES } from "../../../src/mlflow/routes/index.ts";
import { type ApiRoute, pathsOf } from "../../../src/mlflow/routes/route.ts";
import { findMlflowPython } from "./python.ts";
import { type RealServer, startRealServer } from "./real-server.ts";

const python = findMlflowPython("3.11.1");

type Payload = Record<string, unknown>;
interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any;
}

let folder = "";
let real: RealServer | undefined;
let closeOurs: () => Promise<void> = async () => {};
let urls: readonly string[] = [];

beforeAll(async () => {
  if (python === null) return;
  folder = mkdtempSync(join(tmpdir(), "mlflow-gateway-answers-"));
  // An empty address: the models that the package came with, and no request for newer ones.
  const env = { MLFLOW_MODEL_CATALOG_URI: "" };
  real = await startRealServer(python, join(folder, "theirs"), env);
  const ours = await startServer({
    port: 0,
    backendStoreUri: join(folder, "m.db"),
    artifactsDestination: join(folder, "artifacts"),
    env: {},
    clock: systemClock,
    cwd: folder,
  });
  closeOurs = () => ours.close();
  urls = [real.url, ours.url];
}, 180_000);

afterAll(async () => {
  real?.close();
  await closeOurs();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

async function send(url: string, method: string, path: string, payload: Payload): Promise<Answer> {
  const isGet = method === "GET";
  const query = new URLSearchParams(isGet ? (payload as Record<string, string>) : {});
  const response = await fetch(`${url}${path}?${query}`, {
    method,
    ...(isGet
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(payload) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** An answer without what differs between any two servers. */
function describe({ status, body }: Answer): string {
  const shown = JSON.stringify(sortAll(body));
  return `${status} ${shown
    .replace(/"(\w+_at|\w+_ms|creation_time)":\d+/g, '"$1":0')
    .replace(/\b(s|d|e|m|bp)-[0-9a-f]{32}/g, "$1-")
    .replace(/"experiment_id":"\d+"/g, '"experiment_id":"0"')
    .replace(/"online_scoring_config_id":"\w+"/g, "")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/"description":"[^"]*"/g, "")}`;
}

function sortAll(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortAll).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortAll(item)]));
}

/** Good values of the fields, with one of everything that they refer to. */
async function prepare(url: string): Promise<Payload> {
  const create = async (what: string, payload: Payload) =>
    (await send(url, "POST", `/api/3.0/mlflow/gateway/${what}/create`, payload)).body;
  const value = { secret_value: { api_key: "sk-123456789" } };
  const { secret } = await create("secrets", { secret_name: "key", ...value });
  const definition = { secret_id: secret.secret_id, provider: "openai", model_name: "m" };
  const { model_definition: model } = await create("model-definitions", {
    ...definition,
    name: "model",
  });
  const model_config = { model_definition_id: model.model_definition_id, linkage_type: "PRIMARY" };
  const { endpoint } = await create("endpoints", {
    name: "endpoint",
    model_configs: [model_config],
    usage_tracking: false,
  });
  const budget = {
    budget_unit: "USD",
    budget_amount: 1,
    duration: { unit: "DAYS", value: 1 },
    target_scope: "GLOBAL",
    budget_action: "ALERT",
  };
  const { budget_policy } = await create("budgets", budget);
  const scorer = { experiment_id: "0", name: "judge" };
  const judge = { model: "gateway:/endpoint", instructions: "rate {{ outputs }}" };
  await send(url, "POST", "/api/3.0/mlflow/scorers/register", {
    ...scorer,
    serialized_scorer: JSON.stringify({ name: "judge", instructions_judge_pydantic_data: judge }),
  });
  return {
    ...{ ...definition, ...budget, ...value, ...model_config, model_config },
    ...{ model_configs: [model_config], endpoint_id: endpoint.endpoint_id },
    ...{ budget_policy_id: budget_policy.budget_policy_id, resource_type: "scorer" },
    ...{ resource_id: "r", key: "k", value: "v", sample_rate: 0.5, experiment_id: "0" },
  };
}

const ODD: readonly unknown[] = [
  ...[undefined, null, 5, -1, 1.5, 1e300, true, "", " ", "x", "NaN", "7", "zz😀'\"", []],
  ...[["x"], {}, { a: null }, { a: "b" }, { a: { b: 1 } }, { unit: "HOURS", value: 2 }],
  ...[{ unit: 3 }, { unit: "YEARS", value: 1 }, { strategy: 1, max_attempts: "3" }],
  ...[[{ linkage_type: 2, weight: "Infinity", fallback_order: "2" }], [{ weight: 0.1 }], [5]],
];

const PAGES = ["/gateway/budgets/list", "/gateway/budgets/windows", "/gateway/supported-models"];

test.skipIf(python === null)(
  "each field of each route, missing and odd, is answered alike",
  { timeout: 900_000 },
  async () => {
    const good = await Promise.all(urls.map(prepare));
    const routes = ROUTES.filter(
      (route): route is ApiRoute =>
        route.kind === "api" && /^\/gateway\/|^\/scorers\/online/.test(route.path),
    );
    const differences: string[] = [];
    let count = 0;
    for (const route of routes.filter(({ path }) => !PAGES.includes(path))) {
      const [path = ""] = pathsOf(route);
      const fields = Object.keys(route.fields);
      for (const [field, odd] of fields.flatMap((name) => ODD.map((value) => [name, value]))) {
        const name = route.path.startsWith("/scorers") ? "judge" : `n${count++}`;
        const answers = await Promise.all(
          urls.map((url, side) => {
            const known = fields.map((key) => [
              key,
              /^(secret_)?name$/.test(key) ? name : good[side]?.[key],
            ]);
            const payload = Object.fromEntries(known.filter((entry) => entry[1] !== undefined));
            if (odd === undefined) delete payload[field as string];
            else payload[field as string] = odd;
            return send(url, route.method, path, payload);
          }),
        );
        const [theirs, ours] = answers as [Answer, Answer];
        const shown = `${route.method} ${path} ${field} ${JSON.stringify(odd)}`;
        expect(ours.status, shown).toBeLessThan(500);
        const isDatabaseError = theirs.body.error_code === "BAD_REQUEST" && ours.status === 400;
        if (theirs.status >= 500 || isDatabaseError || describe(theirs) === describe(ours))
          continue;
        differences.push(`${shown}\n  theirs ${describe(theirs)}\n  ours   ${describe(ours)}`);
      }
    }
    expect(count).toBeGreaterThan(1000);
    expect(differences.slice(0, 5)).toEqual([]);
  },
);

test.skipIf(python === null)("the catalogue's models are MLflow's", async () => {
  const path = "/ajax-api/3.0/mlflow/gateway/supported-models";
  const [theirs, ours] = await Promise.all(urls.map((url) => send(url, "GET", path, {})));
  const facts = (answer: Answer | undefined) =>
    (answer?.body.models ?? []).map((model: Payload) => {
      const { input_cost_per_token, output_cost_per_token, ...rest } = model;
      return JSON.stringify(sortAll(rest));
    }) as string[];
  const known = new Set(facts(theirs));
  expect(facts(ours).length).toBeGreaterThan(800);
  expect(facts(ours).filter((model) => !known.has(model))).toEqual([]);
});
