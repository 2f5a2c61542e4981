/**
 * One statement on a table that this lake and a peer change in turn. Whatever one of them changes
 * the other reads, and both must say what the model table says.
 */
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../src/core/errors.ts";
import type { Lake } from "../../src/lake/index.ts";
import { canonicalAnswer, pythonJson, readPath } from "./canonical-rows.ts";
import { createText, expectedRows, type ModelTable, type TableState } from "./model-table.ts";
import type { PeerRows } from "./peer.ts";
import type { Statement } from "./random-statements.ts";
import { dropOldCommits } from "./write-table.ts";

/** The other engine. */
export interface PeerEngine {
  name: string;
  /** Table properties that a sequence may start with, each with the values to draw from. */
  properties: Readonly<Record<string, readonly (string | null)[]>>;
  /** Those that statements may set later. */
  settable: readonly string[];
  /** Whether it has the statement. */
  runs(statement: Statement): boolean;
  run(statement: Statement, path: string): Promise<void>;
  /** Creates the table; false when it cannot rightly. */
  create(table: ModelTable, path: string): Promise<boolean>;
  read(path: string): Promise<PeerRows>;
  /** The versions, with what it shows of each. */
  history(path: string): Promise<PeerRows>;
  /** Rows of one version's change data feed, without the time of the commit. */
  changes(path: string, version: number): Promise<PeerRows | null>;
  /** Whatever else must hold of the table; throws. */
  check?(path: string, state: TableState): Promise<void>;
  /** Whether a failure says that the table has what the engine does not know. */
  isRefusal(error: unknown): boolean;
}

/** What ran, over all sequences. */
export interface Tally {
  ours: number;
  theirs: number;
  changeFeeds: number;
  /** By engine and kind: statements it refused, which the other one ran. */
  refused: Map<string, number>;
}

export interface Turns {
  lake: Lake;
  peer: PeerEngine;
  path: string;
  table: ModelTable;
  tally: Tally;
  /** What ran so far, for the report of a difference. */
  log: string[];
}

/** Creates the table, by one engine or the other. */
export async function createTable(run: Turns, byUs: boolean): Promise<void> {
  run.log.push(`${byUs ? "ours" : run.peer.name}: ${createText(run.table)}`);
  if (!byUs && (await run.peer.create(run.table, run.path))) return;
  try {
    await runOurs(run.lake, placed(run, createText(run.table)));
  } catch (error) {
    if (!byUs || !isNotImplemented(error)) throw error;
    run.log.push(`-- refused: ${(error as Error).message}`);
    await run.peer.create(run.table, run.path);
  }
}

/** Runs a statement; the other engine then reads the table. */
export async function takeTurn(run: Turns, statement: Statement, byUs: boolean): Promise<void> {
  const { table, path, peer, tally } = run;
  const before = newestVersion(path);
  const hadFeed = table.state.properties["delta.enableChangeDataFeed"] === "true";
  const isOurs = await runByOne(run, statement, byUs || !peer.runs(statement));
  if (isOurs) tally.ours++;
  else tally.theirs++;
  const newest = newestVersion(path);
  const previous = expectedRows(table.state);
  table.state = statement.after;
  for (let version = before + 1; version <= newest; version++) {
    table.versions.set(version, statement.after);
  }
  if (statement.forgets) table.versions = new Map([[newest, statement.after]]);
  const expected = expectedRows(statement.after);
  if (isOurs) assertSame(await peer.read(path), expected, `${peer.name} reads what we wrote`);
  else assertSame(await readPath(run.lake, path), expected, "we read what they wrote");
  if (hadFeed && CHANGES_ROWS.has(statement.kind) && newest > before) {
    await compareChanges(run, newest, previous);
  }
}

const CHANGES_ROWS = new Set(["insert", "overwrite", "update", "delete", "merge", "truncate"]);

/** Runs a statement with one engine, or with the other if that one refuses; whether ours did. */
async function runByOne(run: Turns, statement: Statement, byUs: boolean): Promise<boolean> {
  const { path, peer } = run;
  const before = newestVersion(path);
  for (const isOurs of [byUs, !byUs]) {
    const name = isOurs ? "ours" : peer.name;
    run.log.push(`${name}: ${statement.sql};`);
    try {
      if (isOurs) await runOurs(run.lake, placed(run, statement.sql), statement.settings);
      else await peer.run(statement, path);
      return isOurs;
    } catch (error) {
      const mayRefuse = isOurs ? isNotImplemented(error) : peer.isRefusal(error);
      const otherCan = isOurs !== byUs || !isOurs || peer.runs(statement);
      if (!mayRefuse || isOurs !== byUs || !otherCan) throw error;
      run.log.push(`-- refused: ${(error as Error).message.split("\n")[0]}`);
      if (newestVersion(path) !== before) throw new Error("a refused statement committed");
      const key = `${name}: ${statement.kind}`;
      run.tally.refused.set(key, (run.tally.refused.get(key) ?? 0) + 1);
    }
  }
  throw new Error("unreachable");
}

