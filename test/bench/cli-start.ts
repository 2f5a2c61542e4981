/**
 * Starting the program: help, the metadata store, the log, a first query, beside an empty Node and a
 * bare DuckDB in Node. House budgets in CPU: help 1.6, store 2, query 6 times an empty Node as the
 * environment has it; a first answer 1.5 times the bare engine. `npm run bench -- cli-start`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Contender, describeMachine, measureAll, printTable } from "./support/measure.ts";

const METER = `data:text/javascript,${encodeURIComponent(
  "import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.cpuUsage();" +
    "writeSync(3,String((u.user+u.system)/1000))})",
)}`;
const PROGRAM = resolve("bin/sovereign.js");
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20);

const folder = mkdtempSync(join(tmpdir(), "cli-start-"));

function runNode(args: readonly string[]): { wallMs: number; cpuMs: number } {
  const start = performance.now();
  const run = spawnSync(process.execPath, ["--import", METER, ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  if (run.status !== 0) throw new Error(`${args.join(" ")}: ${run.stderr}`);
  return { wallMs: performance.now() - start, cpuMs: Number(run.output[3]) };
}

function contender(name: string, ...args: string[]): Contender {
  return { name, run: async () => runNode(args) };
}

const BARE = `import { DuckDBInstance } from ${JSON.stringify(
  `file://${resolve("node_modules/@duckdb/node-api/lib/index.js")}`,
)};
const connection = await (await DuckDBInstance.create(":memory:")).connect();
console.log((await connection.runAndReadAll("SELECT 1 + 1 AS two")).getRowsJson());`;

try {
  writeFileSync(join(folder, "bare.mjs"), BARE);
  runNode([PROGRAM, "init"]);
  runNode([PROGRAM, "lake", "sql", "CREATE TABLE t AS SELECT id FROM range(10)"]);
  const measured = await measureAll(
    [
      contender("node -e 0", "-e", "0"),
      contender("--help", PROGRAM, "--help"),
      contender("lake list", PROGRAM, "lake", "list"),
      contender("lake history", PROGRAM, "lake", "history", "t"),
      contender("lake sql, no table", PROGRAM, "lake", "sql", "SELECT 1 + 1 AS two"),
      contender("lake sql, a table", PROGRAM, "lake", "sql", "SELECT count(*) FROM t"),
      contender("bare DuckDB in Node", "bare.mjs"),
    ],
    ROUNDS,
  );
  console.log(describeMachine());
  const budgets = {
    "--help": 1.6,
    "lake list": 2,
    "lake sql, no table": 6,
    "lake sql, a table": 6,
  };
  printTable(measured, { base: "node -e 0", budgets, by: "cpuMs" });
  const first = measured.filter(({ name }) => name === "lake sql, no table" || /^bare/.test(name));
  printTable(first, {
    base: "bare DuckDB in Node",
    budgets: { "lake sql, no table": 1.5 },
    by: "cpuMs",
  });
  if (process.env.BENCH_JSON) writeFileSync(process.env.BENCH_JSON, JSON.stringify(measured));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
