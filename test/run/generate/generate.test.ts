import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";

import { buildFiles, DEMO_DEFAULTS, ensureDemo } from "../../../src/run/generate/index.ts";

const small = { seed: 7, customers: 400, transactions: 2000, products: 60 };

const lines = (text: unknown): string[] => String(text).trimEnd().split("\n");

describe("the full demo", async () => {
  const { contents, manifest } = await buildFiles(DEMO_DEFAULTS);
  const transactions = [...contents]
    .filter(([path]) => path.startsWith("landing/transactions/"))
    .flatMap(([, text]) => lines(text).map((line) => JSON.parse(line)));
  const truth = lines(contents.get("truth/churn.csv"))
    .slice(1)
    .map((line) => line.split(","));

  test("is the same bytes on every machine", () => {
    // Recorded once; a change of the generator is a change of everything downstream.
    expect(manifest.digest).toMatchInlineSnapshot(
      `"4505a300319068d822cff34a578dfc05e6fe201ba6995a67216d2c9e90ebb40e"`,
    );
  });

  test("holds 10,000 customers, 50,000 transactions, 1,000 products", () => {
    const ids = new Set(transactions.map((row) => row.transaction_id));
    expect(ids.size).toBe(50_000);
    expect(truth).toHaveLength(10_000);
    const customerIds = new Set<string>();
    for (const [path, text] of contents) {
      if (!path.startsWith("landing/customers/")) continue;
      for (const line of lines(text).slice(1)) customerIds.add(line.split(",")[0] as string);
    }
    customerIds.delete("");
    expect(customerIds.size).toBe(10_000);
    expect(manifest.rows.transactions).toBe(transactions.length);
  });

  test("the promo column appears in 2025", () => {
    for (const [path, text] of contents) {
      if (!path.startsWith("landing/transactions/")) continue;
      const hasColumn = String(text).includes('"promo_code"');
      expect({ path, hasColumn }).toEqual({ path, hasColumn: path.includes("_2025") });
    }
  });

  test("every kind of dirt is there, in small shares", () => {
    const share = (test: (row: (typeof transactions)[number]) => boolean): number =>
      transactions.filter(test).length / transactions.length;
    const shares = [
      share((row) => row.customer_id === null),
      share((row) => row.quantity !== null && row.quantity <= 0),
      share((row) => row.quantity === null),
      share((row) => row.quantity > 1000),
      share((row) => row.unit_price < 0),
      share((row) => row.product_id >= 9_000_000),
      share((row) => row.transaction_ts > "2026" || row.transaction_ts < "2024"),
      share((row) => row.channel !== row.channel.toLowerCase()),
      1 - 50_000 / transactions.length,
    ];
    for (const value of shares) expect.soft(value).toBeGreaterThan(0.0002);
    for (const value of shares) expect.soft(value).toBeLessThan(0.03);
    const customers = String(contents.get("landing/customers/customers_2024-01-01.csv"));
    expect(customers).toMatch(/ at (mail\.)?example/);
    expect(customers).toMatch(/n\/a|12345/);
  });

  test("the true probability is calibrated and tells churners from others", () => {
    const pairs = truth.map((row) => [Number(row[4]), Number(row[5])] as const);
    pairs.sort((a, b) => a[0] - b[0]);
    const open = pairs.filter(([p]) => p < 1);
    const size = Math.floor(open.length / 5);
    for (let bin = 0; bin < 5; bin++) {
      const part = open.slice(bin * size, (bin + 1) * size);
      const mean = part.reduce((sum, [p]) => sum + p, 0) / size;
      const rate = part.reduce((sum, [, y]) => sum + y, 0) / size;
      // Four standard errors of a share of `size` draws.
      expect.soft(Math.abs(mean - rate)).toBeLessThan(4 * Math.sqrt(0.25 / size));
    }
    expect(pairs.filter(([p, y]) => p === 1 && y === 0)).toEqual([]);
    expect(open.length).toBeGreaterThan(4000);
  });

  test("engagement drives what can be seen: purchases, tickets", () => {
    const engagement = new Map(truth.map((row) => [Number(row[0]), Number(row[1])]));
    const mean = (ids: number[]): number =>
      ids.reduce((sum, id) => sum + (engagement.get(id) ?? 0), 0) / ids.length;
    const buyers = transactions.map((row) => row.customer_id).filter((id) => id !== null);
    const tickets = lines(contents.get("landing/support_tickets/tickets.ndjson"));
    expect(mean(buyers)).toBeGreaterThan(0.5);
    expect(mean(tickets.map((line) => JSON.parse(line).customer_id))).toBeLessThan(0.1);
  });
});

