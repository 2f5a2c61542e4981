/**
 * One SELECT under construction. Operators fill the clauses of the block below them while that
 * keeps the meaning, and wrap it into a derived table when it does not, so the engine SQL stays
 * about as flat as the query was.
 */

/** Clauses of a SELECT; column names are `c<attribute id>` throughout. */
export interface Block {
  readonly from: string;
  readonly where: readonly string[];
  /** null: all columns of `from`, as they are. */
  readonly columns: string | null;
  readonly distinct: boolean;
  readonly orderBy: string | null;
  readonly limit: string | null;
}

/** A block that reads one FROM item and does nothing else. */
export function readFrom(from: string): Block {
  return { from, where: [], columns: null, distinct: false, orderBy: null, limit: null };
}

/** Whether the block is only its FROM item. */
export function isPlain(block: Block): boolean {
  return (
    block.columns === null &&
    block.where.length === 0 &&
    block.orderBy === null &&
    block.limit === null &&
    !block.distinct
  );
}

/** The block as SQL text. */
export function printBlock(block: Block): string {
  const where = block.where.length > 0 ? ` WHERE ${block.where.join(" AND ")}` : "";
  const order = block.orderBy === null ? "" : ` ORDER BY ${block.orderBy}`;
  const limit = block.limit === null ? "" : ` ${block.limit}`;
  const distinct = block.distinct ? "DISTINCT " : "";
  return `SELECT ${distinct}${block.columns ?? "*"} FROM ${block.from}${where}${order}${limit}`;
}
