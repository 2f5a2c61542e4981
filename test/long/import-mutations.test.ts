import { expect, it } from "vitest";
import { importMutations } from "../cli/lake/import-mutations.ts";

it("loses nothing of 300 files broken at random", async () => {
  const counts = await importMutations(300, 20240131);
  expect(counts.imported + counts.refused).toBe(300);
});
