import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeEach, expect, test } from "vitest";

import { createFixedClock } from "../../../src/core/clock.ts";
import { SovereignError } from "../../../src/core/errors.ts";
import { openStore, type Store } from "../../../src/core/store/index.ts";
import {
  getRun,
  listRuns,
  listTasks,
  loadBundle,
  type RunEvent,
  runJob,
  type ScriptRunner,
} from "../../../src/run/index.ts";

let root: string;
let store: Store;
const clock = createFixedClock(Date.UTC(2026, 0, 2, 3, 4, 5));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "job-"));
  store = openStore({ path: join(root, "store.db"), clock });
  writeFileSync(
    join(root, "databricks.yml"),
    `bundle: {name: demo}
resources:
  jobs:
    main:
      parameters: [{name: day, default: monday}]
      tasks:
        - {task_key: a, sql_task: {file: {path: a.sql}, parameters: {run: "{{job.run_id}} {{task.name}} {{job.start_time.iso_date}} {{job.parameters.day}}"}}}
        - {task_key: b, sql_task: {file: {path: b.sql}}, depends_on: [{task_key: a}]}
        - {task_key: c, sql_task: {file: {path: c.sql}}, depends_on: [{task_key: b}]}
        - {task_key: d, sql_task: {file: {path: d.sql}}, depends_on: [{task_key: a}]}
`,
  );
  for (const name of ["a", "b", "c", "d"])
    writeFileSync(join(root, `${name}.sql`), `SELECT ${name}1;\n SELECT ${name}2`);
});

/** Runs each column between semicolons as a statement; `fails` names the one that fails. */
function fakeLake(
  fails?: string,
  onStatement?: (text: string) => void,
  error: Error = new SovereignError("INVALID_STATE", "no", { hint: "do" }),
) {
  const ran: { text: string; parameters: Readonly<Record<string, string>> }[] = [];
  const lake: ScriptRunner = {
    async *script(text, { parameters }) {
      for (const statement of text.split(";").map((part) => part.trim().slice("SELECT ".length))) {
        ran.push({ text: statement, parameters });
        onStatement?.(statement);
        if (statement === fails) throw error;
        yield {
          statement: "query",
          message: `ran ${statement}`,
          batches: async function* () {},
          close: async () => {},
        };
        clock.advance(10);
      }
    },
  };
  return { lake, ran };
}

const bundle = () => loadBundle(join(root, "databricks.yml"));

test("tasks in order, parameters and references filled in, events and records", async () => {
  const { lake, ran } = fakeLake();
  const events: RunEvent[] = [];
  const outcome = await runJob(await bundle(), "main", {
    lake,
    store,
    clock,
    parameters: { day: "friday" },
    onEvent: (event) => events.push(event),
  });
  expect(ran.map(({ text }) => text)).toEqual(["a1", "a2", "b1", "b2", "c1", "c2", "d1", "d2"]);
  expect(ran[0]?.parameters).toEqual({ run: "1 a 2026-01-02 friday", day: "friday" });
  expect(outcome).toMatchObject({ runId: 1, status: "success", durationMs: 80 });
  expect(events.map((event) => event.type)).toEqual([
    "run_start",
    ...Array(4).fill(["task_start", "statement_end", "statement_end", "task_end"]).flat(),
    "run_end",
  ]);
  expect(getRun(store, 1)).toMatchObject({
    job: "main",
    status: "success",
    parameters: { day: "friday" },
    durationMs: 80,
  });
  expect(listTasks(store, 1)).toEqual(outcome.tasks);
});

test("a failed task skips what needs it and nothing else", async () => {
  const { lake, ran } = fakeLake("b2");
  const outcome = await runJob(await bundle(), "main", { lake, store, clock });
  expect(outcome.status).toBe("failed");
  expect(outcome.tasks.map(({ key, status, message }) => [key, status, message])).toEqual([
    ["a", "success", null],
    ["b", "failed", "b.sql:2:2: no; do (task at databricks.yml:8:11)"],
    ["c", "skipped", "upstream failed: b"],
    ["d", "success", null],
  ]);
  expect(ran.map(({ text }) => text)).toEqual(["a1", "a2", "b1", "b2", "d1", "d2"]);
});

