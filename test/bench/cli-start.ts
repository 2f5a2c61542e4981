/**
 * Start-up as a user feels it: whole processes of `bin/sovereign.js` beside an empty Node and beside
 * a bare DuckDB-in-Node process that opens a database and answers one query. Budgets: design notes,
 * house.md §6 (CPU over an empty Node) and the first SQL answer at most 1.5 times bare DuckDB.
 * `npm run bench -- cli-start`; BENCH_ROUNDS=5 for a quick look.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Contender, describeMachine, measureAll, printTable } from "./support/measure.ts";

const SOVEREIGN = resolve("bin/sovereign.js");
const folder = mkdtempSync(join(tmpdir(), "cli-start-"));
/** Prints the process's own CPU milliseconds to file descriptor 3 as it ends. */
const METER = `data:text/javascript,${encodeURIComponent(
  "import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.cpuUsage();" +
    "writeSync(3,String((u.user+u.system)/1000))})",
)}`;

function measureProcess(name: string, args: readonly string[]): Contender {
  return {
    name,
    run: async () => {
      const start = performance.now();
      const run = spawnSync(process.execPath, ["--import", METER, ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe", "pipe"],
        env: { PATH: process.env.PATH ?? "", HOME: folder },
      });
      const wallMs = performance.now() - start;
      if (run.status !== 0) throw new Error(`${name}: ${run.stderr}`);
      return { wallMs, cpuMs: Number(run.output[3]) };
    },
  };
}

function writeBareDuckDb(): string {
  const path = join(folder, "duckdb.cjs");
  const duckdb = createRequire(SOVEREIGN).resolve("@duckdb/node-api");
  writeFileSync(
    path,
    `const { DuckDBInstance } = require(${JSON.stringify(duckdb)});
(async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll("SELECT 1 + 1 AS two");
  console.log(reader.getRowsJson()[0][0]);
})();
`,
  );
  return path;
}

const sovereign = (...args: string[]): readonly string[] => [SOVEREIGN, ...args];

try {
  const duckdb = writeBareDuckDb();
  measureProcess("setup", sovereign("init", "-q")).run();
  const setup = "CREATE TABLE t AS SELECT id, id % 7 AS k FROM range(1000)";
  await measureProcess("setup", sovereign("lake", "sql", setup, "-q")).run();
  const contenders = [
    measureProcess("node -e 0", ["-e", "0"]),
    measureProcess("sovereign --help", sovereign("--help")),
    measureProcess("lake list", sovereign("lake", "list")),
    measureProcess("lake history t", sovereign("lake", "history", "t")),
    measureProcess("lake show t", sovereign("lake", "show", "t")),
    measureProcess("lake detail t", sovereign("lake", "detail", "t")),
    measureProcess("bare DuckDB", [duckdb]),
    measureProcess("lake sql, first answer", sovereign("lake", "sql", "SELECT 1 + 1 AS two")),
    measureProcess(
      "lake sql, a Delta table",
      sovereign("lake", "sql", "SELECT k, count(*) FROM t GROUP BY k"),
    ),
  ];
  const measured = await measureAll(contenders, Number(process.env.BENCH_ROUNDS ?? 20));
  console.log(describeMachine());
  const budgets = { "sovereign --help": 1.6, "lake list": 2, "lake sql, first answer": 6 };
  printTable(measured, { base: "node -e 0", budgets, by: "cpuMs" });
  const engines = measured.filter(({ name }) => /DuckDB|lake sql/.test(name));
  console.log("\nbeside a bare DuckDB process");
  const first = { "lake sql, first answer": 1.5 };
  printTable(engines, { base: "bare DuckDB", budgets: first, by: "cpuMs" });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
