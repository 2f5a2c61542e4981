/**
 * The log kernel alone: 10,000 and 100,000 commits without a checkpoint, history of them, and a
 * checkpoint of a million files opened, counted and pruned through the engine. Budgets (design
 * notes, lake.md §8): 0.15 s, 1.3 s, 0.3 s. `npm run bench -- lake-log`; BENCH_SCALE=0.01 for a quick look.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { printJson } from "../../src/core/json/index.ts";
import { createWasmCheckpointReader } from "../../src/lake/checkpoint/index.ts";
import { commitFileName, DeltaLog, padVersion } from "../../src/lake/delta/index.ts";
import {
  createLargeCheckpointPort,
  type Engine,
  startEngine,
} from "../../src/lake/engine/index.ts";

interface Row {
  what: string;
  n: number;
  medianS: number;
  minS: number;
  maxS: number;
  cpuS: number;
  budgetS: number | null;
}

async function measure(
  what: string,
  n: number,
  budgetS: number | null,
  work: () => Promise<unknown>,
): Promise<Row> {
  const times: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < n; i++) {
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
    const used = process.cpuUsage(cpuBefore);
    cpu.push((used.user + used.system) / 1e6);
  }
  const sorted = times.sort((a, b) => a - b);
  const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
  return {
    what,
    n,
    medianS: middle(sorted),
    minS: sorted[0]!,
    maxS: sorted.at(-1)!,
    cpuS: middle(cpu),
    budgetS,
  };
}

const SCHEMA = printJson({
  type: "struct",
  fields: [
    { name: "id", type: "long", nullable: true, metadata: {} },
    { name: "day", type: "date", nullable: true, metadata: {} },
  ],
});
const METADATA = {
  id: "00000000-0000-4000-8000-000000000000",
  format: { provider: "parquet", options: {} },
  schemaString: SCHEMA,
  partitionColumns: ["day"],
  configuration: {},
  createdTime: 0,
};

/** Commits of one file each, as Spark writes them. */
function writeCommits(root: string, count: number): void {
  mkdirSync(join(root, "_delta_log"), { recursive: true });
  for (let version = 0; version < count; version++) {
    const info = {
      timestamp: 1_700_000_000_000 + version,
      operation: "WRITE",
      operationParameters: { mode: "Append", partitionBy: '["day"]' },
      isolationLevel: "Serializable",
      isBlindAppend: true,
      operationMetrics: { numFiles: "1", numOutputRows: "10", numOutputBytes: "1646" },
      engineInfo: "Apache-Spark/4.2.0 Delta-Lake/4.4.0",
    };
    const add = {
      path: `day=2026-01-01/part-00000-4e1ae11e-13ab-43d4-ba47-${padVersion(version)}.parquet`,
      partitionValues: { day: "2026-01-01" },
      size: 1646,
      modificationTime: 1_700_000_000_000 + version,
      dataChange: true,
      stats: printJson({ numRecords: 10, minValues: { id: version }, maxValues: { id: version } }),
    };
    const actions: object[] = [{ commitInfo: info }];
    if (version === 0) {
      actions.push({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } });
      actions.push({ metaData: METADATA });
    }
    actions.push({ add });
    const text = actions.map((action) => `${JSON.stringify(action)}\n`).join("");
    writeFileSync(join(root, "_delta_log", commitFileName(version)), text);
  }
}

