import { expect, it } from "vitest";
import { appendFromProcesses, appendUnderKills } from "./append-processes.ts";

it("four processes × 100 appends: contiguous, none lost", async () => {
  const { retryCount } = await appendFromProcesses(4, 100);
  expect(retryCount).toBeGreaterThan(0);
});

it("kill -9 at random points leaves a whole table", async () => {
  await appendUnderKills(5, 42);
});
