/**
 * The library as a project that installed it meets it: its declarations alone (no `@types/node`, no
 * declarations of its dependencies, `skipLibCheck` off) under both module resolutions, and a program
 * that uses tables and jobs from outside.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPOSITORY } from "./source-tree.ts";

const PROGRAM = `
import {
  type ArrowTable,
  type BundleProblem,
  type CommitSummary,
  type DeltaTable,
  listRuns,
  autolog,
  loadBundle,
  type MlflowClient,
  openClient,
  openLake,
  openStore,
  openTracer,
  type RunEvent,
  runJob,
  SovereignError,
  startRun,
  validateBundle,
} from "@sovereign-stack/sovereign";

interface Order {
  id: number;
  city: string;
  amount: string;
}

export async function useTables(root: string): Promise<unknown[]> {
  await using lake = await openLake({ root, threads: 2, memoryLimit: "1GB" });
  const result = await lake.sql("SELECT 1 + :n AS two", { parameters: { n: 1 } });
  const [first] = await result.objects();
  const orders: Order[] = [{ id: 1, city: "Bern", amount: "9.90" }];
  const table: DeltaTable = await lake.createTable("orders", orders, { partitionedBy: ["city"] });
  await table.append([{ id: 2, city: "Basel", amount: "1.00" }], { userMetadata: "second" });
  async function* more() {
    yield { id: 3, city: "Bern", amount: "5.00" };
  }
  await table.append(more());
  const commit: CommitSummary | null = await table
    .merge([{ id: 1, city: "Bern", amount: "10.00" }, { id: 4, city: "Chur", amount: "0.50" }], "target.id = source.id")
    .whenMatchedUpdate({ amount: "source.amount" })
    .whenNotMatchedInsert("*")
    .execute();
  await table.update({ amount: "'0.00'" }, "city = 'Basel'");
  await table.delete("id = 3");
  const arrow: ArrowTable = await table.toArrow({ columns: ["id", "amount"], where: "id < 4" });
  const ids = [...(arrow.getChild("id") ?? [])].map(Number).sort();
  const before = await table.at({ version: 1 });
  const history = await table.history(2);
  const refused = await lake.sql("SELECT 1 / 0").then((bad) => bad.rows()).catch((error: unknown) => {
    if (!(error instanceof SovereignError)) throw error;
    return [error.code, error.hint !== undefined, error.details.error_class];
  });
  // @ts-expect-error a table has no such method
  table.vanish;
  // @ts-expect-error the root is needed
  const wrong = () => openLake({});
  return [first, commit?.version, ids, arrow.schema.fields.map((field) => field.name),
    await before.count(), history.map((entry) => entry.operation), refused, typeof wrong];
}

export async function useJobs(folder: string): Promise<unknown[]> {
  const path = folder + "/databricks.yml";
  const { problems } = await validateBundle(folder + "/broken.yml");
  const places = problems.map((problem: BundleProblem) => [problem.file, problem.line, problem.column]);
  await using lake = await openLake({ root: folder + "/lake" });
  const store = openStore({ path: folder + "/store.db" });
  const events: RunEvent["type"][] = [];
  const outcome = await runJob(await loadBundle(path), "nightly", {
    lake,
    store,
    parameters: { n: "7" },
    onEvent: (event) => events.push(event.type),
    signal: new AbortController().signal,
  });
  const runs = listRuns(store, { limit: 10 }).map((run) => [run.runId, run.job, run.status]);
  store.close();
  return [places, outcome.status, outcome.tasks.map((task) => [task.key, task.message]), events, runs];
}

export async function useTracking(folder: string): Promise<unknown[]> {
  const place = { trackingUri: folder + "/mlflow.db", cwd: folder, env: {}, experiment: "churn" };
  const client: MlflowClient = openClient(place);
  const run = await startRun({ ...place, name: "first", tags: { team: "data" } });
  run.logParams({ depth: 3 });
  for (const step of [0, 1, 2]) run.logMetric("loss", 1 / (step + 1), step);
  await run.logText("notes.txt", "fine");
  await run.end();
  const training = await autolog({ ...place, name: "second" });
  training.onTrainStart({ rate: 0.1 });
  training.onEpoch(0, { loss: 0.5 });
  await training.onTrainEnd();
  const tracer = await openTracer(place);
  const answer = tracer.traced(async (question: string) => question.length, { name: "answer", type: "CHAIN" });
  const length: number = await answer("why?");
  await tracer.close();
  const experimentId = await client.experiments.ensure("churn");
  const { items } = await client.runs.search([experimentId], { filter: "params.depth = '3'" });
  const [trace] = (await client.traces.search([experimentId])).items;
  const spans = await client.traces.spans(trace?.traceId ?? "");
  const prompt = await client.prompts.register({ name: "greet", template: "Hi {{name}}" });
  const files = await client.artifacts.list(items[0]?.runId ?? "");
  await client.close();
  return [items.map((found) => [found.name, found.status, found.metrics.loss?.value]), length,
    spans.map((span) => span.name), prompt.variables, files.map((file) => file.path)];
}

declare class AbortController {
  readonly signal: { readonly aborted: boolean; addEventListener(type: string, listener: () => void): void };
}
`;

let project = "";
let installed = "";
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "sovereign-consumer-"));
  installed = join(project, "node_modules/@sovereign-stack/sovereign");
  mkdirSync(join(installed, "dist"), { recursive: true });
  cpSync(join(REPOSITORY, "package.json"), join(installed, "package.json"));
  const emit = join(REPOSITORY, "src/dev/emit-declarations.mjs");
  const run = spawnSync(process.execPath, [emit, join(installed, "dist/types")], {
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  // The code finds its packages where it really lies; the declarations must not.
  symlinkSync(join(REPOSITORY, "dist/lib"), join(installed, "dist/lib"));
  writeFileSync(join(project, "package.json"), '{"name":"consumer","type":"module"}');
  writeFileSync(join(project, "program.ts"), PROGRAM);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");

test.each([
  ["nodenext", "nodenext", "es2022"],
  ["esnext", "bundler", "es2023"],
])("type-checks alone: module %s, resolution %s, lib %s", (module, moduleResolution, lib) => {
  const config = join(project, `tsconfig.${module}.json`);
  const compilerOptions = {
    target: "es2022",
    lib: [lib],
    types: [],
    module,
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const run = spawnSync(process.execPath, [tsc, "-p", config], { cwd: project, encoding: "utf8" });
  expect(run.stdout).toBe("");
  expect(run.status).toBe(0);
});

test("no declaration names a package or a type of Node", () => {
  const names = readdirSync(join(installed, "dist/types"), { recursive: true, encoding: "utf8" });
  const texts = names
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => readFileSync(join(installed, "dist/types", name), "utf8"));
  const imports = texts.flatMap((text) =>
    [...text.matchAll(/(?:from|import\(|import) ?"([^"]*)"/g)].map(([, target]) => target!),
  );
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.filter((target) => !/^\.{1,2}\/.*\.js$/.test(target))).toEqual([]);
});

/** What a declaration says before it: functions, classes, interfaces, types, their members. */
test("everything the library exports says what it is", () => {
  const entry = readFileSync(join(REPOSITORY, "src/index.ts"), "utf8");
  expect(entry).toContain('from "./run/index.ts"');
  const names = readdirSync(join(installed, "dist/types"), { recursive: true, encoding: "utf8" });
  const shown = names.filter((name) =>
    /^(lake\/(lake|table-api|delta-merge|arrow-table|input-rows|script-statements)|lake\/(exec\/(result|execute|to-plain|file-mounts)|catalog\/types|schema\/.*)|core\/(clock|store\/store)|run\/.*|mlflow\/client\/.*|core\/errors)\.d\.ts$/.test(
      name,
    ),
  );
  expect(shown.length).toBeGreaterThan(12);
  const bare = shown.flatMap((name) => {
    const lines = readFileSync(join(installed, "dist/types", name), "utf8").split("\n");
    return lines.flatMap((line, i) =>
      /^export (declare )?(interface|class|function|type|const) \w/.test(line) &&
      !/: DataType;$/.test(line) &&
      !/\*\/\s*$/.test(lines[i - 1] ?? "")
        ? [`${name}: ${line}`]
        : [],
    );
  });
  expect(bare).toEqual([]);
});

