/**
 * Relations without an input as FROM items: scans, VALUES, rows at hand, `range()`, and relations
 * that another part of the executor printed.
 */
import { notImplemented } from "../error.ts";
import type { BoundExpression } from "../plan/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { someExpression } from "../plan/transform.ts";
import { type Block, readFrom } from "./block.ts";
import { emitLiteral } from "./literal.ts";
import { columnName, type Emitter, type ScanLike } from "./relation.ts";

/** Prints a relation that has no input. */
export function emitLeaf(
  plan: Extract<Plan, { kind: "values" | "local" | "engine_relation" | "range" | "sample" }>,
  emitter: Emitter,
): Block {
  switch (plan.kind) {
    case "values":
      return emitValues(plan, emitter);
    case "local":
      return emitLocal(plan, emitter);
    case "engine_relation": {
      const names = plan.output.map(columnName).join(", ");
      return readFrom(`(${plan.sql}) AS ${emitter.alias()}(${names})`);
    }
    case "range": {
      const args = [plan.start, plan.end, plan.step].map((n) => `'${n}'::BIGINT`);
      const name = columnName(plan.output[0]!);
      return readFrom(`range(${args.join(", ")}) AS ${emitter.alias()}(${name})`);
    }
    case "sample":
      throw notImplemented("TABLESAMPLE");
  }
}

/** Prints a scan whose engine SQL was prepared. */
export function emitScan(plan: ScanLike, sql: string | undefined, emitter: Emitter): Block {
  if (sql === undefined) throw new Error("a scan was not prepared");
  const columns = plan.output.map((a) => `"${a.name.replaceAll('"', '""')}" AS ${columnName(a)}`);
  const list = columns.length > 0 ? columns.join(", ") : "1 AS none";
  return readFrom(`(SELECT ${list} FROM (${sql})) AS ${emitter.alias()}`);
}

function emitValues(plan: Extract<Plan, { kind: "values" }>, emitter: Emitter): Block {
  const names = plan.output.map(columnName);
  const outer = plan.rows.some((row) => row.some((cell) => someExpression(cell, isOuter)));
  const rows = plan.rows.map((row) => row.map((cell) => emitter.expression(cell)).join(", "));
  const alias = `${emitter.alias()}(${names.join(", ")})`;
  if (outer) {
    const selects = rows.map((row) => `SELECT ${row}`).join(" UNION ALL ");
    return readFrom(`(${selects}) AS ${alias}`);
  }
  return readFrom(`(VALUES ${rows.map((row) => `(${row})`).join(", ")}) AS ${alias}`);
}

function isOuter(node: BoundExpression): boolean {
  return node.kind === "attribute" && node.outer;
}

function emitLocal(plan: Extract<Plan, { kind: "local" }>, emitter: Emitter): Block {
  if (plan.output.length === 0) {
    const where = plan.rows.length === 0 ? " WHERE false" : "";
    return readFrom(`(SELECT 1 AS none${where}) AS ${emitter.alias()}`);
  }
  const names = plan.output.map(columnName).join(", ");
  const alias = `${emitter.alias()}(${names})`;
  if (plan.rows.length === 0) {
    const nulls = plan.output.map((a) => emitLiteral(null, a.type)).join(", ") || "1";
    return readFrom(`(SELECT ${nulls} WHERE false) AS ${alias}`);
  }
  const rows = plan.rows.map((row) => {
    const cells = row.map((value, i) => emitLiteral(value, plan.output[i]!.type));
    return `(${cells.join(", ")})`;
  });
  return readFrom(`(VALUES ${rows.join(", ")}) AS ${alias}`);
}
