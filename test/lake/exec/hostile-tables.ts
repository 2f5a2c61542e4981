/** Small tables of every form a log and its files may have, whose files are then broken. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { encodeDeletionVector } from "../../../src/lake/delta/index.ts";
import { encodeZ85 } from "../../../src/lake/delta/z85.ts";
import type { Lake } from "../../../src/lake/index.ts";
import { conformanceFolder } from "../delta/conformance-data.ts";
import type { FileKind } from "./hostile-mutate.ts";

/** Files of one table, and what is to be read of it when one of them is broken. */
export interface HostileTarget {
  name: string;
  /** Folder of the whole table. */
  root: string;
  /** Paths below the folder that are broken. */
  files: string[];
  kind: FileKind;
  /** `$T` is the table. */
  statements: string[];
  /** A sum or the log tells of every change: other rows than the whole table's are wrong. */
  isChecked: boolean;
}

const VALUES =
  "SELECT id, concat('s', id % 7) AS s, id / 4 AS d, CAST(id AS DECIMAL(12,3)) AS m, " +
  "date_add(DATE'2024-01-01', int(id)) AS day, timestamp_micros(id * 1000003) AS at, " +
  "id % 2 = 0 AS b, IF(id % 5 = 0, NULL, array(id, id + 1)) AS a, " +
  "named_struct('x', id, 'y', string(id)) AS n, map('k', id) AS k";
const QUERY = "SELECT * FROM $T";
const CHANGES = "SELECT * FROM table_changes_by_path('$P', 0)";

/** Makes the tables below `folder`. */
export async function makeTables(lake: Lake, folder: string): Promise<void> {
  const run = async (sql: string) => (await lake.sql(sql)).close();
  const create = async (name: string, properties: string, columns = "") => {
    const table = `delta.\`${join(folder, name)}\``;
    await run(
      `CREATE TABLE ${table} ${columns} TBLPROPERTIES (${properties}) ` +
        `AS ${VALUES} FROM range(30)`,
    );
    await run(`INSERT INTO ${table} ${VALUES} FROM range(30, 40)`);
    await run(`DELETE FROM ${table} WHERE id % 10 = 3`);
    await run(`UPDATE ${table} SET s = 'u' WHERE id % 10 = 4`);
    await run(`INSERT INTO ${table} ${VALUES} FROM range(40, 45)`);
  };
  await create(
    "classic",
    "'delta.checkpointInterval' = '3', 'delta.enableChangeDataFeed' = 'true'",
  );
  await create(
    "parts",
    "'delta.checkpointInterval' = '3', 'delta.dataSkippingNumIndexedCols' = '2'",
    "PARTITIONED BY (s)",
  );
  await create("v2", "'delta.checkpointInterval' = '3', 'delta.checkpointPolicy' = 'v2'");
  await create("commits", "'delta.checkpointInterval' = '100'");
  makeInline(join(folder, "commits"), join(folder, "inline"));
  mkdirSync(join(folder, "convert"));
  for (const name of readdirSync(join(folder, "classic"))) {
    if (name.endsWith(".parquet"))
      cpSync(join(folder, "classic", name), join(folder, "convert", name));
  }
}

/** A copy whose vectors are in the log itself; other rows are deleted. */
function makeInline(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const known = new Map<string, object>();
  const inlineOf = (line: string): string => {
    const action = JSON.parse(line);
    const file = action.add ?? action.remove;
    if (!file?.deletionVector) return line;
    const key = JSON.stringify(file.deletionVector);
    const made = known.get(key) ?? inlineVector([1n, BigInt(known.size + 2)]);
    known.set(key, made);
    file.deletionVector = made;
    return JSON.stringify(action);
  };
  const log = join(to, "_delta_log");
  for (const name of readdirSync(log)) {
    const lines = readFileSync(join(log, name), "utf8").split("\n");
    if (name.endsWith(".crc")) rmSync(join(log, name));
    else writeFileSync(join(log, name), lines.map((l) => (l ? inlineOf(l) : l)).join("\n"));
  }
}

