/** Finished runs of jobs in the tracking database: what is logged, and what never goes wrong. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { openClient } from "../../../src/mlflow/index.ts";
import { createTestIo } from "../../cli/test-io.ts";

const BUNDLE = `bundle: {name: shop}
resources:
  jobs:
    nightly:
      parameters: [{name: n, default: "1"}]
      tasks:
        - {task_key: load, sql_task: {file: {path: load.sql}}}
        - {task_key: after, depends_on: [{task_key: load}], sql_task: {file: {path: after.sql}}}
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-log-run-"));
  writeFileSync(join(folder, "databricks.yml"), BUNDLE);
  writeFileSync(
    join(folder, "load.sql"),
    "CREATE OR REPLACE TABLE t AS SELECT CAST(:n AS INT) AS n",
  );
  writeFileSync(join(folder, "after.sql"), "SELECT 10 / n FROM t");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function runNightly(...args: string[]) {
  const io = createTestIo({ cwd: folder });
  const exitCode = await main(["run", "job", "nightly", ...args], io);
  return { exitCode, err: io.err() };
}

async function readRuns() {
  const client = openClient({ cwd: folder, env: {} });
  const { experimentId } = await client.experiments.getByName("nightly");
  const { items } = await client.runs.search([experimentId], {
    orderBy: ["tags.sovereign.job.run_id"],
  });
  await client.close();
  return items;
}

test("each run is logged with its parameters, tasks, commit and how it ended", async () => {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  git("init", "-q");
  const who = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
  git(...who, "commit", "-q", "--allow-empty", "-m", "first");
  const commit = git("rev-parse", "HEAD").stdout.trim();
  expect((await runNightly("--param", "n=5")).exitCode).toBe(0);
  expect((await runNightly("--param", "n=0")).exitCode).toBe(1);
  const [good, bad] = await readRuns();
  expect([good?.name, good?.status, good?.params]).toEqual(["nightly-1", "FINISHED", { n: "5" }]);
  expect(good?.tags).toMatchObject({
    "mlflow.source.git.commit": commit,
    "mlflow.source.type": "JOB",
    "mlflow.source.name": join(folder, "databricks.yml"),
    "sovereign.bundle": "shop",
    "sovereign.job.run_id": "1",
    "sovereign.job.status": "success",
  });
  expect(Object.keys(good?.metrics ?? {}).sort()).toEqual([
    "duration_seconds",
    "task_seconds/after",
    "task_seconds/load",
    "tasks_failed",
    "tasks_skipped",
    "tasks_success",
  ]);
  expect([bad?.status, bad?.tags["sovereign.job.failed_tasks"]]).toEqual(["FAILED", "after"]);
  expect(bad?.metrics.tasks_failed?.value).toBe(1);
});

test("a tracking database that cannot be used is a warning, and the job succeeds", async () => {
  mkdirSync(join(folder, ".sovereign"));
  writeFileSync(
    join(folder, ".sovereign/mlflow.db"),
    "no database at all, but a longer text".repeat(99),
  );
  const { exitCode, err } = await runNightly();
  expect(exitCode).toBe(0);
  expect(err).toMatch(/^warning: the run is not in the tracking database: /m);
  expect(readFileSync(join(folder, ".sovereign/mlflow.db"), "utf8")).toMatch(/^no database/);
});
