/**
 * The main job on real files: every count and sum equals what `expected.ts` works out by hand; a
 * second run changes no row; a run killed half-way completes when started again.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { systemClock } from "../../../src/core/clock.ts";
import { openStore, type Store } from "../../../src/core/store/index.ts";
import { type Lake, openLake } from "../../../src/lake/index.ts";
import { buildFiles, DEMO_DEFAULTS } from "../../../src/run/generate/index.ts";
import { runMainJob, type StartReport } from "../../../src/run/index.ts";
import { type Expected, expectPipeline } from "./expected.ts";

const BINARY = fileURLToPath(new URL("../../../bin/sovereign.js", import.meta.url));

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), "platform-"));
  folders.push(home);
  return home;
}

async function openAt(home: string): Promise<{ lake: Lake; store: Store }> {
  const store = openStore({ path: join(home, "store.db") });
  const tempDirectory = join(home, "tmp");
  return { store, lake: await openLake({ root: join(home, "lake"), store, tempDirectory }) };
}

async function expectFor(demo: typeof DEMO_DEFAULTS): Promise<Expected> {
  const { contents } = await buildFiles(demo);
  const bytes = contents.get("landing/products/products.parquet") as Uint8Array;
  const file = bytes.slice().buffer as ArrayBuffer;
  const products = await parquetReadObjects({ file });
  return expectPipeline(contents, products as never);
}

/** What the tables say, in the shape of `Expected`. */
async function measure(lake: Lake): Promise<Expected> {
  const pairs = async (sql: string): Promise<Record<string, number>> => {
    const rows = await (await lake.sql(sql)).rows();
    return Object.fromEntries(rows.map((row) => [String(row[0]), Number(row[1])]));
  };
  const value = async (sql: string): Promise<number> =>
    Number((await (await lake.sql(`SELECT ${sql}`)).rows())[0]?.[0]);
  const reasons = (name: string) =>
    pairs(`SELECT reason, count(*) FROM silver.${name}_quarantine GROUP BY reason`);
  return {
    bronze: {
      customers: await value("count(*) FROM bronze.customers"),
      products: await value("count(*) FROM bronze.products"),
      transactions: await value("count(*) FROM bronze.transactions"),
      support_tickets: await value("count(*) FROM bronze.support_tickets"),
    },
    customerVersions: await value("count(*) FROM silver.customers"),
    currentCustomers: await value("count(*) FROM silver.customers WHERE is_current"),
    missingPhones: await value("count(*) FROM silver.customers WHERE is_current AND phone IS NULL"),
    customerReasons: await reasons("customers"),
    products: await value("count(*) FROM silver.products"),
    productReasons: await reasons("products"),
    transactions: await value("count(*) FROM silver.transactions"),
    transactionReasons: await reasons("transactions"),
    lateTransactions: await value("count_if(is_late) FROM silver.transactions"),
    revenueCents: await value("CAST(sum(amount) * 100 AS BIGINT) FROM silver.transactions"),
    promoOrders: await value("sum(promo_order_count) FROM gold.daily_sales"),
    dailySales: await value("count(*) FROM gold.daily_sales"),
    tickets: await value("count(*) FROM silver.support_tickets"),
    tiers: await pairs("SELECT value_tier, count(*) FROM gold.customer_360 GROUP BY value_tier"),
  };
}

