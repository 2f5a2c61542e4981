/**
 * The tracking server beside MLflow's own (`mlflow==3.11.1`, one worker, jobs off): start, memory,
 * logging, searches over 10k and 100k runs, one metric of a million points. Wall time as a client
 * sees it and the CPU of the server's processes. Limits (design notes): the column `limit`.
 * Needs `npm run build`. MLFLOW_PYTHON names an interpreter with MLflow; without one, and without
 * `.interop/mlflow`, ours is measured alone. BENCH_PARTS=log,search,chart picks parts.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeMachine, median } from "./support/measure.ts";
import { dropOurIndexes, writeLongMetric, writeManyRuns } from "./support/mlflow-data.ts";
import { ourCommand, realCommand, Server } from "./support/mlflow-server.ts";

interface Figure {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number | null;
  readonly unit: string;
  /** What ours must reach, as a text and as a verdict. */
  readonly limit?: string;
  readonly isMet?: boolean;
}

const folder = mkdtempSync(join(tmpdir(), "mlflow-bench-"));
const figures: Figure[] = [];
const parts = (process.env.BENCH_PARTS ?? "log,search,chart").split(",");
let nextPort = 5600 + (process.pid % 300);

/** What both servers did with the same work: wall of each call, CPU of all. */
interface Work {
  readonly wallMs: readonly number[];
  readonly cpuMs: number;
}

interface Pair {
  readonly ours: Server;
  readonly theirs: Server | null;
}

/** Starts both servers on copies of `database`, or on none. */
async function startBoth(database?: string): Promise<Pair> {
  const start = async (name: string, toCommand: typeof realCommand) => {
    const home = mkdtempSync(join(folder, `${name}-`));
    if (database !== undefined) {
      copyFileSync(database, join(home, "mlflow.db"));
      if (name === "real") dropOurIndexes(join(home, "mlflow.db"));
    }
    const port = nextPort++;
    const command = toCommand(home, port);
    return command === null ? null : Server.start({ name, command, port, folder: home });
  };
  const ours = await start("ours", ourCommand);
  return { ours: ours as Server, theirs: await start("real", realCommand) };
}

async function stopBoth({ ours, theirs }: Pair): Promise<void> {
  await ours.stop();
  await theirs?.stop();
}

async function work(server: Server, count: number, call: (index: number) => Promise<unknown>) {
  const wallMs: number[] = [];
  const cpuBefore = server.cpuMs();
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await call(index);
    wallMs.push(performance.now() - start);
  }
  return { wallMs, cpuMs: (server.cpuMs() - cpuBefore) / count } satisfies Work;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function note(figure: Figure): void {
  figures.push(figure);
  const { what, ours, theirs, unit, limit, isMet } = figure;
  const show = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const verdict = limit === undefined ? "" : `${limit}${isMet ? "" : " ✗"}`;
  const times = unit.endsWith("/s") ? ours / (theirs ?? 0) : (theirs ?? 0) / ours;
  const ratio = theirs === null ? "" : `${times.toPrecision(3)} ×`;
  console.log(
    `| ${what} | ${show(ours)} | ${theirs === null ? "" : show(theirs)} | ${unit} | ${ratio} | ${verdict} |`,
  );
}

/** Notes a figure with an upper bound on ours. */
function noteAtMost(what: string, unit: string, bound: number, ours: number, theirs?: number) {
  const limit = `≤ ${bound}`;
  note({ what, unit, ours, theirs: theirs ?? null, limit, isMet: ours <= bound });
}

async function createRun(server: Server): Promise<string> {
  const text = await server.post("runs/create", { experiment_id: "0", start_time: 1 });
  return JSON.parse(text).run.info.run_id as string;
}

async function benchLogging(): Promise<void> {
  const pair = await startBoth();
  const { ours, theirs } = pair;
  noteAtMost("cold start", "ms", 400, ours.coldStartMs, theirs?.coldStartMs);
  note({ what: "RSS idle", unit: "MiB", ours: ours.rssMib(), theirs: theirs?.rssMib() ?? null });
  const single = async (server: Server) => {
    const run_id = await createRun(server);
    const log = (step: number) =>
      server.post("runs/log-metric", {
        run_id,
        key: "loss",
        value: 1 / step,
        timestamp: step,
        step,
      });
    await work(server, 300, (index) => log(index + 1));
    return work(server, 1000, (index) => log(index + 1000));
  };
  const [one, other] = [await single(ours), theirs && (await single(theirs))];
  const p50 = median(one.wallMs);
  noteAtMost("log-metric, wall p50", "ms", 1, p50, other ? median(other.wallMs) : undefined);
  noteRatio("log-metric, server CPU", "ms", 8, one.cpuMs, other?.cpuMs);
  const many = async (server: Server) => {
    const run_id = await createRun(server);
    const start = performance.now();
    let refusedCount = 0;
    const client = async (number: number) => {
      for (let step = 0; step < 200; step++) {
        const key = `m${number}`;
        const metric = { run_id, key, value: step, timestamp: step, step };
        // The real server gives up on a locked database when the machine is busy.
        await server.post("runs/log-metric", metric).catch(() => refusedCount++);
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, number) => client(number)));
    return (16 * 200 - refusedCount) / ((performance.now() - start) / 1000);
  };
  const rates = [await many(ours), theirs && (await many(theirs))];
  note({
    what: "log-metric, 16 clients",
    unit: "/s",
    ours: rates[0] ?? 0,
    theirs: rates[1] ?? null,
  });
  await benchBatches(pair);
  noteAtMost("RSS loaded", "MiB", 150, ours.rssMib(), theirs?.rssMib());
  await stopBoth(pair);
}

