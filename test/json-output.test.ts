/**
 * `-o` and `--json` are honoured or refused by every command, never ignored: each example that help
 * shows runs in a project where it makes sense, with `--json`, and its stdout must be JSON.
 */
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMAND_TREE } from "../src/cli/commands/index.ts";
import { listEntries } from "../src/cli/help/reference.ts";
import { runInProcess, splitShellWords } from "./acceptance/run-case.ts";
import { REPOSITORY } from "./source-tree.ts";

const BUNDLE = `bundle: {name: shop}
targets: {prod: {mode: production}}
resources:
  jobs:
    platform:
      parameters: [{name: landing, default: here}]
      tasks:
        - {task_key: load, sql_task: {file: {path: setup.sql}}}
`;

let folder = "";
const sovereign = (args: readonly string[]) =>
  runInProcess({ args, cwd: folder, env: { HOME: folder, SHELL: "bash" }, stdin: "", tty: null });

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "sovereign-json-")));
  await sovereign(["init", "--demo", "-q"]);
  for (const [name, text] of [
    ["databricks.yml", BUNDLE],
    ["setup.sql", "SELECT 1 AS one"],
    ["customers.csv", "id,name\n1,Ada\n"],
    ["history.csv", "step,loss\n1,0.5\n2,0.25\n"],
    ["batuta.toml", "[profile.ci.lake]\nthreads = 1\n"],
    ["rows.jsonl", '{"id":"intro","vector":[1,0],"year":1999}\n{"id":"outro","vector":[0,1]}\n'],
    [
      "articles.jsonl",
      '{"id":1,"title":"Fruit","body":"A red apple falls from the tree. Nobody is there to see it.","city":"Bern"}\n',
    ],
    ["pages.jsonl", '{"id":1,"title":"Fruit"}\n{"id":2,"title":"Trees"}\n'],
    ["judged.jsonl", '{"query":"apple","relevant":["1"]}\n'],
  ]) {
    writeFileSync(join(folder, name!), text!);
  }
  copyFileSync(join(REPOSITORY, "fixtures/vector/numpy/f4.npy"), join(folder, "embeddings.npy"));
  for (const part of ["events", "daily/day=2026-01-31"]) {
    mkdirSync(join(folder, "data", part), { recursive: true });
    await sovereign(["lake", "export", "demo.orders", `data/${part}/a.parquet`, "-q"]);
  }
  for (const part of ["store-2.22.5/mlflow.db", "mlruns-3.11.1/mlruns"]) {
    const from = join(import.meta.dirname, "../fixtures/mlflow", part);
    cpSync(from, join(folder, basename(part)), { recursive: true });
  }
  mkdirSync(join(folder, "plots"));
  mkdirSync(join(folder, "model"));
  writeFileSync(join(folder, "model/MLmodel"), "flavors:\n  python_function: {}\n");
  writeFileSync(join(folder, "plots/loss.txt"), "1 0.5");
  writeFileSync(join(folder, "notes.txt"), "the cat sat on the mat, the cat sat\n");
  writeFileSync(join(folder, "chat.jinja"), "{{ messages[0].content }}");
  writeFileSync(join(folder, "greet.txt"), "Good day, {{name}}.");
  const version = "models create churn --source mlflow-artifacts:/model";
  for (const line of [
    "experiments create churn",
    "experiments create chat",
    "runs create churn --name baseline",
    "runs create churn --name tuned",
    "runs end baseline",
    "import mlruns",
    ...[version, version, version, "models alias churn/3 champion"],
    ...["prompts register greet Hello.", "prompts register greet Hi."],
    "models alias greet/1 live",
  ]) {
    await sovereign(["mlflow", ...line.split(" "), "-q"]);
  }
  await sovereign(["tokenize", "train", "notes.txt", "--vocab-size", "300", "-q"]);
  for (let run = 0; run < 3; run++) await sovereign(["run", "job", "platform", "-q"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Commands whose stdout under `--json` is not looked at, with the reason. */
const LEFT_OUT: Record<string, string> = {
  start: "it runs the whole pipeline",
  "mlflow server": "it serves until it is stopped",
  "vector serve": "it serves until it is stopped",
  "lake shell": "its examples are an interactive session and a pipe",
};

interface Line {
  path: string;
  run: string;
}

describe("every command", async () => {
  const lines: Line[] = [];
  const texts: Line[] = [];
  for (const { path, entry } of listEntries(COMMAND_TREE)) {
    if (path in LEFT_OUT) continue;
    const { command } = await entry.load();
    for (const { run } of command.examples) {
      // Pipelines, and lines that choose a format already, say nothing about `--json`.
      const isPlain = /^sovereign [^|>]*$/.test(run) && !/ (-o|--json|--dry-run)\b/.test(run);
      if (isPlain) (command.output === "text" ? texts : lines).push({ path, run });
    }
  }

  test("is looked at", () => {
    const seen = new Set([...lines, ...texts].map(({ path }) => path));
    const expected = listEntries(COMMAND_TREE).map(({ path }) => path);
    expect(expected.filter((path) => !seen.has(path) && !(path in LEFT_OUT))).toEqual([]);
  });

  test.each(lines)("$run --json", async ({ run }) => {
    const { stdout, stderr, exitCode } = await sovereign([
      ...splitShellWords(run).slice(1),
      "--json",
    ]);
    // What is no rows by its flags or its first argument says so.
    if (exitCode === 2 && stderr.includes("is not printed as json")) return;
    expect([0, 1]).toContain(exitCode);
    expect(() => JSON.parse(stdout.toString()), `${run}: ${stdout}${stderr}`).not.toThrow();
  });

  test.each(texts)("$run --json is refused", async ({ run }) => {
    const result = await sovereign([...splitShellWords(run).slice(1), "--json"]);
    expect(result.exitCode).toBe(2);
    expect(result.stdout.length).toBe(0);
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { exit_code: 2 } });
  });
});
