/**
 * One of several writers of a table: `write-process <folder> <name> <commits>` makes that many
 * commits: it inserts rows, changes its own by UPDATE, DELETE and MERGE, adds one to the counter in
 * row 0, and puts files together, each again and again until it took. Prints `<kind> <version>` for
 * a commit, `refused <kind> <winning version> <message>`, and at last its rows as JSON.
 */
import { SovereignError } from "../../../src/core/errors.ts";
import { createRng } from "../../../src/core/rng.ts";
import { openProcessLake } from "./process-lake.ts";

const [folder, name, commits] = process.argv.slice(2);
const lake = await openProcessLake(folder!);
const rng = createRng(Number(name!.slice(1)) + 1);
/** Own rows: id → n. */
const rows = new Map<number, number>();
let nextId = 1;

async function change(kind: string, sql: string): Promise<boolean> {
  for (;;) {
    try {
      const result = await lake.sql(sql);
      await result.close();
      if (result.commit) console.log(`${kind} ${result.commit.version}`);
      return result.commit !== undefined;
    } catch (error) {
      if (!(error instanceof SovereignError) || error.code !== "RESOURCE_CONFLICT") throw error;
      console.log(`refused ${kind} ${error.details.winning_version} ${error.message}`);
    }
  }
}

const own = (rest: string): string => `name = '${name}' AND ${rest}`;

/** Whether a commit was made: a change of no rows makes none. */
async function step(): Promise<boolean> {
  const kind = rng.int(20);
  const digit = rng.int(7);
  if (kind < 10) {
    const [a, b] = [nextId++, nextId++];
    rows.set(a, 0).set(b, 0);
    return change("insert", `INSERT INTO t VALUES (${a}, '${name}', 0), (${b}, '${name}', 0)`);
  }
  if (kind < 13) return change("counter", "UPDATE t SET n = n + 1 WHERE id = 0");
  if (kind < 15) {
    for (const [id, n] of rows) if (id % 7 === digit) rows.set(id, n + 1);
    return change("update", `UPDATE t SET n = n + 1 WHERE ${own(`id % 7 = ${digit}`)}`);
  }
  if (kind < 17) {
    for (const id of [...rows.keys()]) if (id % 7 === digit && id % 3 === 0) rows.delete(id);
    return change("delete", `DELETE FROM t WHERE ${own(`id % 7 = ${digit} AND id % 3 = 0`)}`);
  }
  if (kind < 19) return merge(digit);
  return change("optimize", "OPTIMIZE t");
}

/** Adds ten to some of the rows, and makes the row of a new id. */
function merge(digit: number): Promise<boolean> {
  const id = nextId++;
  for (const [known, n] of rows) if (known % 7 === digit) rows.set(known, n + 10);
  rows.set(id, 100);
  const source =
    `SELECT id, n + 10 AS n FROM t WHERE ${own(`id % 7 = ${digit}`)} ` +
    `UNION ALL SELECT ${id}, 100`;
  return change(
    "merge",
    `MERGE INTO t USING (${source}) s ON t.id = s.id AND t.name = '${name}' ` +
      "WHEN MATCHED THEN UPDATE SET n = s.n " +
      `WHEN NOT MATCHED THEN INSERT (id, name, n) VALUES (s.id, '${name}', s.n)`,
  );
}

console.log("started");
for (let made = 0; made < Number(commits); ) if (await step()) made++;
console.log(`rows ${JSON.stringify([...rows].sort(([a], [b]) => a - b))}`);
await lake.close();