function inlineVector(positions: bigint[]): object {
  const bytes = encodeDeletionVector(BigUint64Array.from(positions));
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return {
    storageType: "i",
    pathOrInlineDv: encodeZ85(padded),
    sizeInBytes: bytes.length,
    cardinality: positions.length,
  };
}

interface Choice {
  table: string;
  files: RegExp;
  kind: FileKind;
  isChecked?: boolean;
  statements?: string[];
}

const CHOICES: readonly Choice[] = [
  { table: "commits", files: /^_delta_log\/\d{20}\.json$/, kind: "json" },
  { table: "classic", files: /^_delta_log\/\d{20}\.json$/, kind: "json" },
  { table: "inline", files: /^_delta_log\/\d{20}\.json$/, kind: "json" },
  { table: "classic", files: /\.crc$/, kind: "json", isChecked: true },
  { table: "classic", files: /_last_checkpoint$/, kind: "json", isChecked: true },
  { table: "v2", files: /_last_checkpoint$/, kind: "json", isChecked: true },
  { table: "classic", files: /\.checkpoint\.parquet$/, kind: "parquet" },
  { table: "parts", files: /\.checkpoint\.parquet$/, kind: "parquet" },
  { table: "v2", files: /\.checkpoint\.[^.]*\.json$/, kind: "json" },
  { table: "v2", files: /_sidecars\//, kind: "parquet" },
  { table: "classic", files: /^[^/]*\.parquet$/, kind: "parquet" },
  { table: "parts", files: /^s=.*\.parquet$/, kind: "parquet" },
  { table: "classic", files: /deletion_vector.*\.bin$/, kind: "binary", isChecked: true },
  { table: "classic", files: /^_change_data\//, kind: "parquet", statements: [CHANGES] },
  {
    table: "convert",
    files: /\.parquet$/,
    kind: "parquet",
    statements: ["CONVERT TO DELTA parquet.`$P`", QUERY],
  },
];

/** Tables that others wrote, where the recorded ones are beside the checkout. */
const FOREIGN: readonly Choice[] = [
  { table: "kernel-golden/multi-part-checkpoint", files: /\.parquet$/, kind: "parquet" },
  { table: "kernel-golden/v2-checkpoint-json", files: /_sidecars\/[^.]/, kind: "parquet" },
  {
    table: "kernel-data/v2-parquet-sidecars-struct-stats-only",
    files: /_log.*\.parquet$/,
    kind: "parquet",
  },
  {
    table: "kernel-data/v2-checkpoints-parquet-without-sidecars",
    files: /_log.*\.parquet$/,
    kind: "parquet",
  },
  { table: "kernel-java/basic-dv-no-checkpoint", files: /\.bin$/, kind: "binary", isChecked: true },
  {
    table: "delta-rs/cdc_ict_table",
    files: /^_change_data.*\.parquet$/,
    kind: "parquet",
    statements: [CHANGES],
  },
  { table: "delta-rs/checkpoint-v2-table", files: /checkpoint.*\.parquet$/, kind: "parquet" },
];

/** What can be broken: own tables, and others' where there are some. */
export function listTargets(folder: string): HostileTarget[] {
  const own = CHOICES.map((choice) => targetOf(choice, join(folder, choice.table)));
  const foreign = FOREIGN.map((choice) =>
    targetOf(choice, join(conformanceFolder, "delta", choice.table, "table")),
  );
  return [...own, ...foreign.filter(({ files }) => files.length > 0)];
}

function targetOf({ table, files, kind, ...rest }: Choice, root: string): HostileTarget {
  const found = existsSync(root)
    ? readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .filter((path) => files.test(path))
        .sort()
    : [];
  return {
    name: `${table} ${files.source}`,
    root,
    files: found,
    kind,
    statements: rest.statements ?? [QUERY, "DESCRIBE HISTORY $T"],
    isChecked: rest.isChecked ?? false,
  };
}
