/**
 * An endless list of write statements, one kind after the other, and what they must leave behind:
 * step `n` as SQL, and the same step on a model in plain maps. Every step can follow any other.
 */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommitSummary, Lake } from "../../../src/lake/index.ts";
import { copyModel, type Model } from "./kill-model.ts";

/** Where a step runs. */
export interface Place {
  folder: string;
  /** Version of `t` that RESTORE goes back to. */
  restoreVersion: number;
}

interface Kind {
  name: string;
  /** Files it needs, made whole before it begins. */
  prepare?(n: number, place: Place): void;
  sql?(n: number, place: Place): string;
  run?(lake: Lake, n: number): Promise<CommitSummary | null>;
  apply?(model: Model, n: number): void;
}

const ids = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
type Rows = Map<number, number>;
const put = (rows: Rows, keys: readonly number[], v: number) => {
  for (const key of keys) rows.set(key, v);
};
const remove = (rows: Rows, goes: (id: number) => boolean) => {
  for (const id of [...rows.keys()]) if (goes(id)) rows.delete(id);
};
const add = (rows: Rows, goes: (id: number) => boolean, more: number) => {
  for (const [id, v] of rows) if (goes(id)) rows.set(id, v + more);
};

const mergeSql = (table: string, n: number, columns: string) =>
  `MERGE INTO ${table} USING (SELECT * FROM ${table} WHERE id % 5 = ${n % 5} UNION ALL ` +
  `SELECT id + ${n * 100 + 50}, ${n}${columns} FROM range(5)) s ON ${table}.id = s.id ` +
  `WHEN MATCHED AND ${table}.id % 2 = 0 THEN DELETE WHEN MATCHED THEN ` +
  "UPDATE SET v = s.v + 1000 WHEN NOT MATCHED THEN INSERT *";

const merge = (rows: Rows, n: number) => {
  const before = new Map(rows);
  remove(rows, (id) => before.has(id) && id % 5 === n % 5 && id % 2 === 0);
  add(rows, (id) => id % 5 === n % 5, 1000);
  put(rows, ids(n * 100 + 50, 5), n);
};

/** Makes a file or folder aside, then gives it its name. */
function place(path: string, make: (aside: string) => void): void {
  rmSync(`${path}.aside`, { recursive: true, force: true });
  mkdirSync(join(path, ".."), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  make(`${path}.aside`);
  renameSync(`${path}.aside`, path);
}

const convertedFolder = (folder: string, n: number) => join(folder, `convert/c${n}`);
const brokenFolder = (folder: string, n: number) => join(folder, `repair/b${n}`);
const dataFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".parquet"))
    .sort();

