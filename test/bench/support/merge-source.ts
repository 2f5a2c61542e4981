/** The source of the MERGE benches: updates spread evenly over the table, then new ids. */
import type { Engine } from "../../../src/lake/engine/index.ts";

/** Writes it as one Parquet file for a table of `rows` ids from 0. */
export async function writeMergeSource(
  engine: Engine,
  path: string,
  { rows, updates, inserts }: { rows: number; updates: number; inserts: number },
): Promise<void> {
  await engine.run(`
    COPY (SELECT i AS id, (i % 1000)::INTEGER AS k, -1.0::DOUBLE AS v, 'changed' AS s,
        DATE '2026-01-01' AS d
      FROM (SELECT n * ${Math.floor(rows / updates)} AS i FROM range(${updates}) r(n)
        UNION ALL SELECT ${rows} + n FROM range(${inserts}) r(n)))
    TO '${path}' (FORMAT parquet)`);
}