test("an error that knows its place says it once; a bug ends the run and comes through", async () => {
  const placed = new SovereignError("INVALID_STATE", "line 9, column 4: no. ", {
    hint: "do",
    details: { line: 9, column: 4 },
  });
  const options = { store, clock };
  const failed = fakeLake("a1", undefined, placed);
  const outcome = await runJob(await bundle(), "main", { ...options, lake: failed.lake });
  expect(outcome.tasks[0]?.message).toBe("a.sql:9:4: no; do (task at databricks.yml:7:11)");
  const broken = fakeLake("c1", undefined, new TypeError("bug"));
  const run = runJob(await bundle(), "main", { ...options, lake: broken.lake });
  await expect(run).rejects.toThrow("bug");
  expect(listRuns(store, { limit: 1 })[0]).toMatchObject({ runId: 2, status: "failed" });
});

test("an interrupt ends the run after the statement at hand", async () => {
  const controller = new AbortController();
  const { lake } = fakeLake(undefined, (text) => {
    if (text === "b1") controller.abort();
  });
  const options = { lake, store, clock, signal: controller.signal };
  const outcome = await runJob(await bundle(), "main", options);
  expect(outcome.tasks.map((task) => task.status)).toEqual([
    "success",
    "cancelled",
    "cancelled",
    "cancelled",
  ]);
  expect(outcome.status).toBe("cancelled");
});

test("nothing runs when a file is missing or a name is wrong", async () => {
  const { lake, ran } = fakeLake();
  const loaded = await bundle();
  const options = { lake, store, clock };
  await expect(runJob(loaded, "mian", options)).rejects.toMatchObject({
    hint: "did you mean `main`?",
  });
  await expect(
    runJob(loaded, "main", { ...options, parameters: { dya: "x" } }),
  ).rejects.toMatchObject({ hint: "did you mean `day`?" });
  writeFileSync(
    join(root, "databricks.yml"),
    "bundle: {name: x}\nresources: {jobs: {main: {tasks: [{task_key: a, sql_task: {file: {path: ../a.sql}}}]}}}\n",
  );
  await expect(runJob(await bundle(), "main", options)).rejects.toThrow();
  rmSync(join(root, "c.sql"));
  writeFileSync(join(root, "d.sql"), "SELECT 1;\n  SELEC 2");
  await expect(runJob(loaded, "main", options)).rejects.toMatchObject({
    code: "INVALID_PARAMETER_VALUE",
    message: `${join(root, "databricks.yml")}:9:43: task \`c\`: there is no file \`c.sql\` (and 1 more)`,
    details: { problems: [{ file: "databricks.yml" }, { file: "d.sql", line: 2, column: 3 }] },
  });
  expect(ran).toEqual([]);
  expect(store.exists()).toBe(false);
});

test("a run whose process is gone is interrupted", async () => {
  const { lake } = fakeLake();
  await runJob(await bundle(), "main", { lake, store, clock });
  // No process has this id: the kernel's largest is 2^22.
  store.run("UPDATE runs SET status = 'running', duration_ms = NULL, pid = 2147483646");
  expect(listRuns(store, { limit: 10 })[0]?.status).toBe("interrupted");
  await runJob(await bundle(), "main", { lake, store, clock });
  expect(store.all("SELECT status FROM runs ORDER BY run_id")).toEqual([
    { status: "interrupted" },
    { status: "success" },
  ]);
  expect(listRuns(store, { limit: 1, job: "main" })).toHaveLength(1);
  expect(listRuns(store, { limit: 0, job: "other" })).toEqual([]);
});
