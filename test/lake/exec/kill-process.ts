/**
 * A lake being changed by a process of its own: `kill-process <folder> <first step> <restore
 * version> <k>` runs the steps of `kill-steps.ts` from there on, printing `begin n` before and
 * `done n` after each. With k above 0 it kills itself at the k-th call that changes a file.
 */

import { dieAtCall } from "./kill-points.ts";
import { prepareStep, runStep } from "./kill-steps.ts";
import { openProcessLake } from "./process-lake.ts";

const [folder, first, restoreVersion, callCount] = process.argv.slice(2);
const where = { folder: folder!, restoreVersion: Number(restoreVersion) };
const lake = await openProcessLake(folder!, { daysAhead: 3 });
await (await lake.sql("SET spark.databricks.delta.retentionDurationCheck.enabled = false")).close();
console.log("started");
if (Number(callCount) > 0) await dieAtCall(Number(callCount));
for (let n = Number(first); ; n++) {
  prepareStep(n, where);
  console.log(`begin ${n}`);
  await runStep(lake, n, where);
  console.log(`done ${n}`);
}
