/**
 * The races of `fixtures/lake/conflicts` run here: each statement is run up to its commit, on one
 * table; a race is then the winner's commit on a copy of the table's log, and the loser's after it.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFixedClock } from "../../../src/core/clock.ts";
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng } from "../../../src/core/rng.ts";
import { createMemoryCatalog } from "../../../src/lake/catalog/index.ts";
import type { Action, CommitRequest, IsolationLevel } from "../../../src/lake/delta/index.ts";
import { DeltaLog, type Snapshot } from "../../../src/lake/delta/index.ts";
import { logPath } from "../../../src/lake/delta/write/commit.ts";
import { namedOperation } from "../../../src/lake/delta/write/operations.ts";
import { protocolFor } from "../../../src/lake/delta/write/protocol-for.ts";
import { beginTransaction } from "../../../src/lake/delta/write/transaction.ts";
import { startEngine } from "../../../src/lake/engine/index.ts";
import { Session } from "../../../src/lake/exec/session.ts";
import { executeStatement, parseScript } from "../../../src/lake/sql-door.ts";

interface Cases {
  tables: Record<string, string[]>;
  rows: string[];
  places: Record<string, Record<string, string>>;
  operations: Record<string, { sql: string; tables?: string[] }>;
}

const FOLDER = join(import.meta.dirname, "../../../fixtures/lake/conflicts");
const CASES = JSON.parse(readFileSync(join(FOLDER, "operations.json"), "utf8")) as Cases;

export const RACED_TABLES = Object.keys(CASES.tables);

export interface RecordedRaces {
  isolation: IsolationLevel;
  loser: string;
  /** Winners by what became of the loser. */
  outcomes: Record<string, string[]>;
}

/** What delta-spark made of each race on a table. */
export function recordedRaces(table: string): RecordedRaces[] {
  const text = readFileSync(join(FOLDER, `${table}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedRaces);
}

/** The statements for a table by name: those with a place once in each. */
function placed(table: string): [string, string][] {
  return Object.entries(CASES.operations).flatMap(([name, { sql, tables }]) => {
    if (tables && !tables.includes(table)) return [];
    const texts = Object.entries(CASES.places).map(([place, words]): [string, string] => [
      `${name} ${place}`,
      Object.entries(words).reduce((text, [word, value]) => text.replaceAll(word, value), sql),
    ]);
    return texts[0]![1] === sql ? [[name, sql]] : texts;
  });
}

/** `partitions`: as delta-spark does, by partition values alone; the winners' files have no more. */
export type Precision = "statistics" | "partitions";

export interface Races {
  /** What becomes of the loser: `commits`, or its error class. */
  race(
    loser: string,
    winner: string,
    how: { isolation: IsolationLevel; by: Precision },
  ): Promise<string>;
  close(): void;
}

/** Makes a table and readies every statement on it. */
export async function prepareRaces(table: string): Promise<Races> {
  const folder = mkdtempSync(join(tmpdir(), "races-"));
  const root = join(folder, "table");
  const requests = new Map<string, CommitRequest>();
  let pending = "";
  const session = openSession(folder, (request) => {
    if (pending === "") return;
    requests.set(pending, request);
    throw new Held();
  });
  const run = async (sql: string) => {
    const [kind, rest] = [/^(txn|dynamic) /.exec(sql)?.[1], sql.replace(/^(txn|dynamic) /, "")];
    if (kind === "dynamic") session.settings.set(PARTITION_MODE, "dynamic");
    const options = kind === "txn" ? { txn: { appId: "app", version: 1 } } : {};
    try {
      const [statement] = parseScript(rest.replaceAll("$T", `delta.\`${root}\``));
      await (await executeStatement(session, statement!, options)).close();
    } finally {
      session.settings.delete(PARTITION_MODE);
    }
  };
  for (const sql of [...CASES.tables[table]!, ...CASES.rows]) await run(sql);
  const snapshot = await DeltaLog.open(root).snapshot();
  for (const [name, sql] of placed(table)) {
    pending = name;
    try {
      await run(sql);
    } catch (error) {
      if (!(error instanceof Held)) requests.set(name, modelled(name, snapshot, error));
    }
  }
  await session.close();
  return openRaces(folder, snapshot, requests);
}

const PARTITION_MODE = "spark.sql.sources.partitionOverwriteMode";

class Held extends Error {}

function openSession(folder: string, beforeCommit: (request: CommitRequest) => void): Session {
  return new Session({
    catalog: createMemoryCatalog(join(folder, "lake")),
    clock: createFixedClock(1_800_000_000_000),
    baseFolder: folder,
    startEngine: () => startEngine({ threads: 1, tempDirectory: join(folder, "tmp") }),
    transaction: { beforeCommit, rng: createRng(1) },
  });
}

/** What a statement that SQL has no words for would commit. */
function modelled(name: string, snapshot: Snapshot, why: unknown): CommitRequest {
  if (!(why instanceof SovereignError) || name !== "upgrade protocol") throw why;
  const { protocol, schema, metadata } = snapshot;
  const { configuration } = metadata;
  const features = ["vacuumProtocolCheck"];
  const raised = protocolFor({ current: protocol, schema, configuration, features });
  return { ...namedOperation("UPGRADE PROTOCOL"), actions: [{ protocol: raised }] };
}

function openRaces(
  folder: string,
  snapshot: Snapshot,
  requests: ReadonlyMap<string, CommitRequest>,
): Races {
  const clock = createFixedClock(1_800_000_000_000);
  const roots = new Map<string, string>();
  const commit = (root: string, request: CommitRequest, isolation: IsolationLevel) =>
    beginTransaction(root, snapshot, { clock, rng: createRng(1), isolation }).commit(request);
  const wonBy = async (winner: string, by: Precision): Promise<string> => {
    const known = roots.get(`${winner}/${by}`);
    if (known) return known;
    const root = mkdtempSync(join(folder, "won-"));
    cpSync(join(snapshot.tableRoot, "_delta_log"), join(root, "_delta_log"), { recursive: true });
    const request = requests.get(winner)!;
    const plain = request.actions.map(withoutStatistics);
    const actions = by === "partitions" ? plain : request.actions;
    await commit(root, { ...request, actions }, "WriteSerializable");
    roots.set(`${winner}/${by}`, root);
    return root;
  };
  return {
    async race(loser, winner, { isolation, by }) {
      const root = await wonBy(winner, by);
      try {
        const { version } = await commit(root, requests.get(loser)!, isolation);
        for (const kind of ["json", "crc"]) rmSync(logPath(root, version, kind), { force: true });
        return "commits";
      } catch (error) {
        if (!(error instanceof SovereignError) || error.code !== "RESOURCE_CONFLICT") throw error;
        return String(error.details.error_class);
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function withoutStatistics(action: Action): Action {
  if (!action.add) return action;
  const { stats: _, ...add } = action.add;
  return { add };
}
