/**
 * The tracking server killed with SIGKILL while it takes batches: what it acknowledged is there,
 * and no batch is there by half.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { openDatabase } from "../../src/core/store/index.ts";
import { createRun, post, startProcess, until } from "./mlflow-server.ts";

const KILLS = Number(process.env.KILLS ?? 200);
const SEED = Number(process.env.SEED ?? 20261121);
const CLIENTS = 4;
const BATCH = 100;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlflow-kill-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sends batches until the server is gone; notes the steps it acknowledged. */
async function sendBatches(
  url: string,
  runId: string,
  client: number,
  acknowledged: number[],
): Promise<void> {
  for (let step = 0; ; step++) {
    const metrics = Array.from({ length: BATCH }, (_, index) => ({
      key: `c${client}-m${index}`,
      value: step,
      timestamp: step,
      step,
    }));
    const tags = [{ key: `c${client}-step`, value: String(step) }];
    const answer = await post(url, "runs/log-batch", { run_id: runId, metrics, tags }).catch(
      () => null,
    );
    if (answer === null) return;
    expect(answer.status).toBe(200);
    acknowledged.push(step);
  }
}

function check(runId: string, client: number, acknowledged: readonly number[]): void {
  const database = openDatabase(join(folder, "mlflow.db"));
  const prefix = `c${client}-m`;
  const stored = database.all<{ step: number; n: number }>(
    `SELECT step, count(*) AS n FROM metrics WHERE run_uuid = ? AND substr(key, 1, ?) = ?
      GROUP BY step ORDER BY step`,
    [runId, prefix.length, prefix],
  );
  const latest = database.all<{ step: number }>(
    "SELECT step FROM latest_metrics WHERE run_uuid = ? AND substr(key, 1, ?) = ? GROUP BY step",
    [runId, prefix.length, prefix],
  );
  const tag = database.get<{ value: string }>(
    "SELECT value FROM tags WHERE run_uuid = ? AND key = ?",
    [runId, `c${client}-step`],
  );
  expect(database.all("PRAGMA quick_check")).toEqual([{ quick_check: "ok" }]);
  database.close();
  // Whole batches, one after another; the last may have been committed and not acknowledged.
  expect(stored.every(({ step, n }, index) => step === index && n === BATCH)).toBe(true);
  const unheard = stored.length - acknowledged.length;
  expect(unheard === 0 || unheard === 1).toBe(true);
  const last = stored.length - 1;
  expect(latest).toEqual(stored.length === 0 ? [] : [{ step: last }]);
  expect(tag?.value ?? "-1").toBe(String(last));
}

test(`${KILLS} kills lose nothing acknowledged and leave no half batch`, async () => {
  const rng = createRng(SEED);
  let batches = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const server = await startProcess(folder);
    const runId = await createRun(server.url);
    const acknowledged: number[][] = Array.from({ length: CLIENTS }, () => []);
    const clients = acknowledged.map((steps, client) =>
      sendBatches(server.url, runId, client, steps),
    );
    const wanted = 1 + rng.int(40);
    await until(() => acknowledged.flat().length >= wanted);
    await delay(rng.next() * 20);
    await server.end("SIGKILL");
    await Promise.all(clients);
    acknowledged.forEach((steps, client) => {
      check(runId, client, steps);
      batches += steps.length;
    });
  }
  console.log(`seed ${SEED}: ${batches} batches acknowledged before ${KILLS} kills`);
  expect(batches).toBeGreaterThan(KILLS);
});
