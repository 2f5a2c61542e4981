import { expect, it } from "vitest";
import { writeFromProcesses } from "./writers.ts";

it("four processes × 20 INSERTs and 10 UPDATEs: contiguous, none lost, refusals named", async () => {
  const { refused } = await writeFromProcesses({ processes: 4, appends: 20, updates: 10 });
  expect(refused).toBeGreaterThan(0);
});
