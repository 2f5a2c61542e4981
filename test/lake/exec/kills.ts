/**
 * Kills a process that changes a lake, at random points of every kind of write statement: half of
 * the times after a random while, half at a random call that changes a file, some of these torn.
 * What is there afterwards is what was acknowledged, with or without the one statement that was
 * running, never a part of it; names and folders agree; the change feed tells of the same rows; and
 * VACUUM leaves the files that the log names, no others.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { createRng } from "../../../src/core/rng.ts";
import type { Lake } from "../../../src/lake/index.ts";
import { bundleScript, killLoop, startScript } from "../../long/kill.ts";
import { describeModel, emptyModel, type Model } from "./kill-model.ts";
import { applyChanges, readLake, vacuumAll, versionOf } from "./kill-reads.ts";
import { afterStep, KIND_COUNT, setupStatements, stepName } from "./kill-steps.ts";
import { openProcessLake } from "./process-lake.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "kill-process.ts");
const ROUNDS_BETWEEN_VACUUMS = 5;
/** A turn of all statements makes about so many calls that change files. */
const CALLS_OF_SOME_STEPS = 150;

/** How often each statement was running when the process died, and how often it had taken. */
export interface KillScore {
  statements: Map<string, { killed: number; applied: number }>;
  /** Kills at a call that changes a file, by the call and what file it was. */
  calls: Map<string, number>;
}

interface State {
  folder: string;
  model: Model;
  /** Number of the next step. */
  next: number;
  /** Version of `t` that the model's rows are of. */
  version: number;
  score: KillScore;
}

/** `rounds` kills, from a statement that the seed picks on; the lake lives on between them. */
export async function changeUnderKills(rounds: number, seed: number): Promise<KillScore> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-kills-"));
  const script = await bundleScript(SCRIPT);
  const rng = createRng(seed).fork("calls");
  const state = await setUp(folder, rng.int(KIND_COUNT));
  const counts = Array.from({ length: rounds }, (_, round) =>
    round % 2 === 0 ? 0 : 1 + rng.int(CALLS_OF_SOME_STEPS),
  );
  try {
    await killLoop({
      rounds,
      seed,
      maxLifeMs: (round) => (counts[round] === 0 ? 1500 : 60_000),
      start: (round) =>
        startScript(script, [folder, ...[state.next, state.version, counts[round]].map(String)]),
      check: (round, lines) => checkRound(state, lines, round, rounds),
    });
    return state.score;
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function setUp(folder: string, next: number): Promise<State> {
  const lake = await openProcessLake(folder);
  for (const statement of setupStatements(folder)) await (await lake.sql(statement)).close();
  const model = emptyModel();
  const version = await versionOf(lake, "t");
  await lake.close();
  const score = { statements: new Map(), calls: new Map() };
  return { folder, model, next, version, score };
}

async function checkRound(
  state: State,
  lines: readonly string[],
  round: number,
  rounds: number,
): Promise<void> {
  const done = numbersOf(lines, "done");
  for (const n of done) state.model = afterStep(state.model, n);
  state.next += done.length;
  const running = numbersOf(lines, "begin").length > done.length ? state.next : null;
  const at = lines.find((line) => line.startsWith("at "));
  const name = `round ${round}, step ${state.next} ${stepName(state.next)}, ${at ?? "by time"}`;
  const lake = await openProcessLake(state.folder, { daysAhead: 3 });
  try {
    const before = state.model.restorable.rows;
    const hasTaken = await checkTables(state, lake, running, name);
    const fed = await applyChanges(lake, before, state.version);
    expect([...fed].sort(), `${name}: change feed`).toEqual([...state.model.t].sort());
    if (running !== null) count(state.score, stepName(running), hasTaken, at);
    if ((round + 1) % ROUNDS_BETWEEN_VACUUMS === 0 || round + 1 === rounds) {
      await vacuumAll(lake, state.folder);
      const left = describeModel(await readLake(lake, state.folder));
      expect(left, `${name}: after VACUUM`).toBe(describeModel(state.model));
    }
    state.version = await versionOf(lake, "t");
    const { t, property } = state.model;
    state.model.restorable = { rows: new Map(t), property };
  } finally {
    await lake.close();
  }
}

/** Compares with the model; whether the statement that was running has taken. */
async function checkTables(
  state: State,
  lake: Lake,
  running: number | null,
  name: string,
): Promise<boolean> {
  const found = describeModel(await readLake(lake, state.folder));
  const wanted = describeModel(state.model);
  if (running === null || found === wanted) {
    expect(found, name).toBe(wanted);
    // A statement that changes no rows may have taken: it is seen in no model.
    if (running !== null && describeModel(afterStep(state.model, running)) === wanted) {
      state.next += 1;
    }
    return false;
  }
  state.model = afterStep(state.model, running);
  expect(found, name).toBe(describeModel(state.model));
  state.next += 1;
  return true;
}

function numbersOf(lines: readonly string[], word: string): number[] {
  return lines.filter((line) => line.startsWith(`${word} `)).map((l) => Number(l.split(" ")[1]));
}

function count({ statements, calls }: KillScore, name: string, taken: boolean, at?: string): void {
  const entry = statements.get(name) ?? { killed: 0, applied: 0 };
  entry.killed++;
  if (taken) entry.applied++;
  statements.set(name, entry);
  if (at === undefined) return;
  const [, call, path] = at.split(" ");
  const key = `${call!.replace("Sync", "")} ${kindOfFile(path ?? "")}`.trim();
  calls.set(key, (calls.get(key) ?? 0) + 1);
}

function kindOfFile(path: string): string {
  const name = basename(path);
  if (path === "" || /^\d+$/.test(path)) return "(open file)";
  const known = [
    [/_sidecars/, "sidecar"],
    [/checkpoint\.|_last_checkpoint/, "checkpoint"],
    [/\.crc/, "checksum"],
    [/_delta_log\/.*\.json/, "commit"],
    [/_delta_log/, "log folder"],
    [/deletion_vector/, "deletion vector"],
    [/_change_data/, "change file"],
    [/\.parquet/, "data file"],
  ] as const;
  return known.find(([pattern]) => pattern.test(path))?.[1] ?? (name && "other");
}
