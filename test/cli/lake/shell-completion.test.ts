import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { completeSql } from "../../../src/cli/lake/shell-completion.ts";
import { type Lake, openLake } from "../../../src/lake/index.ts";

let root = "";
let lake: Lake;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sovereign-names-"));
  lake = await openLake({ root });
  for (const name of ["orders", "`order lines`", "order_draft"]) {
    await (await lake.sql(`CREATE TABLE ${name} (a INT)`)).close();
  }
  // As a CREATE leaves it that is killed before its first commit.
  rmSync(join(root, "main/default/order_draft/_delta_log"), { recursive: true });
});
afterAll(async () => {
  await lake.close();
  rmSync(root, { recursive: true, force: true });
});

test("offers tables that are there, quoted where they must be, and keywords in the case typed", () => {
  expect(completeSql("select * from ord", lake)).toEqual([["order", "orders"], "ord"]);
  expect(completeSql("select * from `ord", lake)).toEqual([["`order lines`"], "`ord"]);
  expect(completeSql("select * from `order l", lake)).toEqual([["`order lines`"], "`order l"]);
  expect(completeSql("SEL", lake)[0]).toEqual(["SELECT"]);
  expect(completeSql("select ", lake)[0]).toEqual([]);
});
