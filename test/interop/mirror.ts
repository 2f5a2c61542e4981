/**
 * One list of statements on two tables in lockstep: this lake and Spark take turns on each, and
 * what one of them runs on the first table the other runs on the second. After each statement the
 * other engine reads; both tables must hold the same rows and their commits say the same.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SovereignError } from "../../src/core/errors.ts";
import type { Lake } from "../../src/lake/index.ts";
import { commitFacts, commitsOf } from "../lake/exec/commit-facts.ts";
import { canonicalAnswer } from "./canonical-rows.ts";
import type { Peer, PeerRows } from "./peer.ts";
import { assertSame, columnsOf, reportOf, runOurs } from "./turns.ts";
import { dropOldCommits } from "./write-table.ts";

/** A statement, one that both engines must refuse with an error class, or one for one engine. */
export type Step = string | { sql: string; fails?: string; by?: Engine };

export interface MirrorCase {
  name: string;
  /** `$T`, `$U` and `$V` stand for tables, `$PT` and so on for their folders, `$S` for the side. */
  steps: readonly Step[];
  /** Queries after each statement on `$T`; all its rows when left out. */
  reads?: readonly string[];
  settings?: Readonly<Record<string, string>>;
  /** The values written may differ: each table is then read by both, not compared to the other. */
  ownValues?: true;
  /** The readers also get a copy that has no commits below the newest checkpoint. */
  fromCheckpoint?: true;
}

interface Mirror {
  lake: Lake;
  peer: Peer;
  folder: string;
  mirrored: MirrorCase;
  log: string[];
}

const ENGINES = ["ours", "Spark"] as const;
type Engine = (typeof ENGINES)[number];

/** Runs a case; a difference is an error that lists what ran up to it. */
export async function runMirrored(lake: Lake, peer: Peer, at: string, mirrored: MirrorCase) {
  const folder = join(at, mirrored.name.replaceAll(" ", "-"));
  const mirror: Mirror = { lake, peer, folder, mirrored, log: [] };
  for (const engine of ENGINES) mkdirSync(join(folder, engine), { recursive: true });
  try {
    for (const [i, step] of mirrored.steps.entries()) {
      await takeStep(mirror, step, i);
      await compareReads(mirror, i);
    }
    for (const first of ENGINES) await compareHistory(mirror, first);
    if (!mirrored.ownValues) compareCommits(mirror);
  } catch (error) {
    throw reportOf(error, mirrored.name, mirror.log);
  }
}

/** Who runs step `i` of the table that `first` began. */
function turnOf(first: Engine, i: number): Engine {
  return (first === "ours") === (i % 2 === 0) ? "ours" : "Spark";
}

function otherOf(engine: Engine): Engine {
  return engine === "ours" ? "Spark" : "ours";
}

function placed(mirror: Mirror, first: Engine, sql: string): string {
  const path = (name: string) => join(mirror.folder, first, name.toLowerCase());
  return sql
    .replaceAll("$S", first)
    .replace(/\$P([TUV])/g, (_, name: string) => path(name))
    .replace(/\$([TUV])/g, (_, name: string) => `delta.\`${path(name)}\``);
}

async function takeStep(mirror: Mirror, step: Step, i: number): Promise<void> {
  const { sql, fails = null, by } = typeof step === "string" ? { sql: step } : step;
  for (const first of ENGINES) {
    const engine = by ?? turnOf(first, i);
    mirror.log.push(`${first}/${engine}: ${sql};`);
    const refused = await runBy(mirror, engine, placed(mirror, first, sql));
    if (refused !== fails) throw new Error(`${engine} said ${refused} and not ${fails}`);
  }
}

/** The class of the error that a statement ended with; null if it ran. */
async function runBy(mirror: Mirror, engine: Engine, sql: string): Promise<string | null> {
  const settings = mirror.mirrored.settings ?? {};
  try {
    if (engine === "Spark") await mirror.peer.ask("run", { statement: sql, settings });
    else await runOurs(mirror.lake, sql, settings);
    return null;
  } catch (error) {
    const text = (error as Error).message;
    mirror.log.push(`-- ${text.split("\n")[0]}`);
    if (error instanceof SovereignError) return String(error.details.error_class ?? text);
    return /\[([A-Z][A-Z_0-9.]+)\]/.exec(text)?.[1] ?? text;
  }
}

function readBy(mirror: Mirror, engine: Engine, sql: string): Promise<PeerRows> {
  if (engine === "ours") return canonicalAnswer(mirror.lake, sql);
  return mirror.peer.ask<PeerRows>("query", { text: sql });
}

async function compareReads(mirror: Mirror, i: number): Promise<void> {
  const { ownValues, fromCheckpoint, reads = ["SELECT * FROM $T"] } = mirror.mirrored;
  for (const read of reads) {
    const table = read.includes("$U") ? "u" : "t";
    if (!existsSync(join(mirror.folder, "ours", table, "_delta_log"))) continue;
    const answers: PeerRows[] = [];
    for (const first of ENGINES) {
      const reader = otherOf(turnOf(first, i));
      const sql = placed(mirror, first, read);
      const answer = await readBy(mirror, reader, sql);
      if (ownValues) {
        assertSame(answer, await readBy(mirror, otherOf(reader), sql), `${reader}: ${read}`);
      }
      if (fromCheckpoint && copyWithoutCommits(mirror, first)) {
        const copied = placed(mirror, first, read.replaceAll("$T", "$V"));
        const what = `${reader}, from the checkpoint: ${read}`;
        assertSame(await readBy(mirror, reader, copied), answer, what);
      }
      answers.push(answer);
    }
    if (!ownValues) assertSame(answers[0]!, answers[1]!, `${read}, on both tables`);
  }
}

/** Makes `$V` a copy of `$T` that needs its newest checkpoint; false when there is none. */
function copyWithoutCommits(mirror: Mirror, first: Engine): boolean {
  const copy = join(mirror.folder, first, "v");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(mirror.folder, first, "t"), copy, { recursive: true });
  return dropOldCommits(copy);
}

async function compareHistory(mirror: Mirror, first: Engine): Promise<void> {
  const sql = placed(mirror, first, "DESCRIBE HISTORY $T");
  const theirs = await readBy(mirror, "Spark", sql);
  const ours = await readBy(mirror, "ours", sql);
  assertSame(columnsOf(ours, theirs.columns), theirs, "DESCRIBE HISTORY");
}

/** The same statement leaves the same commit, whoever ran it. */
function compareCommits({ folder }: Mirror): void {
  const [one, other] = ENGINES.map((first) => commitFacts(commitsOf(join(folder, first, "t"))));
  const wanted = { columns: ["commits"], rows: other! };
  assertSame({ columns: ["commits"], rows: one! }, wanted, "the commits of both tables");
}
