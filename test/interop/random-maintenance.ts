/** Random statements that leave the rows or take old ones back: files, columns, properties. */
import type { Rng } from "../../src/core/rng.ts";
import { type Column, type ModelTable, nameOf, PARTITIONS, quoteName } from "./model-table.ts";
import { inPartition, pick } from "./random-conditions.ts";
import { merge } from "./random-merge.ts";
import {
  insert,
  overwrite,
  overwriteDynamically,
  overwritePartition,
  remove,
  replaceWhere,
  type Statement,
  truncate,
  update,
} from "./random-statements.ts";

type Maker = (rng: Rng, table: ModelTable, settable: readonly string[]) => Statement;

/** What is run, with its weight. */
const MAKERS: readonly (readonly [Maker, number])[] = [
  [insert, 20],
  [overwrite, 1],
  [overwriteDynamically, 3],
  [overwritePartition, 3],
  [replaceWhere, 4],
  [update, 12],
  [remove, 10],
  [merge, 14],
  [truncate, 1],
  [optimize, 6],
  [zOrder, 4],
  [purge, 3],
  [restore, 5],
  [vacuum, 2],
  [addColumn, 3],
  [renameColumn, 3],
  [dropColumn, 2],
  [setProperty, 5],
];

const MAPPING = "delta.columnMapping.mode";

/**
 * The next statement; a table of few rows is given more, a large one less. `settable` are the
 * table properties that may be set.
 */
export function nextStatement(rng: Rng, table: ModelTable, settable: readonly string[]): Statement {
  const count = table.state.rows.length;
  if (count < 12) return insert(rng, table);
  if (count > 150) return remove(rng, table);
  const total = MAKERS.reduce((sum, [, weight]) => sum + weight, 0);
  let left = rng.int(total);
  for (const [maker, weight] of MAKERS) {
    if (left < weight) return maker(rng, table, settable);
    left -= weight;
  }
  throw new Error("the weights do not add up");
}

export function optimize(rng: Rng, { state, isPartitioned }: ModelTable): Statement {
  const value = pick(rng, PARTITIONS);
  const where = isPartitioned && rng.int(2) === 0 ? inPartition(state, value) : null;
  return {
    kind: "optimize",
    sql: `OPTIMIZE $T${where === null ? "" : ` WHERE ${where.text()}`}`,
    ...(where === null || value !== null
      ? { deltaRs: { op: "compact", args: { value: where === null ? null : value } } }
      : {}),
    after: state,
  };
}

export function zOrder(rng: Rng, { state }: ModelTable): Statement {
  const keys = pick(rng, [["id"], ["v"], ["v", "s"], ["s", "id"]]);
  const names = keys.map((key) => nameOf(state, key));
  return {
    kind: "zorder",
    sql: `OPTIMIZE $T ZORDER BY (${names.join(", ")})`,
    deltaRs: { op: "z_order", args: { columns: names } },
    after: state,
  };
}

function purge(_: Rng, { state }: ModelTable): Statement {
  return { kind: "purge", sql: "REORG TABLE $T APPLY (PURGE)", after: state };
}

export function restore(rng: Rng, { versions }: ModelTable): Statement {
  const mapping = (version: number) => versions.get(version)!.properties[MAPPING];
  const known = [...versions.keys()];
  const newest = known.at(-1)!;
  const version = pick(
    rng,
    known.slice(-12).filter((one) => mapping(one) === mapping(newest)),
  );
  return {
    kind: "restore",
    sql: `RESTORE TABLE $T TO VERSION AS OF ${version}`,
    deltaRs: { op: "restore", args: { version } },
    after: versions.get(version)!,
  };
}

function vacuum(rng: Rng, { state }: ModelTable): Statement {
  const forgets = rng.int(2) === 0;
  return {
    kind: "vacuum",
    sql: `VACUUM $T RETAIN ${forgets ? 0 : 168} HOURS`,
    settings: { "spark.databricks.delta.retentionDurationCheck.enabled": "false" },
    deltaRs: { op: "vacuum", args: { hours: forgets ? 0 : 168 } },
    after: state,
    forgets,
  };
}

export function addColumn(rng: Rng, table: ModelTable, settable: readonly string[]): Statement {
  const { state } = table;
  const taken = new Set(state.columns.map(({ name }) => name));
  const name = ["c0", "c1", "c2"].find((one) => !taken.has(one));
  if (name === undefined) return setProperty(rng, table, settable);
  const type = pick(rng, ["INT", "STRING"] as const);
  const column: Column = { key: `added${table.nextColumn++}`, name, type };
  const place = pick(rng, ["", "", " FIRST", ` AFTER ${nameOf(state, "id")}`]);
  const columns = [...state.columns];
  const id = columns.findIndex(({ key }) => key === "id");
  columns.splice(place === "" ? columns.length : place === " FIRST" ? 0 : id + 1, 0, column);
  return {
    kind: "add column",
    sql: `ALTER TABLE $T ADD COLUMN ${name} ${type}${place}`,
    ...(place === "" ? { deltaRs: { op: "add_column", args: { name, type } } } : {}),
    after: { ...state, columns },
  };
}

export function renameColumn(rng: Rng, table: ModelTable, settable: readonly string[]): Statement {
  const { state } = table;
  if (state.properties[MAPPING] === undefined) return addColumn(rng, table, settable);
  const column = pick(rng, state.columns);
  const plain = column.name.split(" ")[0];
  const isTaken = state.columns.some((one) => one.name === plain);
  const name = isTaken ? `${plain} ${table.nextColumn++}` : plain!;
  return {
    kind: "rename column",
    sql: `ALTER TABLE $T RENAME COLUMN ${quoteName(column.name)} TO ${quoteName(name)}`,
    after: {
      ...state,
      columns: state.columns.map((one) => (one === column ? { ...one, name } : one)),
    },
  };
}

export function dropColumn(rng: Rng, table: ModelTable, settable: readonly string[]): Statement {
  const { state } = table;
  const added = state.columns.filter(({ key }) => key.startsWith("added"));
  if (state.properties[MAPPING] === undefined || added.length === 0)
    return addColumn(rng, table, settable);
  const column = pick(rng, added);
  return {
    kind: "drop column",
    sql: `ALTER TABLE $T DROP COLUMN ${quoteName(column.name)}`,
    after: { ...state, columns: state.columns.filter((one) => one !== column) },
  };
}

function setProperty(rng: Rng, { state }: ModelTable, settable: readonly string[]): Statement {
  const all = [
    ["delta.enableDeletionVectors", rng.int(3) === 0 ? "false" : "true"],
    ["delta.enableChangeDataFeed", rng.int(3) === 0 ? "false" : "true"],
    ["delta.checkpointInterval", String(1 + rng.int(5))],
    ["delta.checkpointPolicy", rng.int(3) === 0 ? "classic" : "v2"],
    ["delta.enableInCommitTimestamps", "true"],
    [MAPPING, state.properties[MAPPING] ?? "name"],
  ] as const;
  const [key, value] = pick(
    rng,
    all.filter(([name]) => settable.includes(name)),
  );
  return {
    kind: "set property",
    sql: `ALTER TABLE $T SET TBLPROPERTIES ('${key}' = '${value}')`,
    ...(DELTA_RS_SETS.has(key) ? { deltaRs: { op: "set_property", args: { key, value } } } : {}),
    after: { ...state, properties: { ...state.properties, [key]: value } },
  };
}

const DELTA_RS_SETS = new Set(["delta.checkpointInterval", "delta.enableChangeDataFeed"]);
