/**
 * MERGE of 60,000 rows (54,000 updates spread evenly, 6,000 new) into six million in six files, and
 * UPDATE of 6,000 of them, with deletion vectors and copy-on-write, against delta-rs. `--large` is
 * ten times that in fifteen files. Budgets (design notes): with vectors a quarter of delta-rs, a
 * sixth at `--large`; copy-on-write no more than delta-rs; less memory. UPDATE with vectors: 0.2 s
 * for 5,000 of five million rows. Starting the processes and loading libraries is not measured;
 * reading the source is. BENCH_ROUNDS=3 for a quick look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { describeMachine } from "./support/measure.ts";
import { writeMergeSource } from "./support/merge-source.ts";
import { comparePrograms, deltaRsProgram, ourProgram } from "./support/programs.ts";
import { prepareScanTables } from "./support/scan-data.ts";

const isLarge = process.argv.includes("--large");
const ROWS = isLarge ? 60_000_000 : 6_000_000;
const UPDATES = (ROWS / 1000) * 9;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);

const folder = mkdtempSync(join(tmpdir(), "lake-merge-"));
const source = join(folder, "source.parquet");
const lake = await openLake({ root: folder });

const MERGE = `const result = await lake.sql(
  "MERGE INTO delta.\`" + table + "\` t USING parquet.\`${source}\` s ON t.id = s.id " +
  "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *");
  const [row] = await result.rows();
  if (Number(row[1]) !== ${UPDATES}) throw new Error("merged " + row);`;

const DELTA_RS_MERGE = `
source = pq.read_table("${source}")
result = (DeltaTable(table)
  .merge(source, predicate="t.id = s.id", source_alias="s", target_alias="t")
  .when_matched_update_all().when_not_matched_insert_all().execute())
assert result["num_target_rows_updated"] == ${UPDATES}, result`;

const UPDATE = `const result = await lake.sql(
  "UPDATE delta.\`" + table + "\` SET v = 0 WHERE id % 1000 = 3");
  const [row] = await result.rows();
  if (Number(row[0]) !== ${ROWS / 1000}) throw new Error("updated " + row);`;

const DELTA_RS_UPDATE = `
result = DeltaTable(table).update({"v": "0"}, predicate="id % 1000 = 3")
assert result["num_updated_rows"] == ${ROWS / 1000}, result`;

try {
  const engine = await lake.engine();
  const tables = await prepareScanTables(engine, ROWS, isLarge ? 15 : 6);
  await writeMergeSource(engine, source, { rows: ROWS, updates: UPDATES, inserts: ROWS / 1000 });
  await lake.close();
  console.log(describeMachine());
  for (const [what, ours, theirs] of [
    [`MERGE of ${UPDATES + ROWS / 1000} rows into ${ROWS}`, MERGE, DELTA_RS_MERGE],
    [`UPDATE of ${ROWS / 1000} rows of ${ROWS}`, UPDATE, DELTA_RS_UPDATE],
  ] as const) {
    console.log(`\n${what}`);
    comparePrograms(
      [
        deltaRsProgram("delta-rs", tables.plain, theirs),
        ourProgram("deletion vectors", tables.vectors, ours),
        ourProgram("copy-on-write", tables.plain, ours),
      ],
      ROUNDS,
      {
        base: "delta-rs",
        budgets: {
          ...(ours === MERGE && { "deletion vectors": isLarge ? 0.17 : 0.25 }),
          "copy-on-write": 1,
        },
      },
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
