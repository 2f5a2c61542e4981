/**
 * The main job: make the demo's sources if they are missing, run the bundled pipeline over them,
 * and collect what there is to say about the result. Safe to stop at any point and to repeat.
 */
import { join } from "node:path";

import type { Clock } from "../core/clock.ts";
import { packageRoot } from "../core/package.ts";
import type { Store } from "../core/store/index.ts";
import type { Lake } from "../lake/index.ts";
import { type Bundle, loadBundle } from "./bundle/load.ts";
import {
  DEMO_DEFAULTS,
  type DemoManifest,
  type DemoOptions,
  ensureDemo,
  findDemo,
} from "./generate/index.ts";
import { runJob } from "./job/execute.ts";
import { type JobPlan, planJob } from "./job/plan.ts";
import type { RunEvent, RunOutcome, TaskOutcome } from "./job/types.ts";

/** What the main job works with. */
export interface StartOptions {
  lake: Lake;
  store: Store;
  clock: Clock;
  /** The demo's sources go to `demo` below it. */
  home: string;
  demo?: DemoOptions;
  onEvent?: (event: RunEvent) => void;
  /** Told before the sources are made or found. */
  onPhase?: (text: string) => void;
  /** Stops the job after the statement at hand. */
  signal?: { readonly aborted: boolean };
}

/** What the main job would do. */
export interface StartPlan {
  /** Folder of the sources. */
  demoFolder: string;
  /** What it holds, or null when it is still to be made. */
  manifest: DemoManifest | null;
  /** Path of the bundle. */
  bundlePath: string;
  plan: JobPlan;
}

/** How the main job went. */
export interface StartReport {
  manifest: DemoManifest;
  /** Folder of the sources. */
  demoFolder: string;
  /** The sources were made by this call. */
  isNew: boolean;
  outcome: RunOutcome;
  layers: readonly LayerCount[];
  quality: readonly QualityLine[];
  quarantine: readonly { dataset: string; reason: string; rowCount: number }[];
  slowest: readonly TaskOutcome[];
}

/** Rows of one table. */
export interface LayerCount {
  layer: string;
  table: string;
  rowCount: number;
}

/** One expectation: what was measured, beside what is allowed. */
export interface QualityLine {
  dataset: string;
  expectation: string;
  rowCount: number;
  failing: number;
  /** Percent of the rows that fail, and the most that may, as decimal text. */
  failingPercent: string;
  allowedPercent: string;
  /** `PASS` or `FAIL`. */
  status: string;
}

const LAYERS: Readonly<Record<string, readonly string[]>> = {
  bronze: ["customers", "products", "transactions", "support_tickets"],
  silver: ["customers", "products", "transactions", "support_tickets"],
  gold: ["customer_360", "daily_sales", "product_performance"],
};

const QUARANTINES = ["customers", "products", "transactions"];

/** Path of the bundle that comes with the package. */
export function bundledPipeline(): string {
  return join(packageRoot(), "courses", "platform", "databricks.yml");
}

/** What `runMainJob` would do; writes nothing. */
export async function planMainJob(home: string, demo = DEMO_DEFAULTS): Promise<StartPlan> {
  const demoFolder = join(home, "demo");
  const manifest = await findDemo(demoFolder, demo);
  const bundle = await loadPipeline(demoFolder);
  const plan = await planJob(bundle, MAIN_JOB);
  return { demoFolder, manifest, bundlePath: bundle.path, plan };
}

/**
 * Makes the sources when they are missing, and runs the bundled pipeline over them. When a task
 * failed or the run was stopped, the report says nothing of the tables.
 */
export async function runMainJob(options: StartOptions): Promise<StartReport> {
  const { lake, store, clock, home, demo = DEMO_DEFAULTS, onPhase = () => {} } = options;
  const demoFolder = join(home, "demo");
  onPhase("sources");
  const { manifest, isNew } = await ensureDemo(demoFolder, demo);
  const bundle = await loadPipeline(demoFolder);
  onPhase("pipeline");
  const outcome = await runJob(bundle, MAIN_JOB, {
    lake,
    store,
    clock,
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const slowest = [...outcome.tasks].sort((a, b) => b.durationMs - a.durationMs).slice(0, 3);
  const base = { manifest, demoFolder, isNew, outcome, slowest };
  if (outcome.status !== "success") return { ...base, layers: [], quality: [], quarantine: [] };
  return {
    ...base,
    layers: await countLayers(lake),
    quality: await readQuality(lake),
    quarantine: await countQuarantine(lake),
  };
}

const MAIN_JOB = "platform";

function loadPipeline(demoFolder: string): Promise<Bundle> {
  const variables = { landing: join(demoFolder, "landing") };
  return loadBundle(bundledPipeline(), { target: "local", variables });
}

async function countLayers(lake: Lake): Promise<LayerCount[]> {
  const tables = Object.entries(LAYERS).flatMap(([layer, names]) =>
    names.map((table) => ({ layer, table })),
  );
  const sql = tables
    .map(({ layer, table }, i) => `SELECT ${i} AS i, count(*) AS n FROM ${layer}.${table}`)
    .join(" UNION ALL ");
  const rows = await (await lake.sql(`${sql} ORDER BY i`)).rows();
  return tables.map((table, i) => ({ ...table, rowCount: Number(rows[i]?.[1]) }));
}

async function readQuality(lake: Lake): Promise<QualityLine[]> {
  const result = await lake.sql(
    `SELECT dataset, expectation, row_count, failing, CAST(failing_percent AS STRING),
            CAST(CAST(allowed_percent AS DECIMAL(5,2)) AS STRING), status
       FROM gold.data_quality`,
  );
  return (await result.rows()).map((row) => ({
    dataset: String(row[0]),
    expectation: String(row[1]),
    rowCount: Number(row[2]),
    failing: Number(row[3]),
    failingPercent: String(row[4]),
    allowedPercent: String(row[5]),
    status: String(row[6]),
  }));
}

async function countQuarantine(lake: Lake): Promise<StartReport["quarantine"]> {
  const sql = QUARANTINES.map(
    (name) => `SELECT '${name}' AS dataset, reason, count(*) AS n
                 FROM silver.${name}_quarantine GROUP BY reason`,
  ).join(" UNION ALL ");
  const rows = await (await lake.sql(`${sql} ORDER BY dataset, n DESC, reason`)).rows();
  return rows.map((row) => ({
    dataset: String(row[0]),
    reason: String(row[1]),
    rowCount: Number(row[2]),
  }));
}