/** A classic checkpoint of `count` files written by the engine, and one commit after it. */
async function writeLargeCheckpoint(engine: Engine, root: string, count: number): Promise<void> {
  const folder = join(root, "_delta_log");
  mkdirSync(folder, { recursive: true });
  const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const add =
    "struct_pack(path := 'day=2026-01-' || lpad((i % 28 + 1)::VARCHAR, 2, '0') || '/part-' || " +
    "md5(i::VARCHAR) || '.parquet', partitionValues := MAP {'day': '2026-01-' || " +
    "lpad((i % 28 + 1)::VARCHAR, 2, '0')}, size := i % 1000 + 1000, " +
    "modificationTime := 1700000000000 + i, dataChange := false, stats := " +
    `'{"numRecords":10,"minValues":{"id":' || i * 10 || '},"maxValues":{"id":' || i * 10 + 9 || ` +
    `'},"nullCount":{"id":0}}')`;
  const metaData =
    `struct_pack(id := ${quote(METADATA.id)}, format := struct_pack(provider := 'parquet', ` +
    `options := MAP {}::MAP(VARCHAR, VARCHAR)), schemaString := ${quote(SCHEMA)}, ` +
    "partitionColumns := ['day'], configuration := MAP {}::MAP(VARCHAR, VARCHAR), " +
    "createdTime := 0::BIGINT)";
  const protocol = "struct_pack(minReaderVersion := 1, minWriterVersion := 2)";
  const path = join(folder, `${padVersion(10)}.checkpoint.parquet`);
  await engine.run(
    `COPY (SELECT ${protocol} AS protocol, NULL AS metaData, NULL AS add UNION ALL ` +
      `SELECT NULL, ${metaData}, NULL UNION ALL ` +
      `SELECT NULL, NULL, ${add} FROM range(${count}) t(i)) ` +
      `TO ${quote(path)} (FORMAT parquet, COMPRESSION snappy)`,
  );
  const remove = { path: "not-there.parquet", deletionTimestamp: 0, dataChange: true };
  writeFileSync(join(folder, commitFileName(11)), `${JSON.stringify({ remove })}\n`);
}

function print(rows: readonly Row[]): void {
  const processor = cpus()[0]?.model ?? "unknown processor";
  console.log(`node ${process.version}, ${availableParallelism()} × ${processor}`);
  console.log("| what | n | median s | min s | spread s | CPU s | budget s |");
  console.log("|---|---|---|---|---|---|---|");
  for (const row of rows) {
    const numbers = [row.medianS, row.minS, row.maxS - row.minS, row.cpuS].map((x) => x.toFixed(3));
    console.log(`| ${row.what} | ${row.n} | ${numbers.join(" | ")} | ${row.budgetS ?? ""} |`);
  }
}

const scale = Number(process.env.BENCH_SCALE ?? 1);
const folder = mkdtempSync(join(tmpdir(), "lake-log-"));
const engine = await startEngine({ tempDirectory: join(folder, "tmp") });
try {
  const rows: Row[] = [];
  for (const [count, runs, budget] of [
    [10_000 * scale, 7, 0.15],
    [100_000 * scale, 5, 1.3],
  ] as const) {
    const root = join(folder, `commits-${count}`);
    writeCommits(root, count);
    const open = async () => (await DeltaLog.open(root).snapshot()).fileCount();
    rows.push(await measure(`snapshot of ${count} commits`, runs, budget, open));
    const history = async () => DeltaLog.open(root).history({ limit: 20 });
    rows.push(
      await measure(`newest 20 of ${count} commits`, runs, count > 10_000 ? null : 0.05, history),
    );
  }
  const root = join(folder, "large");
  const count = 1_000_000 * scale;
  await writeLargeCheckpoint(engine, root, count);
  const ports = {
    checkpointReader: createWasmCheckpointReader(),
    largeCheckpoints: createLargeCheckpointPort(async () => engine),
    largeCheckpointBytes: 0,
  };
  const open = async () => (await DeltaLog.open(root, ports).snapshot()).fileCount();
  rows.push(await measure(`open a checkpoint of ${count} files`, 7, 0.3, open));
  const snapshot = await DeltaLog.open(root, ports).snapshot();
  const one = async () =>
    snapshot.scanFiles({
      kind: "compare",
      op: "=",
      column: ["id"],
      value: { kind: "long", value: 777n },
    });
  rows.push(await measure(`prune ${count} files by statistics`, 5, null, one));
  print(rows);
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}
