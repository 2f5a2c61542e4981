/**
 * A writer as a process of its own: `append-process <table> <name> <count>` appends `count` files
 * (log entries only) one commit each, and prints each version once its commit was acknowledged.
 */
import {
  createWasmCheckpointReader,
  createWasmCheckpointWriter,
} from "../../../../src/lake/checkpoint/index.ts";
import { DeltaLog } from "../../../../src/lake/delta/index.ts";
import { addOf } from "../../../../src/lake/delta/write/file-actions.ts";
import { writeOperation } from "../../../../src/lake/delta/write/operations.ts";
import { beginTransaction } from "../../../../src/lake/delta/write/transaction.ts";

const [root, name, count] = process.argv.slice(2);
const log = DeltaLog.open(root!, { checkpointReader: createWasmCheckpointReader() });
const checkpointWriter = createWasmCheckpointWriter();
console.log("started");
for (let index = 0; index < Number(count); index++) {
  const snapshot = await log.snapshot();
  const path = `${name}-${index}.parquet`;
  const file = {
    path,
    sizeBytes: 1,
    modifiedMs: 1,
    partitionValues: {},
    stats: '{"numRecords":1}',
  };
  const transaction = beginTransaction(root!, snapshot, { log, checkpointWriter });
  const result = await transaction.commit({
    ...writeOperation({ mode: "Append" }),
    actions: [{ add: addOf(file) }],
  });
  if (result.warnings) throw new Error(result.warnings.join("; "));
  console.log(`${result.version} ${path} ${result.retryCount}`);
}
