// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the bundle's placeholders
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeEach, describe, expect, test } from "vitest";

import { checkBundle, loadBundle, validateBundle } from "../../../src/run/index.ts";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bundle-"));
  path = join(root, "databricks.yml");
});

const write = (...lines: string[]): void => writeFileSync(path, `${lines.join("\n")}\n`);

const MINIMAL = [
  "bundle:",
  "  name: demo",
  "resources:",
  "  jobs:",
  "    main:",
  "      tasks:",
  "        - task_key: one",
  "          sql_task: {file: {path: one.sql}}",
];

test("variables: --var over target over default; built-in references", async () => {
  write(
    "bundle: {name: demo}",
    "variables:",
    "  landing: {default: /Volumes/main/raw, description: where files land}",
    "  warehouse_id: {default: abc}",
    "  size: 5",
    "targets:",
    "  dev:",
    "    default: true",
    "    variables: {landing: '${workspace.root_path}/landing'}",
    "  prod: {mode: production}",
    "resources:",
    "  jobs:",
    "    main:",
    "      name: Main of ${bundle.target}",
    "      schedule: {quartz_cron_expression: 0 0 * * * ?, timezone_id: UTC}",
    "      parameters:",
    "        - {name: landing, default: '${var.landing}/in'}",
    "        - {name: count, default: 7}",
    "      tasks:",
    "        - task_key: b",
    "          depends_on: [{task_key: a}]",
    "          sql_task:",
    "            warehouse_id: ${var.warehouse_id}",
    "            file: {path: b.sql, source: WORKSPACE}",
    "            parameters: {n: '${var.size}', id: '{{job.run_id}}'}",
    "        - task_key: a",
    "          sql_task: {file: {path: a.sql}}",
  );
  const dev = await loadBundle(path, { workspaceRoot: "/project" });
  expect(dev).toMatchObject({ name: "demo", target: "dev", root });
  const job = dev.jobs[0]!;
  expect(Object.fromEntries(job.parameters)).toEqual({
    landing: "/project/landing/in",
    count: "7",
  });
  expect(job.tasks.map((task) => task.key)).toEqual(["a", "b"]);
  expect(Object.fromEntries(job.tasks[1]!.parameters)).toEqual({ n: "5", id: "{{job.run_id}}" });
  const prod = await loadBundle(path, { target: "prod" });
  expect(prod.jobs[0]!.parameters.get("landing")).toBe("/Volumes/main/raw/in");
  const given = await loadBundle(path, { variables: { landing: "/tmp/x" } });
  expect(given.jobs[0]!.parameters.get("landing")).toBe("/tmp/x/in");
});

describe("every problem has its line and column", () => {
  const cases: [string, string[], number, number, RegExp, RegExp, string][] = [
    ["syntax", ["bundle: {name: x"], 2, 1, /YAML/, /./, "INVALID_PARAMETER_VALUE"],
    ["nothing", ["# empty"], 1, 1, /`bundle` is missing/, /add/, "INVALID_PARAMETER_VALUE"],
    [
      "unknown key",
      [...MINIMAL.slice(0, 6), "        - task_kye: one", "          sql_task: {file: {path: x}}"],
      7,
      11,
      /task_k(y)?e/,
      /task_key/,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "another kind of task",
      [...MINIMAL.slice(0, 7), "          notebook_task: {notebook_path: x}"],
      8,
      11,
      /notebook_task` is not supported yet/,
      /sql_task/,
      "NOT_IMPLEMENTED",
    ],
    [
      "retries",
      [...MINIMAL, "          max_retries: 2"],
      9,
      11,
      /max_retries` is not supported/,
      /remove/,
      "NOT_IMPLEMENTED",
    ],
    ["pipelines", [...MINIMAL, "  pipelines: {}"], 9, 3, /pipelines/, /remove/, "NOT_IMPLEMENTED"],
    [
      "unknown dependency",
      [...MINIMAL, "          depends_on: [{task_key: oen}]"],
      9,
      11,
      /depends on `oen`, which does not exist/,
      /./,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "cycle",
      [
        ...MINIMAL,
        "          depends_on: [{task_key: two}]",
        "        - task_key: two",
        "          depends_on: [{task_key: one}]",
        "          sql_task: {file: {path: two.sql}}",
      ],
      9,
      11,
      /circle: one → two → one/,
      /remove/,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "unknown variable",
      [...MINIMAL.slice(0, 7), "          sql_task: {file: {path: '${var.file}'}}"],
      8,
      29,
      /unknown reference `\$\{var.file\}`/,
      /./,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "wrong type",
      [...MINIMAL.slice(0, 5), "      tasks: none"],
      6,
      7,
      /resources.jobs.main.tasks/,
      /./,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "twice",
      [...MINIMAL, "        - task_key: one", "          sql_task: {file: {path: b.sql}}"],
      9,
      11,
      /declared twice, first in line 7/,
      /./,
      "INVALID_PARAMETER_VALUE",
    ],
    [
      "nothing to do",
      MINIMAL.slice(0, 7),
      7,
      11,
      /nothing to do/,
      /sql_task/,
      "INVALID_PARAMETER_VALUE",
    ],
  ];
  test.each(cases)("%s", async (_, lines, line, column, message, hint, code) => {
    write(...lines);
    const { problems } = await checkBundle(path);
    const found = problems.find((problem) => message.test(problem.message));
    expect(problems.map((p) => `${p.line}:${p.column} ${p.message}`).join("\n")).toMatch(message);
    expect(found).toMatchObject({ line, column, code });
    expect(found?.hint).toMatch(hint);
    await expect(loadBundle(path)).rejects.toMatchObject({ code: problems[0]?.code });
  });
});

