/**
 * What the tracking server acknowledged is there after kill -9, and no batch is there by half. Two
 * servers on one file lose nothing and answer no 5xx while they wait for each other's lock.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTrackingDatabase } from "../../src/mlflow/schema/open.ts";
import { type BundledScript, bundleScript, killLoop, type ScriptRun, startScript } from "./kill.ts";

const METRICS_PER_BATCH = 50;
let script: BundledScript;
let folder: string;
let databasePath: string;

beforeAll(async () => {
  script = await bundleScript(join(import.meta.dirname, "../mlflow/server-process.ts"));
  folder = mkdtempSync(join(tmpdir(), "sovereign-mlflow-writes-"));
  databasePath = join(folder, "mlflow.db");
});
afterAll(() => {
  script.remove();
  rmSync(folder, { recursive: true, force: true });
});

const start = () => startScript(script, [databasePath, folder]);

async function addressOf(run: ScriptRun): Promise<string> {
  while (run.lines.length === 0) {
    if (run.child.exitCode !== null) throw new Error("the server did not start");
    await delay(5);
  }
  return `${run.lines[0]}/api/2.0/mlflow/runs/`;
}

async function post(url: string, body: unknown): Promise<number> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  await response.text();
  return response.status;
}

function makeRun(): string {
  const runId = `run${makeRun.count++}`;
  const database = openTrackingDatabase(databasePath, { cwd: folder });
  database.run(
    `INSERT INTO runs (run_uuid, experiment_id, lifecycle_stage, name)
     VALUES (?, 0, 'active', ?)`,
    [runId, runId],
  );
  database.close();
  return runId;
}
makeRun.count = 0;

function batch(runId: string, name: string) {
  return {
    run_id: runId,
    metrics: Array.from({ length: METRICS_PER_BATCH }, (_, step) => ({
      key: `${name}-${step % 5}`,
      value: step,
      timestamp: step,
      step,
    })),
    params: [{ key: name, value: "1" }],
    tags: [{ key: name, value: "1" }],
  };
}

/** How many rows of each table a batch has. */
function readBatches(runId: string): Map<string, number[]> {
  const database = openTrackingDatabase(databasePath, { cwd: folder });
  const tables = ["metrics", "latest_metrics", "params", "tags"];
  const batches = new Map<string, number[]>();
  tables.forEach((table, index) => {
    const rows = database.all<{ name: string; count: number }>(
      `SELECT CASE instr(key, '-') WHEN 0 THEN key ELSE substr(key, 1, instr(key, '-') - 1) END
              AS name, count(*) AS count
         FROM ${table} WHERE run_uuid = ? GROUP BY name`,
      [runId],
    );
    for (const { name, count } of rows) {
      const counts = batches.get(name) ?? tables.map(() => 0);
      counts[index] = count;
      batches.set(name, counts);
    }
  });
  database.close();
  return batches;
}

it("kill -9 during log-batch at 200 random points", async () => {
  let runId = "";
  let acknowledged: string[] = [];
  let clients: Promise<void>[] = [];
  const log = async (client: string, address: string) => {
    for (let index = 0; ; index++) {
      const name = `${client}${index}`;
      const status = await post(`${address}log-batch`, batch(runId, name)).catch(() => 0);
      if (status === 0) return;
      expect(status).toBe(200);
      acknowledged.push(name);
    }
  };
  let acknowledgedCount = 0;
  await killLoop({
    rounds: 200,
    seed: 5,
    maxLifeMs: 300,
    start: () => {
      runId = makeRun();
      acknowledged = [];
      const run = start();
      const address = addressOf(run);
      clients = ["a", "b", "c"].map(async (client) => log(client, await address));
      return run;
    },
    check: async () => {
      await Promise.all(clients);
      const batches = readBatches(runId);
      expect([...batches.keys()]).toEqual(expect.arrayContaining(acknowledged));
      for (const counts of batches.values()) expect(counts).toEqual([METRICS_PER_BATCH, 5, 1, 1]);
      acknowledgedCount += acknowledged.length;
    },
  });
  // Else the kills came before any work.
  expect(acknowledgedCount).toBeGreaterThan(200);
});

it("two servers on one file with four writers: no write lost, no 5xx", async () => {
  const runId = makeRun();
  const servers = [start(), start()];
  try {
    const addresses = await Promise.all(servers.map(addressOf));
    const statuses = new Map<number, number>();
    const count = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const write = async (writer: number) => {
      const address = addresses[writer % 2] as string;
      for (let index = 0; index < 100; index++) {
        const name = `w${writer}x${index}`;
        const metric = { run_id: runId, key: `single${writer}`, value: index, timestamp: index };
        count(await post(`${address}log-batch`, batch(runId, name)));
        const singles = [0, 1, 2, 3].map((step) =>
          post(`${address}log-metric`, { ...metric, step }).then(count),
        );
        await Promise.all(singles);
      }
    };
    await Promise.all([0, 1, 2, 3].map(write));
    expect([...statuses]).toEqual([[200, 4 * 100 * 5]]);
    const batches = readBatches(runId);
    for (let writer = 0; writer < 4; writer++) {
      expect(batches.get(`single${writer}`)).toEqual([400, 1, 0, 0]);
      for (let index = 0; index < 100; index++) {
        expect(batches.get(`w${writer}x${index}`)).toEqual([METRICS_PER_BATCH, 5, 1, 1]);
      }
    }
  } finally {
    for (const { child } of servers) child.kill("SIGTERM");
    await Promise.all(servers.map(({ exit }) => exit));
  }
});