function placed({ path }: Turns, sql: string): string {
  return sql.replaceAll("$T", `delta.\`${path}\``);
}

/** Runs one of our statements under settings of the session. */
export async function runOurs(
  lake: Lake,
  sql: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const run = async (text: string) => (await lake.sql(text)).close();
  for (const [key, value] of Object.entries(settings)) await run(`SET ${key} = ${value}`);
  try {
    await run(sql);
  } finally {
    for (const key of Object.keys(settings)) await run(`RESET ${key}`);
  }
}

function isNotImplemented(error: unknown): boolean {
  return error instanceof SovereignError && error.code === "NOT_IMPLEMENTED";
}

/** The change data feed of a version leads from its rows before to those after, for both. */
async function compareChanges(turns: Turns, version: number, before: PeerRows): Promise<void> {
  const { lake, path, peer, table, tally } = turns;
  const what = `change data feed of version ${version}`;
  const ours = await canonicalAnswer(
    lake,
    "SELECT * EXCEPT (_commit_timestamp, _commit_version) " +
      `FROM table_changes_by_path('${path}', ${version}, ${version})`,
  );
  const rowsOf = (...types: string[]) =>
    ours.rows.flatMap((text) => {
      const row = JSON.parse(text) as unknown[];
      return types.includes(row.at(-1) as string) ? [pythonJson(row.slice(0, -1))] : [];
    });
  const kept = without(before.rows, rowsOf("delete", "update_preimage"));
  const rows = [...kept, ...rowsOf("insert", "update_postimage")];
  assertSame({ columns: before.columns, rows }, expectedRows(table.state), `${what}, applied`);
  const theirs = await peer.changes(path, version);
  if (theirs === null) return;
  assertSame(ours, columnsOf(theirs, ours.columns), what);
  tally.changeFeeds++;
}

/** Both engines on the newest version, and the history in every column that the peer shows. */
export async function compareAll({ lake, path, peer, table }: Turns): Promise<void> {
  const expected = expectedRows(table.state);
  assertSame(await peer.read(path), expected, `${peer.name} at the end`);
  assertSame(await readPath(lake, path), expected, "ours at the end");
  await peer.check?.(path, table.state);
  // Neither has seen the copy before: they read the newest checkpoint, whoever wrote it.
  const copy = `${path}-copy`;
  cpSync(path, copy, { recursive: true });
  dropOldCommits(copy);
  assertSame(await peer.read(copy), expected, `${peer.name} from the checkpoint`);
  assertSame(await readPath(lake, copy), expected, "ours from the checkpoint");
  const theirs = await peer.history(path);
  const ours = await canonicalAnswer(lake, `DESCRIBE HISTORY delta.\`${path}\``);
  assertSame(columnsOf(ours, theirs.columns), theirs, "DESCRIBE HISTORY");
}

/** The rows with some columns, in an order of choice. */
export function columnsOf({ columns, rows }: PeerRows, names: readonly string[]): PeerRows {
  const places = names.map((name) => columns.indexOf(name));
  if (places.includes(-1)) return { columns, rows };
  const chosen = rows.map((row) => {
    const cells = JSON.parse(row) as unknown[];
    return pythonJson(places.map((place) => cells[place]));
  });
  return { columns: [...names], rows: chosen };
}

function newestVersion(path: string): number {
  const names = readdirSync(join(path, "_delta_log")).filter((name) => /^\d{20}\.json$/.test(name));
  return Math.max(...names.map((name) => Number(name.slice(0, 20))));
}

/** Throws what is missing and what is too much. */
export function assertSame(found: PeerRows, wanted: PeerRows, what: string): void {
  const columns = [found.columns, wanted.columns].map((names) => names.join(", "));
  if (columns[0] !== columns[1]) {
    throw new Error(`${what}: columns ${columns[0]} instead of ${columns[1]}`);
  }
  const missing = without(wanted.rows, found.rows);
  const extra = without(found.rows, wanted.rows);
  if (missing.length === 0 && extra.length === 0) return;
  const lines = [...missing.map((row) => `missing ${row}`), ...extra.map((row) => `extra ${row}`)];
  const counts = `${missing.length} rows missing, ${extra.length} too many`;
  throw new Error([`${what}: ${counts}`, ...lines.slice(0, 12)].join("\n"));
}

/** The rows of the first list that the second lacks, by count. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}

/** The failure with all that ran before it. */
export function reportOf(error: unknown, name: string, log: readonly string[]): Error {
  const said = error instanceof Error ? error.message : String(error);
  return new Error(`${name}: ${said}\n\n${log.join("\n")}`, { cause: error });
}
