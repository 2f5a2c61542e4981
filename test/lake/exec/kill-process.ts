/**
 * A lake being changed by a process of its own: `kill-process <folder> <first step>` runs the steps
 * of `kill-steps.ts` from there on, printing `begin n` before and `done n` after each.
 */

import { prepareStep } from "./kill-steps.ts";
import { openProcessLake } from "./process-lake.ts";

const [folder, first] = process.argv.slice(2);
const lake = await openProcessLake(folder!);
await (await lake.sql("SELECT 1")).rows();
console.log("started");
for (let n = Number(first); ; n++) {
  const sql = prepareStep(n, folder!);
  console.log(`begin ${n}`);
  const result = await lake.sql(sql);
  await result.close();
  console.log(`done ${n}`);
}
