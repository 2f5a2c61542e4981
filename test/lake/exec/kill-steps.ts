/**
 * An endless list of write statements, one kind after the other, and what they must leave behind:
 * step `n` as SQL, and the same step on a model in plain maps. Every step can follow any other.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Model {
  /** Rows of `t`: id → v. */
  t: Map<number, number>;
  /** `step` property of `t`. */
  property: string | null;
  /** Columns and rows of `r`. */
  r: { columns: string[]; ids: number[] };
  /** Tables made by CTAS, with the ids in them. */
  copies: Map<string, number[]>;
}

interface Kind {
  name: string;
  sql(n: number): string;
  apply(model: Model, n: number): void;
}

const ids = (start: number, count: number) => Array.from({ length: count }, (_, i) => start + i);
/** The copy made two turns ago: there is always one to see. */
const droppedBy = (n: number) => `c${Math.max(2, n - 19)}`;
const put = (model: Model, keys: readonly number[], v: number) => {
  for (const key of keys) model.t.set(key, v);
};

const KINDS: readonly Kind[] = [
  {
    name: "INSERT",
    sql: (n) => `INSERT INTO t SELECT id + ${n * 100}, ${n} FROM range(20)`,
    apply: (model, n) => put(model, ids(n * 100, 20), n),
  },
  {
    name: "UPDATE",
    sql: (n) => `UPDATE t SET v = v + 1 WHERE id % 3 = ${n % 3}`,
    apply(model, n) {
      for (const [id, v] of model.t) if (id % 3 === n % 3) model.t.set(id, v + 1);
    },
  },
  {
    name: "CREATE TABLE AS SELECT",
    sql: (n) => `CREATE TABLE c${n} AS SELECT id FROM t`,
    apply: (model, n) => model.copies.set(`c${n}`, [...model.t.keys()]),
  },
  {
    name: "DELETE",
    sql: (n) => `DELETE FROM t WHERE id % 7 = ${n % 7}`,
    apply(model, n) {
      for (const id of [...model.t.keys()]) if (id % 7 === n % 7) model.t.delete(id);
    },
  },
  {
    name: "MERGE",
    sql: (n) =>
      `MERGE INTO t USING (SELECT id, v FROM t WHERE id % 5 = ${n % 5} UNION ALL ` +
      `SELECT id + ${n * 100 + 50}, ${n} FROM range(5)) s ON t.id = s.id ` +
      "WHEN MATCHED AND t.id % 2 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v + 1000 " +
      "WHEN NOT MATCHED THEN INSERT *",
    apply(model, n) {
      for (const [id, v] of [...model.t]) {
        if (id % 5 !== n % 5) continue;
        if (id % 2 === 0) model.t.delete(id);
        else model.t.set(id, v + 1000);
      }
      put(model, ids(n * 100 + 50, 5), n);
    },
  },
  {
    name: "COPY INTO",
    sql: () => "COPY INTO t FROM 'landing' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')",
    apply: (model, n) => put(model, ids(n * 100 + 70, 10), n),
  },
  {
    name: "ALTER TABLE SET TBLPROPERTIES",
    sql: (n) => `ALTER TABLE t SET TBLPROPERTIES ('step' = '${n}')`,
    apply(model, n) {
      model.property = String(n);
    },
  },
  {
    name: "INSERT OVERWRITE",
    sql: (n) => `INSERT OVERWRITE t SELECT id + ${n * 100 + 80}, ${n} FROM range(10)`,
    apply(model, n) {
      model.t.clear();
      put(model, ids(n * 100 + 80, 10), n);
    },
  },
  {
    name: "CREATE OR REPLACE TABLE",
    sql: (n) => `CREATE OR REPLACE TABLE r AS SELECT id + ${n} AS id FROM range(3)`,
    apply(model, n) {
      model.r = { columns: ["id"], ids: ids(n, 3) };
    },
  },
  {
    name: "ALTER TABLE ADD COLUMN",
    sql: (n) => `ALTER TABLE r ADD COLUMN x${n} INT`,
    apply: (model, n) => model.r.columns.push(`x${n}`),
  },
  {
    name: "DROP TABLE",
    sql: (n) => `DROP TABLE IF EXISTS ${droppedBy(n)}`,
    apply: (model, n) => model.copies.delete(droppedBy(n)),
  },
];

function kindOf(n: number): Kind {
  return KINDS[n % KINDS.length]!;
}

/** Name of step `n`. */
export function stepName(n: number): string {
  return kindOf(n).name;
}

/** Statements that make the tables the steps need. */
export const SETUP = [
  "CREATE TABLE t (id BIGINT, v BIGINT) TBLPROPERTIES ('delta.checkpointInterval' = '4')",
  "CREATE TABLE r (id BIGINT)",
];

/** What is there after SETUP. */
export function emptyModel(): Model {
  return { t: new Map(), property: null, r: { columns: ["id"], ids: [] }, copies: new Map() };
}

/** SQL of step `n`; the file that COPY INTO loads is made first, whole. */
export function prepareStep(n: number, folder: string): string {
  if (stepName(n) === "COPY INTO") {
    const landing = join(folder, "landing");
    mkdirSync(landing, { recursive: true });
    const lines = ids(n * 100 + 70, 10).map((id) => `${id},${n}\n`);
    const aside = join(folder, `${n}.csv`);
    writeFileSync(aside, `id,v\n${lines.join("")}`);
    renameSync(aside, join(landing, `${n}.csv`));
  }
  return kindOf(n).sql(n);
}

/** The model after step `n`; the given one stays. */
export function afterStep(model: Model, n: number): Model {
  const next: Model = {
    t: new Map(model.t),
    property: model.property,
    r: { columns: [...model.r.columns], ids: [...model.r.ids] },
    copies: new Map(model.copies),
  };
  kindOf(n).apply(next, n);
  return next;
}

/** One text for equal states. */
export function describeModel({ t, property, r, copies }: Model): string {
  const byNumber = (a: number, b: number) => a - b;
  const lines = [
    `t ${[...t].sort(([a], [b]) => a - b).join(" ")}`,
    `step ${property}`,
    `r ${r.columns.join(",")}: ${[...r.ids].sort(byNumber).join(",")}`,
    ...[...copies].sort().map(([name, rows]) => `${name} ${[...rows].sort(byNumber).join(",")}`),
  ];
  return lines.join("\n");
}
