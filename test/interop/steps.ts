/**
 * Every kind of change in a row on one table, first by this lake and then by a peer: after each the
 * other engine reads the rows, and both name the operation alike.
 */
import { join } from "node:path";
import { createRng, type Rng } from "../../src/core/rng.ts";
import type { Lake } from "../../src/lake/index.ts";
import { createModel, expectedRows, type ModelTable } from "./model-table.ts";
import {
  addColumn,
  dropColumn,
  optimize,
  renameColumn,
  restore,
  zOrder,
} from "./random-maintenance.ts";
import { merge } from "./random-merge.ts";
import { insert, remove, type Statement, update } from "./random-statements.ts";
import { emptyTally } from "./sequences.ts";
import {
  compareAll,
  createTable,
  type PeerEngine,
  reportOf,
  type Turns,
  takeTurn,
} from "./turns.ts";

const MAPPED = { "delta.columnMapping.mode": "name" };
const VECTORS = { "delta.enableDeletionVectors": "true" };
const FEED = { "delta.enableChangeDataFeed": "true" };
const NO_VECTORS = { "delta.enableDeletionVectors": "false" };

/** The tables, by name. */
export const STEP_TABLES: readonly (readonly [
  string,
  boolean,
  Readonly<Record<string, string>>,
])[] = [
  ["plain", false, NO_VECTORS],
  ["partitioned", true, NO_VECTORS],
  ["vectors", false, VECTORS],
  ["vectors partitioned", true, VECTORS],
  ["change feed", false, { ...NO_VECTORS, ...FEED }],
  ["change feed vectors partitioned", true, { ...VECTORS, ...FEED }],
  ["mapped", false, { ...NO_VECTORS, ...MAPPED }],
  ["mapped vectors partitioned change feed", true, { ...VECTORS, ...MAPPED, ...FEED }],
];

type Maker = (rng: Rng, table: ModelTable) => Statement;

const STEPS: readonly (readonly [Maker, string])[] = [
  [insert, "WRITE"],
  [update, "UPDATE"],
  [remove, "DELETE"],
  [merge, "MERGE"],
  [insert, "WRITE"],
  [optimize, "OPTIMIZE"],
  [insert, "WRITE"],
  [zOrder, "OPTIMIZE"],
  [restore, "RESTORE"],
];

const COLUMN_STEPS: readonly (readonly [Maker, string])[] = [
  [(rng, table) => addColumn(rng, table, []), "ADD COLUMNS"],
  [(rng, table) => renameColumn(rng, table, []), "RENAME COLUMN"],
  [insert, "WRITE"],
  [update, "UPDATE"],
  [(rng, table) => dropColumn(rng, table, []), "DROP COLUMNS"],
  [merge, "MERGE"],
];

export interface StepsRun {
  lake: Lake;
  peer: PeerEngine;
  folder: string;
  /** One of `STEP_TABLES`. */
  table: (typeof STEP_TABLES)[number];
}

/** Runs the steps on one table; a difference is an error that lists what ran up to it. */
export async function runSteps({ lake, peer, folder, table: kind }: StepsRun): Promise<void> {
  const [name, isPartitioned, properties] = kind;
  const rng = createRng(name.length);
  const table = createModel(isPartitioned, properties);
  const path = join(folder, name.replaceAll(" ", "-"));
  const turns: Turns = { lake, peer, path, table, tally: emptyTally(), log: [] };
  const steps = "delta.columnMapping.mode" in properties ? [...STEPS, ...COLUMN_STEPS] : STEPS;
  try {
    await createTable(turns, true);
    for (const [maker, operation] of steps) {
      for (const byUs of [true, false]) {
        await takeTurn(turns, effective(rng, table, maker), byUs);
        await sameOperation(turns, operation);
      }
    }
    await compareAll(turns);
  } catch (error) {
    throw reportOf(error, `${peer.name}, ${name}`, turns.log);
  }
}

/** A statement that changes rows, if that kind does at all. */
function effective(rng: Rng, table: ModelTable, maker: Maker): Statement {
  const before = expectedRows(table.state).rows.join();
  for (let i = 0; ; i++) {
    const statement = maker(rng, table);
    if (i === 20 || expectedRows(statement.after).rows.join() !== before) return statement;
  }
}

async function sameOperation({ lake, peer, path }: Turns, operation: string): Promise<void> {
  const ours = (await (await lake.table(`delta.\`${path}\``)).history())[0]!;
  if (ours.operation !== operation) throw new Error(`${ours.operation} is not ${operation}`);
  const { columns, rows } = await peer.history(path);
  const [version, shown] = ["version", "operation"].map((column) => columns.indexOf(column));
  const names = new Map(
    rows.map((row) => JSON.parse(row) as unknown[]).map((row) => [row[version!], row[shown!]]),
  );
  const theirs = names.get(String(ours.version));
  if (theirs !== operation) throw new Error(`${peer.name} shows ${theirs}, not ${operation}`);
}
