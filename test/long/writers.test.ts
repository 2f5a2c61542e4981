import { it } from "vitest";
import { writeFromProcesses } from "../lake/exec/writers.ts";

it("four processes × 500 INSERTs and 200 UPDATEs", async () => {
  const { refused } = await writeFromProcesses({ processes: 4, appends: 500, updates: 200 });
  console.log(`${refused} UPDATEs refused, each by a version that is an UPDATE`);
});