const KINDS: readonly Kind[] = [
  {
    name: "INSERT",
    sql: (n) => `INSERT INTO t SELECT id + ${n * 100}, ${n} FROM range(20)`,
    apply: ({ t }, n) => put(t, ids(n * 100, 20), n),
  },
  {
    name: "append() of 5 rows",
    run: async (lake, n) =>
      (await lake.table("t")).append(ids(n * 100, 5).map((id) => ({ id: BigInt(id), v: n }))),
    apply: ({ t }, n) => put(t, ids(n * 100, 5), n),
  },
  {
    name: "INSERT, copy-on-write table",
    sql: (n) => `INSERT INTO w SELECT id + ${n * 100}, ${n}, id % 4 FROM range(20)`,
    apply: ({ w }, n) => put(w, ids(n * 100, 20), n),
  },
  {
    name: "UPDATE",
    sql: (n) => `UPDATE t SET v = v + 1 WHERE id % 3 = ${n % 3}`,
    apply: ({ t }, n) => add(t, (id) => id % 3 === n % 3, 1),
  },
  {
    name: "UPDATE, copy-on-write",
    sql: (n) => `UPDATE w SET v = v + 1 WHERE id % 3 = ${n % 3}`,
    apply: ({ w }, n) => add(w, (id) => id % 3 === n % 3, 1),
  },
  {
    name: "CREATE TABLE AS SELECT",
    sql: (n) => `CREATE TABLE c${n} AS SELECT id FROM t`,
    apply: ({ copies, t }, n) => copies.set(`c${n}`, [...t.keys()]),
  },
  {
    name: "OPTIMIZE",
    sql: () => "OPTIMIZE t",
  },
  {
    name: "DELETE",
    sql: (n) => `DELETE FROM t WHERE id % 7 = ${n % 7}`,
    apply: ({ t }, n) => remove(t, (id) => id % 7 === n % 7),
  },
  {
    name: "DELETE, copy-on-write",
    sql: (n) => `DELETE FROM w WHERE id % 7 = ${n % 7}`,
    apply: ({ w }, n) => remove(w, (id) => id % 7 === n % 7),
  },
  {
    name: "CONVERT TO DELTA",
    prepare: (n, { folder }) =>
      place(convertedFolder(folder, n), (aside) => {
        mkdirSync(aside);
        const plain = join(folder, "plain");
        for (const name of dataFiles(plain)) cpSync(join(plain, name), join(aside, name));
      }),
    sql: (n, { folder }) => `CONVERT TO DELTA parquet.\`${convertedFolder(folder, n)}\``,
    apply(model, n) {
      model.converted = n;
    },
  },
  {
    name: "MERGE",
    sql: (n) => mergeSql("t", n, ""),
    apply: ({ t }, n) => merge(t, n),
  },
  {
    name: "MERGE, copy-on-write",
    sql: (n) => mergeSql("w", n, ", (id + 2) % 4"),
    apply: ({ w }, n) => merge(w, n),
  },
  {
    name: "COPY INTO",
    prepare: (n, { folder }) =>
      place(join(folder, `landing/${n}.csv`), (aside) => {
        const lines = ids(n * 100 + 70, 10).map((id) => `${id},${n}\n`);
        writeFileSync(aside, `id,v\n${lines.join("")}`);
      }),
    sql: () =>
      "COPY INTO t FROM 'landing' FILEFORMAT = CSV PATTERN = '*.csv' " +
      "FORMAT_OPTIONS ('header' = 'true')",
    apply: ({ t }, n) => put(t, ids(n * 100 + 70, 10), n),
  },
  {
    name: "ZORDER BY",
    sql: () => "OPTIMIZE w ZORDER BY (id, v)",
  },
  {
    name: "DELETE of all rows",
    sql: () => "DELETE FROM k",
    apply: ({ k }) => k.clear(),
  },
  {
    name: "CREATE TABLE SHALLOW CLONE",
    sql: () => "CREATE OR REPLACE TABLE k SHALLOW CLONE base",
    apply(model) {
      model.k = baseRows();
    },
  },
  {
    name: "ALTER TABLE SET TBLPROPERTIES",
    sql: (n) => `ALTER TABLE t SET TBLPROPERTIES ('step' = '${n}')`,
    apply(model, n) {
      model.property = String(n);
    },
  },
  {
    name: "INSERT, identity column",
    sql: (n) => `INSERT INTO g (v) VALUES (${n}), (${n})`,
    apply: ({ g }, n) => g.push(n, n),
  },
  {
    name: "REORG TABLE APPLY (PURGE)",
    sql: () => "REORG TABLE t APPLY (PURGE)",
  },
  {
    name: "INSERT REPLACE WHERE",
    sql: (n) =>
      `INSERT INTO w REPLACE WHERE p = ${n % 4} ` +
      `SELECT id * 4 + ${n * 100 + (n % 4)}, ${n}, ${n % 4}L FROM range(10)`,
    apply({ w }, n) {
      remove(w, (id) => id % 4 === n % 4);
      put(
        w,
        ids(0, 10).map((i) => i * 4 + n * 100 + (n % 4)),
        n,
      );
    },
  },
  {
    name: "FSCK REPAIR TABLE",
    prepare: (n, { folder }) =>
      place(brokenFolder(folder, n), (aside) => {
        cpSync(join(folder, "plain"), aside, { recursive: true });
        rmSync(join(aside, dataFiles(aside)[0]!));
      }),
    sql: (n, { folder }) => `FSCK REPAIR TABLE delta.\`${brokenFolder(folder, n)}\``,
    apply(model, n) {
      model.repaired = n;
    },
  },
  {
    name: "UPDATE of a shallow clone",
    sql: (n) => `UPDATE k SET v = v + 1 WHERE id % 3 = ${n % 3}`,
    apply: ({ k }, n) => add(k, (id) => id % 3 === n % 3, 1),
  },
  {
    name: "VACUUM",
    sql: () => "VACUUM w RETAIN 0 HOURS",
  },
  {
    name: "INSERT OVERWRITE",
    sql: (n) => `INSERT OVERWRITE t SELECT id + ${n * 100 + 80}, ${n} FROM range(10)`,
    apply({ t }, n) {
      t.clear();
      put(t, ids(n * 100 + 80, 10), n);
    },
  },
  {
    name: "RESTORE TABLE",
    sql: (_, { restoreVersion }) => `RESTORE TABLE t TO VERSION AS OF ${restoreVersion}`,
    apply(model) {
      model.t = new Map(model.restorable.rows);
      model.property = model.restorable.property;
    },
  },
  {
    name: "CREATE OR REPLACE TABLE",
    sql: (n) =>
      "CREATE OR REPLACE TABLE r TBLPROPERTIES ('delta.enableTypeWidening' = 'true') " +
      `AS SELECT int(id + ${n}) AS id FROM range(3)`,
    apply(model, n) {
      model.r = { columns: ["id:int"], ids: ids(n, 3) };
    },
  },
  {
    name: "ALTER TABLE ADD COLUMN",
    sql: (n) => `ALTER TABLE r ADD COLUMN x${n} INT`,
    apply: ({ r }, n) => r.columns.push(`x${n}:int`),
  },
  {
    name: "ALTER COLUMN TYPE",
    sql: () => "ALTER TABLE r ALTER COLUMN id TYPE BIGINT",
    apply({ r }) {
      r.columns[0] = "id:bigint";
    },
  },
  {
    name: "CREATE TABLE DEEP CLONE",
    sql: () => "CREATE OR REPLACE TABLE d DEEP CLONE t",
    apply(model) {
      model.d = new Map(model.t);
    },
  },
  {
    name: "DROP TABLE",
    sql: (n) => `DROP TABLE IF EXISTS ${droppedBy(n)}`,
    apply: ({ copies }, n) => copies.delete(droppedBy(n)),
  },
];

