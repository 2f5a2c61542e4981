/**
 * Kills a process that changes a lake, at random points of every kind of write statement. What is
 * there afterwards is what was acknowledged, with or without the one statement that was running,
 * never a part of it; and names and folders agree.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Lake } from "../../../src/lake/index.ts";
import { bundleScript, killLoop, startScript } from "../../long/kill.ts";
import { afterStep, describeModel, emptyModel, type Model, SETUP, stepName } from "./kill-steps.ts";
import { openProcessLake } from "./process-lake.ts";

const SCRIPT = join(dirname(fileURLToPath(import.meta.url)), "kill-process.ts");

/** How often each statement was running when the process died, and how often it had taken. */
export type KillScore = Map<string, { killed: number; applied: number }>;

/** `rounds` kills; the lake lives on from one to the next. */
export async function changeUnderKills(rounds: number, seed: number): Promise<KillScore> {
  const folder = mkdtempSync(join(tmpdir(), "sovereign-kills-"));
  const script = await bundleScript(SCRIPT);
  const score: KillScore = new Map();
  let model = emptyModel();
  let next = 0;
  try {
    const lake = await openProcessLake(folder);
    for (const statement of SETUP) await (await lake.sql(statement)).close();
    await lake.close();
    await killLoop({
      rounds,
      seed,
      maxLifeMs: 400,
      start: () => startScript(script, [folder, String(next)]),
      async check(round, lines) {
        const done = numbersOf(lines, "done");
        for (const n of done) model = afterStep(model, n);
        next += done.length;
        const running = numbersOf(lines, "begin").length > done.length ? next : null;
        const found = await readLake(folder);
        const wanted = describeModel(model);
        if (running === null || found === wanted) {
          expect(found, `round ${round}, before step ${next}`).toBe(wanted);
        } else {
          model = afterStep(model, running);
          expect(found, `round ${round}, step ${running} ${stepName(running)}`).toBe(
            describeModel(model),
          );
          next += 1;
        }
        if (running !== null) count(score, stepName(running), found !== wanted);
      },
    });
    return score;
  } finally {
    script.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function numbersOf(lines: readonly string[], word: string): number[] {
  return lines.filter((line) => line.startsWith(`${word} `)).map((l) => Number(l.split(" ")[1]));
}

function count(score: KillScore, name: string, isApplied: boolean): void {
  const entry = score.get(name) ?? { killed: 0, applied: 0 };
  entry.killed++;
  if (isApplied) entry.applied++;
  score.set(name, entry);
}

/** The lake as a process that comes later finds it, in the words of the model. */
async function readLake(folder: string): Promise<string> {
  const lake = await openProcessLake(folder);
  try {
    const names = (await textRows(lake, "SHOW TABLES")).map((row) => row[1]!).sort();
    expect(names).toEqual(tableFolders(folder));
    const model: Model = emptyModel();
    for (const [id, v] of await textRows(lake, "SELECT id, v FROM t")) {
      expect(model.t.has(Number(id)), `id ${id} twice`).toBe(false);
      model.t.set(Number(id), Number(v));
    }
    const properties = await textRows(lake, "SHOW TBLPROPERTIES t");
    model.property = properties.find(([key]) => key === "step")?.[1] ?? null;
    const r = await lake.sql("SELECT * FROM r");
    const ids = (await r.rows()).map(([id]) => Number(id));
    model.r = { columns: r.schema.fields.map((field) => field.name), ids };
    for (const name of names.filter((one) => one.startsWith("c"))) {
      const rows = await textRows(lake, `SELECT id FROM ${name}`);
      model.copies.set(
        name,
        rows.map(([id]) => Number(id)),
      );
    }
    return describeModel(model);
  } finally {
    await lake.close();
  }
}

async function textRows(lake: Lake, sql: string): Promise<string[][]> {
  const rows = await (await lake.sql(sql)).rows();
  return rows.map((row) => row.map(String));
}

/** Folders with a log: what the catalog must name, and nothing else. */
function tableFolders(folder: string): string[] {
  const base = join(folder, "lake/main/default");
  return readdirSync(base)
    .filter((name) => !name.startsWith("."))
    .filter((name) => hasCommit(join(base, name, "_delta_log")))
    .sort();
}

function hasCommit(log: string): boolean {
  return existsSync(log) && readdirSync(log).some((name) => /^\d{20}\.json$/.test(name));
}
