/**
 * A session of the real lake that runs Spark's recorded statements: catalog `spark_catalog`, schema
 * `default`, a temporary folder. Tables the recordings keep in other formats become Delta tables.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Lake, openLake } from "../../../src/lake/index.ts";
import type { StructType } from "../../../src/lake/schema/data-type.ts";
import type { Value } from "../../../src/lake/schema/value.ts";
import { parseStatement } from "../../../src/lake/sql/parse/index.ts";

export interface SessionResult {
  readonly columns: StructType["fields"];
  readonly rows: readonly (readonly Value[])[];
  /** Positions of the columns the query orders by; null when it has no order. */
  readonly orderedBy: readonly number[] | null;
}

export interface Session {
  run(text: string): Promise<SessionResult>;
  close(): Promise<void>;
}

const STATEMENT_LIMIT_MS = 20_000;

/** Starts a session with a lake of its own. */
export async function openSession(): Promise<Session> {
  const root = mkdtempSync(join(tmpdir(), "lake-sql-"));
  const lake = await openLake({ root });
  for (const statement of [
    "CREATE CATALOG spark_catalog",
    "CREATE SCHEMA IF NOT EXISTS spark_catalog.default",
    "USE spark_catalog.default",
  ]) {
    await (await lake.sql(statement)).close();
  }
  return {
    run: (text) => runText(lake, text),
    async close() {
      await lake.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function runText(lake: Lake, text: string): Promise<SessionResult> {
  const timer = setTimeout(() => lake.interrupt(), STATEMENT_LIMIT_MS);
  try {
    const result = await lake.sql(asDelta(text));
    const rows = await result.rows();
    const { fields } = result.schema;
    return { columns: fields, rows, orderedBy: orderColumns(text, fields) };
  } finally {
    clearTimeout(timer);
  }
}

function asDelta(text: string): string {
  return /^\s*(--[^\n]*\n\s*)*create\s+(or\s+replace\s+)?table\b/i.test(text)
    ? text.replace(/\busing\s+(parquet|json|orc|csv|hive)\b/i, "USING delta")
    : text;
}

/**
 * Where the leading sort keys stand in the result: rows that tie on them may come in any order. A
 * key that is no plain column of the result ends the list.
 */
function orderColumns(text: string, fields: StructType["fields"]): number[] | null {
  const statement = parseStatement(text);
  if (statement.kind !== "query" || !Array.isArray(statement.query.orderBy)) return null;
  if (statement.query.orderBy.length === 0) return null;
  const positions: number[] = [];
  for (const { expression } of statement.query.orderBy) {
    const at = positionOf(expression, fields);
    if (at === null) break;
    positions.push(at);
  }
  return positions;
}

function positionOf(
  expression: { kind: string; name?: unknown; value?: unknown },
  fields: StructType["fields"],
): number | null {
  if (expression.kind === "literal") {
    const { text } = expression.value as { text?: string };
    return text && /^\d+$/.test(text) ? Number(text) - 1 : null;
  }
  if (expression.kind !== "column") return null;
  const { parts } = expression.name as { parts: { name: string }[] };
  const name = parts.at(-1)!.name.toLowerCase();
  const found = fields.flatMap((f, i) => (f.name.toLowerCase() === name ? [i] : []));
  return found.length === 1 ? found[0]! : null;
}
