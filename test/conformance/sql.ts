/**
 * `npm run conformance -- sql [--filter=name] [--show=verdict] [--json=path]`: the scoreboard of the SQL front end over
 * Spark's recorded tests. Prints a line per file and the totals, writes `sql-scoreboard.json`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Outcome, runFile, VERDICTS } from "./sql/classify.ts";
import { conformanceRoot, type GoldenFile, readSparkGold, readSparkSql } from "./sql/golden.ts";
import { openSession } from "./sql/session.ts";

function flag(name: string): string | null {
  const prefix = `--${name}=`;
  return process.argv.find((arg) => arg.startsWith(prefix))?.slice(prefix.length) ?? null;
}

const shown = flag("show");
const filter = flag("filter") ?? "";

const root = conformanceRoot();
if (!root) {
  console.log("skipped: no conformance data");
} else {
  const outcomes = await runAll([...readSparkSql(root, filter), ...readSparkGold(root, filter)]);
  report(outcomes);
}

async function runAll(files: readonly GoldenFile[]): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const file of files) {
    const outcomes = await runFile(file, openSession);
    all.push(...outcomes);
    console.log(row(file.name, outcomes));
    for (const o of outcomes) {
      if (o.verdict === shown) console.log(`  [${o.index}] ${o.sql}\n    ${o.note}`);
    }
  }
  return all;
}

function row(name: string, outcomes: readonly Outcome[]): string {
  const counts = VERDICTS.map((v) => outcomes.filter((o) => o.verdict === v).length);
  return [name.padEnd(64), ...counts.map((n) => String(n).padStart(8))].join(" ");
}

function report(outcomes: readonly Outcome[]): void {
  console.log([" ".repeat(64), ...VERDICTS.map((v) => v.padStart(8))].join(" "));
  for (const part of ["spark-sql", "spark-gold"]) {
    const own = outcomes.filter((o) => o.file.startsWith("gold/") === (part === "spark-gold"));
    if (own.length > 0) console.log(row(`${part} (${own.length})`, own));
  }
  console.log(row(`total (${outcomes.length})`, outcomes));
  const path = flag("json") ?? join("node_modules", ".cache", "conformance", "sql-scoreboard.json");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(outcomes, null, 1));
}
