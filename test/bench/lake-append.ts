/**
 * 200 appends of one row, each a commit: `DeltaTable.append`, INSERT … VALUES and delta-rs, beside
 * the least a durable commit costs here (two small files and two folders flushed). Ours flush data
 * and log to the device before an append is acknowledged; delta-rs leaves that to the system. Each
 * side has appended once, to another table. Budget (design notes): ten times the rate of delta-rs.
 * BENCH_ROUNDS=2 for a quick look.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLake } from "../../src/lake/index.ts";
import { describeMachine } from "./support/measure.ts";
import { comparePrograms, deltaRsProgram, ourProgram } from "./support/programs.ts";

const APPENDS = 200;
const folder = mkdtempSync(join(tmpdir(), "lake-append-"));

/** Loads what each side loads at its first write. */
const WARM_UP = `const warm = "delta.\`" + table + ".lake/warm\`";
    await (await lake.sql("CREATE TABLE " + warm + " (id BIGINT, name STRING, amount DOUBLE)")).close();
    await (await lake.table(warm)).append([{ id: 0, name: "n", amount: 1.5 }]);
    await (await lake.sql("INSERT INTO " + warm + " VALUES (0, 'n', 1.5)")).close();`;

const DELTA_RS_WARM_UP = `
write_deltalake(table + ".lake", pa.table({"id": [0], "name": ["n"], "amount": [1.5]}))`;

const APPEND = `const t = await lake.table("delta.\`" + table + "\`");
  for (let i = 0; i < ${APPENDS}; i++) await t.append([{ id: i, name: "n" + i, amount: 1.5 }]);`;

const INSERT = `for (let i = 0; i < ${APPENDS}; i++) {
    const insert = "INSERT INTO delta.\`" + table + "\` VALUES (" + i + ", 'n" + i + "', 1.5)";
    await (await lake.sql(insert)).close();
  }`;

const FLUSHES = `const { openSync, writeSync, fsyncSync, closeSync } = await import("node:fs");
  const folder = openSync(table, "r");
  for (let i = 0; i < 2 * ${APPENDS}; i++) {
    const file = openSync(table + "/" + i, "w");
    writeSync(file, "x".repeat(1000));
    fsyncSync(file);
    fsyncSync(folder);
    closeSync(file);
  }
  closeSync(folder);`;

const DELTA_RS = `
for i in range(${APPENDS}):
    rows = pa.table({"id": [i], "name": [f"n{i}"], "amount": [1.5]})
    write_deltalake(table, rows, mode="append")`;

try {
  const lake = await openLake({ root: folder, deletionVectors: false });
  await (await lake.sql("CREATE TABLE t (id BIGINT, name STRING, amount DOUBLE)")).close();
  const { location } = await lake.table("t");
  await lake.close();
  console.log(`${describeMachine()}\n\n${APPENDS} appends of one row`);
  comparePrograms(
    [
      deltaRsProgram("delta-rs", location, DELTA_RS, DELTA_RS_WARM_UP),
      ourProgram("DeltaTable.append", location, APPEND, WARM_UP),
      ourProgram("INSERT … VALUES", location, INSERT, WARM_UP),
      ourProgram("flushing alone", location, FLUSHES),
    ],
    Number(process.env.BENCH_ROUNDS ?? 5),
    { base: "delta-rs", budgets: { "DeltaTable.append": 0.1 }, keepsFiles: true },
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
