import { expect, it } from "vitest";
import { readHostileBytes } from "./hostile-bytes.ts";

it("reads 120 tables broken at random: rows or a clear error", async () => {
  const score = await readHostileBytes({ cases: 120, seed: 5, lanes: 1 });
  expect(score.findings).toEqual([]);
  expect(score.outcomes.get("DATA_LOSS")).toBeGreaterThan(20);
});