/** Notes a figure of which ours must be `factor` times less. */
function noteRatio(what: string, unit: string, factor: number, ours: number, theirs?: number) {
  const limit = `≤ 1/${factor} of theirs`;
  const isMet = theirs === undefined || ours * factor <= theirs;
  note({ what, unit, ours, theirs: theirs ?? null, limit, isMet });
}

async function benchBatches({ ours, theirs }: Pair): Promise<void> {
  const batches = async (server: Server) => {
    const run_id = await createRun(server);
    const log = (batch: number) => {
      const metrics = Array.from({ length: 1000 }, (_, index) => {
        const step = batch * 100 + Math.floor(index / 10);
        const value = Math.sin(batch * 1000 + index);
        return { key: `key_${index % 10}`, value, timestamp: 1_700_000_000_000 + step, step };
      });
      return server.post("runs/log-batch", { run_id, metrics });
    };
    await work(server, 5, log);
    return work(server, 40, (index) => log(index + 5));
  };
  const [one, other] = [await batches(ours), theirs && (await batches(theirs))];
  const rate = (done: Work) => 1_000_000 / median(done.wallMs);
  note({
    what: "log-batch of 1,000 over 10 keys",
    unit: "rows/s",
    ours: rate(one),
    theirs: other ? rate(other) : null,
    limit: "≥ 12 × theirs",
    isMet: !other || rate(one) >= 12 * rate(other),
  });
  note({
    what: "log-batch, server CPU",
    unit: "ms",
    ours: one.cpuMs,
    theirs: other?.cpuMs ?? null,
  });
}

const SEARCHES = {
  plain: { limitMs: 10, search: {} },
  filtered: {
    limitMs: 20,
    search: { filter: "metrics.metric_0 > 0.5 AND params.param_1 = 'value_3'" },
  },
  "ordered by metric": { limitMs: 120, search: { order_by: ["metrics.metric_2 DESC"] } },
  "filtered, ordered by metric": {
    limitMs: 120,
    search: { filter: "metrics.metric_0 > 0.5", order_by: ["metrics.metric_2 ASC"] },
  },
} as const;

async function benchSearch(runCount: number): Promise<void> {
  const database = join(folder, `runs-${runCount}.db`);
  writeManyRuns(database, runCount);
  const pair = await startBoth(database);
  for (const [name, { limitMs, search }] of Object.entries(SEARCHES)) {
    const body = { experiment_ids: ["0"], max_results: 100, ...search };
    const measure = async (server: Server, count: number) => {
      await work(server, 2, () => server.post("runs/search", body));
      return work(server, count, () => server.post("runs/search", body));
    };
    const ours = await measure(pair.ours, 40);
    // The real server takes seconds, and with 100k runs minutes, to order by a metric.
    const isHopeless = name.includes("ordered") && runCount > 10_000;
    const theirs = pair.theirs && !isHopeless ? await measure(pair.theirs, 3) : null;
    const what = `${runCount / 1000}k runs, ${name}`;
    const theirMedian = theirs ? median(theirs.wallMs) : undefined;
    noteAtMost(`${what}, p95`, "ms", limitMs, percentile(ours.wallMs, 0.95), theirMedian);
    note({ what: `${what}, CPU`, unit: "ms", ours: ours.cpuMs, theirs: theirs?.cpuMs ?? null });
  }
  note({
    what: `${runCount / 1000}k runs, RSS`,
    unit: "MiB",
    ours: pair.ours.rssMib(),
    theirs: pair.theirs?.rssMib() ?? null,
  });
  await stopBoth(pair);
}

async function benchCharts(): Promise<void> {
  const database = join(folder, "points.db");
  const runId = writeLongMetric(database, 1_000_000);
  const pair = await startBoth(database);
  const page = `metrics/get-history?run_id=${runId}&metric_key=loss&max_results=25000`;
  const chart = `metrics/get-history-bulk-interval?run_ids=${runId}&metric_key=loss&max_results=320`;
  const first = await work(pair.ours, 1, () => pair.ours.get(chart));
  for (const [what, path, limitMs] of [
    ["1M points, 25,000-row page", page, 60],
    ["1M points, chart of 320", chart, 30],
  ] as const) {
    const measure = (server: Server, count: number) => work(server, count, () => server.get(path));
    const ours = await measure(pair.ours, 20);
    const theirs = pair.theirs && (await measure(pair.theirs, 3));
    noteAtMost(
      what,
      "ms",
      limitMs,
      median(ours.wallMs),
      theirs ? median(theirs.wallMs) : undefined,
    );
    note({ what: `${what}, CPU`, unit: "ms", ours: ours.cpuMs, theirs: theirs?.cpuMs ?? null });
  }
  note({ what: "1M points, first chart", unit: "ms", ours: first.wallMs[0] ?? 0, theirs: null });
  note({
    what: "1M points, RSS",
    unit: "MiB",
    ours: pair.ours.rssMib(),
    theirs: pair.theirs?.rssMib() ?? null,
  });
  await stopBoth(pair);
}

try {
  console.log(`${describeMachine()}\n`);
  console.log("| what | ours | MLflow 3.11.1 | unit | ratio | limit |\n|---|---|---|---|---|---|");
  if (parts.includes("log")) await benchLogging();
  if (parts.includes("search")) {
    await benchSearch(10_000);
    await benchSearch(100_000);
  }
  if (parts.includes("chart")) await benchCharts();
  const out = process.env.BENCH_JSON;
  if (out !== undefined) {
    mkdirSync(join(out, ".."), { recursive: true });
    writeFileSync(out, `${JSON.stringify({ machine: describeMachine(), figures }, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