test("SQL files are read and parsed, each mistake once and in its own place", async () => {
  write(
    ...MINIMAL,
    "        - {task_key: two, sql_task: {file: {path: two.sql}}, depends_on: [{task_key: one}]}",
    "        - {task_key: same, sql_task: {file: {path: one.sql}}}",
    "    second:",
    "      tasks:",
    "        - {task_key: dir, sql_task: {file: {path: .}}}",
    "        - {task_key: deep, sql_task: {file: {path: one.sql/x.sql}}}",
  );
  writeFileSync(join(root, "one.sql"), "SELECT 1;\nSELECT\n  1 +;");
  const { bundle, problems } = await validateBundle(path);
  expect(bundle?.jobs.map((job) => job.key)).toEqual(["main", "second"]);
  expect(problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`)).toEqual([
    expect.stringMatching(/^one\.sql:3:6: syntax error/),
    "databricks.yml:9:45: task `two`: there is no file `two.sql`",
    "databricks.yml:13:45: task `dir`: a folder, not a SQL file: `.`",
    "databricks.yml:14:46: task `deep`: there is no file `one.sql/x.sql`",
  ]);
  writeFileSync(join(root, "one.sql"), "SELECT 1");
  write(...MINIMAL);
  expect(await validateBundle(path)).toMatchObject({ bundle: { name: "demo" }, problems: [] });
});

test("what is no bundle is named", async () => {
  writeFileSync(join(root, "x.sql"), "SELECT 1");
  await expect(loadBundle(join(root, "x.sql"))).rejects.toMatchObject({
    code: "INVALID_PARAMETER_VALUE",
    hint: expect.stringContaining("lake sql @file.sql"),
  });
  await expect(loadBundle(root)).rejects.toMatchObject({ code: "INVALID_PARAMETER_VALUE" });
  write("- a list");
  await expect(loadBundle(path)).rejects.toMatchObject({
    message: expect.stringContaining("databricks.yml:1:1: this is no bundle"),
  });
});

test("a missing file, target or variable is named", async () => {
  await expect(loadBundle(path)).rejects.toMatchObject({ code: "RESOURCE_DOES_NOT_EXIST" });
  write("variables: {landing: x}", "targets: {dev: {}}", ...MINIMAL);
  await expect(loadBundle(path, { target: "dve" })).rejects.toMatchObject({
    hint: "did you mean `dev`?",
  });
  await expect(loadBundle(path, { variables: { landnig: "x" } })).rejects.toMatchObject({
    hint: "did you mean `landing`?",
  });
  write(...MINIMAL);
  await expect(loadBundle(path, { target: "prod" })).rejects.toMatchObject({
    hint: "the bundle declares no `targets`: leave out `--target`, or add one",
  });
});

test("hostile YAML is refused, not expanded", async () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (let i = 0; i < 9; i++) {
    const [from, to] = ["abcdefghij"[i], "abcdefghij"[i + 1]];
    bomb.push(`${to}: &${to} [*${from},*${from},*${from},*${from},*${from},*${from},*${from}]`);
  }
  write(...bomb);
  expect((await checkBundle(path)).problems.length).toBeGreaterThan(0);
});