describe("the full demo", () => {
  const home = makeHome();
  let lake: Lake;
  let store: Store;
  let expected: Expected;
  let report: StartReport;
  const start = () => runMainJob({ lake, store, clock: systemClock, home });

  beforeAll(async () => {
    ({ lake, store } = await openAt(home));
    expected = await expectFor(DEMO_DEFAULTS);
    report = await start();
  }, 300_000);
  afterAll(async () => {
    await lake.close();
    store.close();
  });

  test("arrives where the rules say", async () => {
    expect(report.outcome.tasks.filter((task) => task.status !== "success")).toEqual([]);
    expect(await measure(lake)).toEqual(expected);
  });

  test("customer versions neither overlap nor leave a gap", async () => {
    const result = await lake.sql(`
      SELECT count(*) FROM (
        SELECT *, lead(valid_from) OVER (PARTITION BY customer_id ORDER BY valid_from) AS next_from
        FROM silver.customers
      ) WHERE valid_to IS DISTINCT FROM next_from OR is_current <> (valid_to IS NULL)`);
    expect(Number((await result.rows())[0]?.[0])).toBe(0);
  });

  test("gold adds up to silver, and every expectation is met", async () => {
    const result = await lake.sql(`
      SELECT (SELECT sum(total_spend) FROM gold.customer_360),
             (SELECT sum(revenue) FROM gold.daily_sales),
             (SELECT sum(revenue) FROM gold.product_performance)`);
    // A decimal's value is its unscaled integer, so two places make it cents.
    const sums = (await result.rows())[0]?.map(Number);
    expect(sums).toEqual(Array(3).fill(expected.revenueCents));
    expect(report.quality.map((line) => line.status)).toEqual(report.quality.map(() => "PASS"));
    expect(report.quality).toHaveLength(11);
  });

  test("every bronze row knows its file, load time and batch", async () => {
    const result = await lake.sql(`
      SELECT count(DISTINCT source_file), count(DISTINCT batch_id), count_if(loaded_at IS NULL),
             count_if(source_file NOT LIKE '%/demo/landing/transactions/transactions_%.ndjson')
      FROM bronze.transactions`);
    expect((await result.rows())[0]?.map(Number)).toEqual([24, 1, 0, 0]);
  });

  test("a second run loads nothing, changes no row and commits to no bronze or silver table", async () => {
    const tables = ["bronze", "silver"].flatMap((layer) =>
      readdirSync(join(home, "lake", "main", layer)).map((name) => `${layer}/${name}`),
    );
    const commits = () =>
      tables.map((name) => readdirSync(join(home, "lake", "main", name, "_delta_log")).sort());
    const before = commits();
    const second = await start();
    expect(second.outcome.status).toBe("success");
    expect(second.isNew).toBe(false);
    expect(commits()).toEqual(before);
    expect(await measure(lake)).toEqual(expected);
  });
});

test("killed at any time, it completes when started again", { timeout: 300_000 }, async () => {
  const demo = DEMO_DEFAULTS;
  const expected = await expectFor(demo);
  const home = makeHome();
  const start = () =>
    spawn(process.execPath, [BINARY, "start"], {
      cwd: home,
      env: { PATH: process.env.PATH ?? "", HOME: home, SOVEREIGN_HOME: home },
      stdio: ["ignore", "ignore", "pipe"],
    });
  // Let it live for one more finished task each time, so that different tasks are hit.
  for (const lines of [0, 3, 6, 7, 10]) {
    const child = start();
    let seen = 0;
    child.stderr.on("data", (chunk) => {
      seen += String(chunk).split("\n").length - 1;
      if (seen > lines) child.kill("SIGKILL");
    });
    await new Promise((resolve) => child.on("close", resolve));
  }
  const last = start();
  const exitCode = await new Promise((resolve) => last.on("close", resolve));
  expect(exitCode).toBe(0);
  const { lake, store } = await openAt(home);
  expect(await measure(lake)).toEqual(expected);
  const statuses = store.all<{ status: string }>("SELECT status FROM runs ORDER BY run_id");
  expect(new Set(statuses.slice(0, -1).map((row) => row.status))).toEqual(new Set(["interrupted"]));
  expect(statuses.at(-1)).toEqual({ status: "success" });
  const manifest = JSON.parse(readFileSync(join(home, "demo", "manifest.json"), "utf8"));
  expect(manifest.transactions).toBe(demo.transactions);
  await lake.close();
  store.close();
});
