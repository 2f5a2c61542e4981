/**
 * Run as a process of its own and killed by its parent: upserts batches of rows one after another
 * and prints the number of each that was acknowledged. Argument: the collection's base path.
 */
import { writeSync } from "node:fs";
import { Collection } from "../../src/vector/index.ts";
import { batchRows } from "./batches.ts";

const collection = await Collection.open(process.argv[2]!, "write");
const first = Number(process.argv[3]);
for (let batch = first; ; batch++) {
  if (batch % 5 === 4) await collection.delete({ ids: batchRows(batch - 3).map(({ id }) => id) });
  else await collection.upsert(batchRows(batch));
  if (batch % 7 === 6) await collection.optimize();
  writeSync(1, `${batch}\n`);
}
