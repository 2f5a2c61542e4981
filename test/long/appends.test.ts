import { it } from "vitest";
import { appendFromProcesses, appendUnderKills } from "../lake/delta/write/append-processes.ts";

it("four processes × 500 appends: contiguous, none lost", async () => {
  await appendFromProcesses(4, 500);
});

it("kill -9 of an appending process at 200 random points", async () => {
  await appendUnderKills(200, 7);
});
