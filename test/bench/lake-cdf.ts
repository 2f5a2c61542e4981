/**
 * The change data feed: MERGE of 60,000 rows (54,000 updates spread evenly, 6,000 new) into six
 * million in six files that record their changes, and reading those changes, against delta-rs.
 * Budgets: no more than delta-rs for either. The same MERGE without a feed stands beside it, to show
 * what recording costs. Starting the processes and loading libraries is not measured.
 * `npm run bench -- lake-cdf`; BENCH_ROUNDS=3 for a quick look.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { describeMachine } from "./support/measure.ts";
import { writeMergeSource } from "./support/merge-source.ts";
import { comparePrograms, deltaRsProgram, ourProgram } from "./support/programs.ts";
import { prepareScanTables } from "./support/scan-data.ts";

const ROWS = 6_000_000;
const UPDATES = 54_000;
const INSERTS = 6_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);

const folder = mkdtempSync(join(tmpdir(), "lake-cdf-"));
const source = join(folder, "source.parquet");
const lake = await openLake({ root: folder });

const mergeInto = (table: string): string =>
  `MERGE INTO ${table} t USING parquet.\`${source}\` s ON t.id = s.id ` +
  "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *";

const MERGE = `const result = await lake.sql(${JSON.stringify(mergeInto("TABLE"))}
    .replace("TABLE", "delta.\`" + table + "\`"));
  const [row] = await result.rows();
  if (Number(row[1]) !== ${UPDATES}) throw new Error("merged " + row);`;

const DELTA_RS_MERGE = `
source = pq.read_table("${source}")
result = (DeltaTable(table)
  .merge(source, predicate="t.id = s.id", source_alias="s", target_alias="t")
  .when_matched_update_all().when_not_matched_insert_all().execute())
assert result["num_target_rows_updated"] == ${UPDATES}, result`;

const CHANGES = 2 * UPDATES + INSERTS;

/** Every value is fetched, so that both sides do the same. */
const READ = `const result = await lake.sql(
    "SELECT * FROM table_changes_by_path('" + table + "', 2)");
  let count = 0;
  for await (const { rowCount, columns } of result.batches()) {
    for (let i = 0; i < rowCount; i++) for (const column of columns) column.get(i);
    count += rowCount;
  }
  if (count !== ${CHANGES}) throw new Error("read " + count);`;

const DELTA_RS_READ = `
rows = pa.table(DeltaTable(table).load_cdf(starting_version=2).read_all())
assert rows.num_rows == ${CHANGES}, rows.num_rows`;

/** The prepared tables are kept for other benchmarks. */
function copyOf(table: string, name: string): string {
  const copy = join(folder, name);
  cpSync(table, copy, { recursive: true });
  return copy;
}

async function recordChanges(path: string): Promise<void> {
  const property = "'delta.enableChangeDataFeed' = 'true'";
  await (await lake.sql(`ALTER TABLE delta.\`${path}\` SET TBLPROPERTIES (${property})`)).close();
}

try {
  const engine = await lake.engine();
  const tables = await prepareScanTables(engine, ROWS, 6);
  await writeMergeSource(engine, source, { rows: ROWS, updates: UPDATES, inserts: INSERTS });
  const [plain, vectors] = [copyOf(tables.plain, "plain"), copyOf(tables.vectors, "vectors")];
  for (const path of [plain, vectors]) await recordChanges(path);
  const changed = copyOf(plain, "changed");
  await (await lake.sql(mergeInto(`delta.\`${changed}\``))).close();
  await lake.close();
  console.log(describeMachine());
  console.log(`\nMERGE of ${UPDATES + INSERTS} rows into ${ROWS}, changes recorded`);
  comparePrograms(
    [
      deltaRsProgram("delta-rs", plain, DELTA_RS_MERGE),
      ourProgram("deletion vectors", vectors, MERGE),
      ourProgram("copy-on-write", plain, MERGE),
      ourProgram("deletion vectors, no feed", tables.vectors, MERGE),
    ],
    ROUNDS,
    { base: "delta-rs", budgets: { "deletion vectors": 1, "copy-on-write": 1 } },
  );
  console.log(`\nReading the ${CHANGES} changes of that MERGE`);
  comparePrograms(
    [deltaRsProgram("delta-rs", changed, DELTA_RS_READ), ourProgram("sovereign", changed, READ)],
    ROUNDS,
    { base: "delta-rs", budgets: { sovereign: 1 } },
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
