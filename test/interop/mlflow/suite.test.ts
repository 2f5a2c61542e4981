/**
 * MLflow's own tests against our server, through the plugin of the conformance data (its README
 * says how to get the tests). MLFLOW_SUITE names the folder that holds `tests/` and
 * `pyproject.toml`, MLFLOW_SUITE_PYTHON a Python with what they import; without them it skips.
 * Every test that fails must be named in `suite-known.ts`, with its reason.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordedFolder } from "../../mlflow/recorded.ts";
import { isKnown } from "./suite-known.ts";

const SUITE = process.env.MLFLOW_SUITE ?? "";
const PYTHON = process.env.MLFLOW_SUITE_PYTHON ?? "python3";
const PLUGIN = join(recordedFolder, "plugin");
const BINARY = join(import.meta.dirname, "../../../bin/sovereign.js");
const canRun = SUITE !== "" && existsSync(join(SUITE, "tests")) && existsSync(PLUGIN);
const HOUR_MS = 3_600_000;

const FILES: readonly [files: readonly string[], env: Record<string, string>][] = [
  [["tests/tracking/test_rest_tracking.py"], {}],
  [["tests/tracking/test_model_registry.py"], {}],
  [["tests/tracking/test_mlflow_artifacts.py"], {}],
  [["tests/tracking/test_client_webhooks.py", "tests/webhooks/"], {}],
  [["tests/tracing/test_otel_logging.py"], {}],
  [
    [
      "tests/tracing/test_otel_loading.py",
      "tests/tracing/test_attachments_integration.py",
      "tests/tracing/test_distributed.py",
    ],
    {},
  ],
  [
    ["tests/store/tracking/test_sqlalchemy_store.py"],
    { SOVEREIGN_STORE_SHIM: "1", SOVEREIGN_STRIDE: "6" },
  ],
  [["tests/store/tracking/test_gateway_sql_store.py"], { SOVEREIGN_STORE_SHIM: "1" }],
  [["tests/store/model_registry/test_sqlalchemy_store.py"], { SOVEREIGN_STORE_SHIM: "1" }],
  [["tests/tracking/test_tracking.py"], { SOVEREIGN_CLIENT_HTTP: "1", SOVEREIGN_STRIDE: "5" }],
];

interface Outcome {
  id: string;
  outcome: "passed" | "failed" | "skipped";
  msg: string;
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-suite-"));
  if (!canRun) console.log("skipped: no MLflow tests (set MLFLOW_SUITE)");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function runSuite(files: readonly string[], env: Record<string, string>) {
  const report = join(folder, "report.jsonl");
  rmSync(report, { force: true });
  const flags = ["-p", "sovereign_conformance", "-o", "addopts=", "-p", "no:cacheprovider", "-q"];
  const command =
    `${process.execPath} ${BINARY} mlflow server --host {host} --port {port} ` +
    "--backend-store-uri {backend} --default-artifact-root {artifacts} " +
    "--artifacts-destination {artifacts_destination}";
  const child = spawn(PYTHON, ["-m", "pytest", ...flags, ...files], {
    cwd: SUITE,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PYTHONPATH: PLUGIN,
      PYTHONDONTWRITEBYTECODE: "1",
      MLFLOW_DISABLE_TELEMETRY: "true",
      CI: "false",
      SOVEREIGN_REPORT: report,
      SOVEREIGN_SERVER_CMD: command,
      ...env,
    },
  });
  await once(child, "exit");
  const lines = readFileSync(report, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Outcome);
}

describe.skipIf(!canRun)("MLflow's own tests", () => {
  test.each(FILES)("%s", { timeout: HOUR_MS }, async (files, env) => {
    const outcomes = await runSuite(files, env);
    const passed = outcomes.filter(({ outcome }) => outcome === "passed");
    console.log(`${files.join(" ")}: ${passed.length} of ${outcomes.length} passed`);
    expect(outcomes.length).toBeGreaterThan(10);
    const surprises = outcomes
      .filter(({ outcome }) => outcome === "failed")
      .filter(({ id }) => !isKnown(id));
    expect(surprises.map(({ id, msg }) => `${id}: ${msg.slice(0, 200)}`)).toEqual([]);
  });
});