test("a program of another project uses tables, jobs and tracking", async () => {
  const { code } = await transform(PROGRAM, { loader: "ts", target: "node20" });
  writeFileSync(join(project, "program.mjs"), code);
  const yml = (file: string) => `bundle: {name: b}
resources:
  jobs:
    nightly:
      parameters: [{name: n, default: "1"}]
      tasks:
        - {task_key: one, sql_task: {file: {path: ${file}}}}
`;
  writeFileSync(join(project, "databricks.yml"), yml("one.sql"));
  writeFileSync(join(project, "broken.yml"), yml("none.sql"));
  writeFileSync(join(project, "one.sql"), "CREATE TABLE t AS SELECT CAST(:n AS INT) AS n");
  writeFileSync(
    join(project, "run.mjs"),
    `import { useJobs, useTables, useTracking } from "./program.mjs";
const text = JSON.stringify([await useTables("lake-a"), await useJobs(process.cwd()),
  await useTracking(process.cwd())],
  (_, value) => (typeof value === "bigint" ? Number(value) : value));
console.log(text);`,
  );
  const run = spawnSync(process.execPath, ["run.mjs"], { cwd: project, encoding: "utf8" });
  expect(run.stderr).toBe("");
  const [tables, jobs, tracking] = JSON.parse(run.stdout) as unknown[];
  expect(tables).toEqual([
    { two: 2 },
    3,
    [1, 2],
    ["id", "amount"],
    2,
    ["DELETE", "UPDATE"],
    ["INVALID_STATE", true, "DIVIDE_BY_ZERO"],
    "function",
  ]);
  expect(jobs).toEqual([
    [["broken.yml", 7, 45]],
    "success",
    [["one", null]],
    ["run_start", "task_start", "statement_end", "task_end", "run_end"],
    [[1, "nightly", "success"]],
  ]);
  expect(tracking).toEqual([
    [["first", "FINISHED", 1 / 3]],
    4,
    ["answer"],
    ["name"],
    ["notes.txt"],
  ]);
});
