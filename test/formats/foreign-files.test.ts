/** Broken Arrow, Parquet and `.npy` files; `test/long/foreign-files.test.ts` has 20,000 of each. */
import { expect, test } from "vitest";
import { FOREIGN_KINDS, readForeignFiles } from "./foreign-runs.ts";

test.each(FOREIGN_KINDS)("%s broken at random: rows or a clear error", async (kind) => {
  const { findings, outcomes } = await readForeignFiles(kind, { cases: 50, seed: 20261122 });
  expect(findings).toEqual([]);
  expect(outcomes.get("read")).toBeGreaterThan(0);
});
