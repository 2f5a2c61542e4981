/**
 * GROUP BY over six million rows in six files: `lake.sql` against DuckDB's `read_parquet` of the same
 * files in the same engine, without and with deletion vectors, and against delta-rs where the interop
 * environment has it. Budgets (design notes): 1.1 times raw, 1.4 times with deletion vectors.
 * `npm run bench -- lake-scan`; BENCH_ROUNDS=5 for a quick look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { deltaRsContender } from "./support/delta-rs.ts";
import { type Contender, describeMachine, measureAll, printTable } from "./support/measure.ts";
import { prepareScanTables } from "./support/scan-data.ts";

const ROWS = 6_000_000;
const SELECT = "SELECT k, sum(v) AS s, count(*) AS n, max(d) AS m FROM";
const END = "GROUP BY k ORDER BY k";

const folder = mkdtempSync(join(tmpdir(), "lake-scan-"));
const lake = await openLake({ root: folder, tempDirectory: join(folder, "tmp") });
try {
  const engine = await lake.engine();
  const tables = await prepareScanTables(engine, ROWS);
  const raw = `${SELECT} read_parquet('${tables.plain}/*.parquet') ${END}`;
  const ours = (name: string, path: string): Contender => ({
    name,
    run: async () => {
      const rows = await (await lake.sql(`${SELECT} delta.\`${path}\` ${END}`)).rows();
      if (rows.length !== 1000) throw new Error(`${name}: ${rows.length} groups`);
      return undefined;
    },
  });
  const deltaRs = deltaRsContender(tables.plain, raw.replace(/read_parquet\('[^']*'\)/, "t"));
  const contenders: Contender[] = [
    {
      name: "read_parquet",
      run: async () => {
        await engine.rows(raw);
        return undefined;
      },
    },
    ours("lake.sql", tables.plain),
    ours("lake.sql, 0.8 % deleted", tables.deleted),
    ours("lake.sql, 10 % deleted", tables["deleted-tenth"]),
    ...(deltaRs ? [deltaRs] : []),
  ];
  const measured = await measureAll(contenders, Number(process.env.BENCH_ROUNDS ?? 15));
  console.log(describeMachine());
  console.log(`GROUP BY over ${ROWS} rows, warm`);
  const budgets = { "lake.sql": 1.1, "lake.sql, 0.8 % deleted": 1.4 };
  printTable(measured, { base: "read_parquet", budgets, by: "wallMs" });
} finally {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
}