test("the product file is Parquet another reader understands", async () => {
  const { contents } = await buildFiles(small);
  const bytes = contents.get("landing/products/products.parquet") as Uint8Array;
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows = await parquetReadObjects({ file: file as ArrayBuffer });
  expect(rows.length).toBeGreaterThanOrEqual(60);
  expect(Object.keys(rows[0] as object)).toEqual([
    "product_id",
    "name",
    "category",
    "brand",
    "cost",
    "price",
    "launched_on",
  ]);
  expect(rows[0]?.launched_on).toBeInstanceOf(Date);
});

test("the folder is complete or absent, and made once", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "demo-")), "deep", "demo");
  const first = await ensureDemo(folder, small);
  expect(first.isNew).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["landing", "manifest.json", "truth"]);
  expect(readdirSync(join(folder, ".."))).toEqual(["demo"]);
  const before = readFileSync(join(folder, "manifest.json"), "utf8");
  expect(await ensureDemo(folder, small)).toEqual({ manifest: first.manifest, isNew: false });
  await expect(ensureDemo(folder, { ...small, seed: 8 })).rejects.toThrow(
    `made with seed ${small.seed}, not 8`,
  );
  expect(readFileSync(join(folder, "manifest.json"), "utf8")).toBe(before);
  const foreign = mkdtempSync(join(tmpdir(), "demo-"));
  writeFileSync(join(foreign, "precious.txt"), "mine");
  await expect(ensureDemo(foreign, small)).rejects.toThrow(/not a demo, or a damaged one/);
  expect(readdirSync(foreign)).toEqual(["precious.txt"]);
});

test("two that make it at once end with one folder", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "demo-")), "demo");
  const made = await Promise.all([ensureDemo(folder, small), ensureDemo(folder, small)]);
  expect(made.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  expect(made[0]?.manifest).toEqual(made[1]?.manifest);
  expect(readdirSync(join(folder, ".."))).toEqual(["demo"]);
});

test("a file that is gone or cut short is named, one that was added is left alone", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "demo-")), "demo");
  await ensureDemo(folder, small);
  writeFileSync(join(folder, "landing/customers/mine.csv"), "customer_id\n");
  expect((await ensureDemo(folder, small)).isNew).toBe(false);
  const parquet = join(folder, "landing/products/products.parquet");
  const bytes = readFileSync(parquet);
  writeFileSync(parquet, bytes.subarray(0, 1000));
  await expect(ensureDemo(folder, small)).rejects.toMatchObject({
    code: "DATA_LOSS",
    message: `the demo file \`${parquet}\` is cut short: 1000 of ${bytes.length} bytes`,
    hint: expect.stringContaining(folder),
  });
  rmSync(parquet);
  await expect(ensureDemo(folder, small)).rejects.toThrow(`\`${parquet}\` is missing`);
  mkdirSync(parquet);
  await expect(ensureDemo(folder, small)).rejects.toThrow("is no file");
  for (const text of ["", "{}", '{"format":1,"rows":7}', "null"]) {
    writeFileSync(join(folder, "manifest.json"), text);
    await expect(ensureDemo(folder, small)).rejects.toMatchObject({
      code: "RESOURCE_ALREADY_EXISTS",
    });
  }
});
