/**
 * One of several writers of a table: `write-process <folder> <name> <appends> <updates>` inserts
 * rows and, in between, adds one to the counter in row 0, again and again until it took. Prints
 * `insert <version>`, `update <version>` and `refused <winning version>`.
 */
import { SovereignError } from "../../../src/core/errors.ts";
import { openProcessLake } from "./process-lake.ts";

const [folder, name, appends, updates] = process.argv.slice(2);
const lake = await openProcessLake(folder!);
const appendCount = Number(appends);
const every = Math.max(1, Math.floor(appendCount / Number(updates)));

async function change(sql: string): Promise<number> {
  const result = await lake.sql(sql);
  await result.close();
  return result.commit!.version;
}

async function increment(): Promise<void> {
  for (;;) {
    try {
      console.log(`update ${await change("UPDATE t SET n = n + 1 WHERE id = 0")}`);
      return;
    } catch (error) {
      if (!(error instanceof SovereignError) || error.code !== "RESOURCE_CONFLICT") throw error;
      console.log(`refused ${error.details.winning_version} ${error.message}`);
    }
  }
}

console.log("started");
for (let i = 1; i <= appendCount; i++) {
  console.log(`insert ${await change(`INSERT INTO t VALUES (${i}, '${name}', 0)`)}`);
  if (i % every === 0 && i / every <= Number(updates)) await increment();
}
await lake.close();