/** Statements in a turn. */
export const KIND_COUNT = KINDS.length;

/** The copy made a turn ago: there is always one to see. */
function droppedBy(n: number): string {
  const made = KINDS.findIndex(({ name }) => name === "CREATE TABLE AS SELECT");
  return `c${Math.max(0, n - (KIND_COUNT - 1) + made - KIND_COUNT)}`;
}

function kindOf(n: number): Kind {
  return KINDS[n % KIND_COUNT]!;
}

/** Name of step `n`. */
export function stepName(n: number): string {
  return kindOf(n).name;
}

const VECTORS = "'delta.enableDeletionVectors'";

/** Statements that make the tables the steps need. */
export function setupStatements(folder: string): string[] {
  const plain = `delta.\`${join(folder, "plain")}\``;
  return [
    "CREATE TABLE t (id BIGINT, v BIGINT) TBLPROPERTIES ('delta.checkpointInterval' = '4', " +
      "'delta.enableChangeDataFeed' = 'true')",
    "CREATE TABLE w (id BIGINT, v BIGINT, p BIGINT) PARTITIONED BY (p) TBLPROPERTIES " +
      `(${VECTORS} = 'false', 'delta.enableChangeDataFeed' = 'true', ` +
      "'delta.checkpointPolicy' = 'v2', 'delta.checkpointInterval' = '2', " +
      "'delta.logRetentionDuration' = 'interval 1 days')",
    "CREATE TABLE r (id INT) TBLPROPERTIES ('delta.enableTypeWidening' = 'true')",
    "CREATE TABLE base (id BIGINT, v BIGINT)",
    "INSERT INTO base SELECT id, 0 FROM range(40)",
    "DELETE FROM base WHERE id % 10 = 0",
    "CREATE TABLE k (id BIGINT, v BIGINT)",
    "CREATE TABLE d DEEP CLONE t",
    "CREATE TABLE g (id BIGINT GENERATED ALWAYS AS IDENTITY, v BIGINT)",
    `CREATE TABLE ${plain} (id BIGINT, v BIGINT) TBLPROPERTIES (${VECTORS} = 'false')`,
    `INSERT INTO ${plain} VALUES (1, 1), (2, 2)`,
    `INSERT INTO ${plain} VALUES (3, 3), (4, 4)`,
  ];
}

/** Rows of `base`, which nothing changes. */
function baseRows(): Map<number, number> {
  const rows = ids(0, 40).filter((id) => id % 10 !== 0);
  return new Map(rows.map((id) => [id, 0]));
}

/** Makes the files that step `n` needs. */
export function prepareStep(n: number, where: Place): void {
  kindOf(n).prepare?.(n, where);
}

/** Runs step `n`. */
export async function runStep(lake: Lake, n: number, where: Place): Promise<void> {
  const kind = kindOf(n);
  if (kind.sql) await (await lake.sql(kind.sql(n, where))).close();
  else await kind.run!(lake, n);
}

/** The model after step `n`; the given one stays. */
export function afterStep(model: Model, n: number): Model {
  const next = copyModel(model);
  kindOf(n).apply?.(next, n);
  return next;
}
