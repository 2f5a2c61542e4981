import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Lake, openLake } from "../../../src/lake/index.ts";

let root = "";
let lake: Lake;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sovereign-suggest-"));
  lake = await openLake({ root });
  for (const text of [
    "CREATE SCHEMA demo",
    "CREATE TABLE demo.orders (a INT)",
    "CREATE TABLE `order lines` (a INT)",
    "CREATE TEMP VIEW recent AS SELECT 1 AS a",
  ]) {
    await (await lake.sql(text)).close();
  }
});
afterAll(async () => {
  await lake.close();
  rmSync(root, { recursive: true, force: true });
});

test.each([
  ["SELECT * FROM orders", "did you mean `demo.orders`?"],
  ["SELECT * FROM default.orders", "did you mean `demo.orders`?"],
  ["SELECT * FROM demo.order", "did you mean `demo.orders`?"],
  ["SELECT * FROM order_lines", "did you mean `order lines`?"],
  ["SELECT * FROM recnet", "did you mean `recent`?"],
  ["DROP TABLE ordrs", "did you mean `demo.orders`?"],
  ["SELECT * FROM nothing_like_it", "check its spelling, or list what is there with SHOW TABLES"],
])("%s", async (text, hint) => {
  await expect(lake.sql(text)).rejects.toMatchObject({ hint });
});
