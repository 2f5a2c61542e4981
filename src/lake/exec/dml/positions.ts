/** Positions of rows in their files: out of the engine, as deletion vectors are written from them. */
import type { StatementContext } from "../statement.ts";

/** Ascending positions by file index; `table` has rows (file_index, row_index), each once. */
export async function readPositions(
  ctx: StatementContext,
  table: string,
): Promise<Map<number, BigUint64Array>> {
  const engine = await ctx.engine();
  const counts = await engine.rows(
    `SELECT file_index, count(*) FROM ${table} GROUP BY file_index ORDER BY file_index`,
  );
  const positions = new Map<number, BigUint64Array>();
  const filled = new Map<number, number>();
  for (const [file, count] of counts) {
    positions.set(Number(file), new BigUint64Array(Number(count)));
    filled.set(Number(file), 0);
  }
  const stream = await engine.query(
    `SELECT CAST(file_index AS INTEGER), CAST(row_index AS BIGINT) FROM ${table}`,
  );
  for await (const { columns, rowCount } of stream.batches()) {
    for (let i = 0; i < rowCount; i++) {
      const file = columns[0]!.get(i) as number;
      const at = filled.get(file)!;
      positions.get(file)![at] = columns[1]!.get(i) as bigint;
      filled.set(file, at + 1);
    }
  }
  for (const list of positions.values()) list.sort();
  return positions;
}
