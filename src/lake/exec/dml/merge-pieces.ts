/**
 * The writing pass of MERGE where its joins have no room beside each other: a join with the stored
 * source is made for one range of source rows after the other, each with a hash table that fits,
 * and its rows are stored. Slower than one plan, and what the engine cannot spill stays small.
 */
import type { ScanFile } from "../../delta/index.ts";
import { liveRowCount } from "../../delta/index.ts";
import type { Engine } from "../../engine/index.ts";
import { LONG } from "../../schema/data-type.ts";
import { refer } from "../../sql/bind/column.ts";
import type { Attribute } from "../../sql/plan/expression.ts";
import { outputOf, type Plan } from "../../sql/plan/plan.ts";
import { bindOperator } from "../../sql/types/coercion.ts";
import { typedLiteral } from "../../sql/types/literal.ts";
import type { StatementContext } from "../statement.ts";
import { storeInPlace } from "../write/stored-rows.ts";
import type { Merge } from "./merge-clauses.ts";

/** Ranges of source rows to try, one after the other, while memory does not suffice. */
export const PIECE_COUNTS: readonly number[] = [1, 16, 128, 1024];

const SAMPLE_ROWS = 2000;
const GROUP_ROWS = 2_000_000;
const MOST_GROUPS = 64;

/** With how many pieces to begin: the source is known to have no room, or it may have. */
export async function firstPieceCount(
  engine: Engine,
  table: string,
  rowCount: number,
): Promise<number> {
  if (rowCount <= SAMPLE_ROWS) return 1;
  const [row] = await engine.rows(
    "SELECT CAST(avg(strlen(CAST(s AS VARCHAR))) AS DOUBLE) " +
      `FROM (SELECT * FROM ${table} LIMIT ${SAMPLE_ROWS}) AS s`,
  );
  const { memoryLimitBytes } = await engine.status();
  const isFar = rowCount * Number(row![0]) > 2 * memoryLimitBytes;
  return PIECE_COUNTS[isFar ? 1 : 0]!;
}

/** `left` with its rows of the source, by their number; the kind says what of rows without one. */
export async function joinSource(
  ctx: StatementContext,
  merge: Merge,
  kind: "left" | "inner",
  { left, row }: { left: Plan; row: Attribute },
): Promise<Plan> {
  const isRow = bindOperator("=", [refer(merge.sourceRow), refer(row)]);
  const joined = (some: Plan, source: Plan): Plan => ({
    kind: "join",
    join: kind,
    left: some,
    right: source,
    condition: isRow,
    lateral: false,
    output: [...outputOf(some), ...outputOf(source)],
  });
  if (merge.pieceCount === 1) return joined(left, merge.source);
  // In the order of their source rows, so that the engine skips what is not in the range.
  const rows = await storeInPlace(ctx, [left], row);
  const size = Math.ceil(Math.max(merge.sourceRowCount, 1) / merge.pieceCount);
  const parts: Plan[] = [];
  for (let start = 0; start < merge.sourceRowCount; start += size) {
    parts.push(
      joined(within(rows, row, start, size), within(merge.source, merge.sourceRow, start, size)),
    );
  }
  if (kind === "left") {
    const unmatched: Plan = {
      kind: "filter",
      input: rows,
      condition: bindOperator("is null", [refer(row)]),
    };
    parts.push(joined(unmatched, within(merge.source, merge.sourceRow, 0, 0)));
  }
  return storeInPlace(ctx, parts);
}

function within(input: Plan, row: Attribute, start: number, size: number): Plan {
  const bound = (n: number) => typedLiteral(BigInt(n), LONG);
  const condition = bindOperator("and", [
    bindOperator(">=", [refer(row), bound(start)]),
    bindOperator("<", [refer(row), bound(start + size)]),
  ]);
  return { kind: "filter", input, condition };
}

/** Files that are joined with their decisions at once. */
export function fileGroups(merge: Merge, files: readonly ScanFile[]): (readonly ScanFile[])[] {
  if (merge.pieceCount === 1) return [files];
  const counts = files.map((file) => liveRowCount(file.add) ?? GROUP_ROWS);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const groupRows = Math.max(GROUP_ROWS, total / MOST_GROUPS);
  const groups: ScanFile[][] = [];
  let rows = groupRows;
  for (const [i, file] of files.entries()) {
    if (rows >= groupRows) {
      groups.push([]);
      rows = 0;
    }
    groups.at(-1)!.push(file);
    rows += counts[i]!;
  }
  return groups;
}
