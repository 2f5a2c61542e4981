import { expect, it } from "vitest";
import { importMutations } from "./import-mutations.ts";

it("loses nothing of 24 files broken at random (300 in the long run)", async () => {
  const counts = await importMutations(24, 11);
  expect(counts.withRejected).toBeGreaterThan(5);
}, 240_000);
