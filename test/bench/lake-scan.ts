/**
 * GROUP BY over six million rows in six files: `lake.sql` against DuckDB's `read_parquet` of the same
 * files in the same engine, without and with deletion vectors, and against delta-rs where the interop
 * environment has it. Budgets (design notes): 1.1 times raw; with deletion vectors 1.4 times, for the
 * query over every column. Leaving rows out costs the same whatever is read, so it weighs more in the
 * query over three. `npm run bench -- lake-scan`; BENCH_ROUNDS=5 for a quick look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { deltaRsContender } from "./support/delta-rs.ts";
import { type Contender, describeMachine, measureAll, printTable } from "./support/measure.ts";
import { prepareScanTables } from "./support/scan-data.ts";

const ROWS = 6_000_000;
const END = "GROUP BY k ORDER BY k";
const QUERIES = [
  { what: "three columns", select: "SELECT k, sum(v) AS s, count(*) AS n, max(d) AS m FROM" },
  {
    what: "every column",
    select: "SELECT k, sum(v) AS s, count(*) AS n, max(d) AS m, max(s) AS t, min(id) AS i FROM",
  },
];
const DELETED: readonly (readonly [string, "deleted" | "deleted-tenth"])[] = [
  ["lake.sql, 0.8 % deleted", "deleted"],
  ["lake.sql, 10 % deleted", "deleted-tenth"],
];

const folder = mkdtempSync(join(tmpdir(), "lake-scan-"));
const lake = await openLake({ root: folder, tempDirectory: join(folder, "tmp") });

function ours(name: string, select: string, path: string): Contender {
  return {
    name,
    run: async () => {
      const rows = await (await lake.sql(`${select} delta.\`${path}\` ${END}`)).rows();
      if (rows.length !== 1000) throw new Error(`${name}: ${rows.length} groups`);
      return undefined;
    },
  };
}

try {
  const engine = await lake.engine();
  const tables = await prepareScanTables(engine, ROWS);
  console.log(describeMachine());
  for (const { what, select } of QUERIES) {
    const raw = `${select} read_parquet('${tables.plain}/*.parquet') ${END}`;
    const deltaRs = deltaRsContender(tables.plain, `${select} t ${END}`);
    const contenders: Contender[] = [
      {
        name: "read_parquet",
        run: async () => {
          await engine.rows(raw);
          return undefined;
        },
      },
      ours("lake.sql", select, tables.plain),
      ...DELETED.map(([name, table]) => ours(name, select, tables[table])),
      ...(deltaRs ? [deltaRs] : []),
    ];
    const measured = await measureAll(contenders, Number(process.env.BENCH_ROUNDS ?? 15));
    console.log(`\nGROUP BY over ${ROWS} rows, ${what}, warm`);
    const budgets = {
      "lake.sql": 1.1,
      ...(what === "every column" ? { [DELETED[0]![0]]: 1.4 } : {}),
    };
    printTable(measured, { base: "read_parquet", budgets, by: "wallMs" });
  }
} finally {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
}
