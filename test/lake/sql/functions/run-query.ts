/** Runs one query of constants through parser, binder, emitter and engine. */

import { startEngine } from "../../../../src/lake/engine/index.ts";
import type { Engine } from "../../../../src/lake/engine/types.ts";
import { type DataType, formatType } from "../../../../src/lake/schema/data-type.ts";
import { formatValue } from "../../../../src/lake/schema/format-value.ts";
import type { Value } from "../../../../src/lake/schema/value.ts";
import { createBindContext } from "../../../../src/lake/sql/bind/context.ts";
import { bindQuery } from "../../../../src/lake/sql/bind/query.ts";
import { emitQuery } from "../../../../src/lake/sql/emit/relation.ts";
import { mapRuntimeError } from "../../../../src/lake/sql/emit/runtime-error.ts";
import { parseStatement } from "../../../../src/lake/sql/parse/index.ts";

export interface Answer {
  readonly schema: string;
  readonly types: readonly DataType[];
  readonly rows: readonly (readonly Value[])[];
  /** First cell as `CAST(x AS STRING)` prints it. */
  readonly text: string | null;
}

/** An engine that knows Spark's run-time errors. */
export function startTestEngine(): Promise<Engine> {
  return startEngine({ mapRuntimeError, threads: 1 });
}

/** The answer to a query without tables. */
export async function runQuery(engine: Engine, sql: string): Promise<Answer> {
  const statement = parseStatement(sql);
  if (statement.kind !== "query") throw new Error(`not a query: ${sql}`);
  const namespace = { catalog: "spark_catalog", schema: "default" };
  const plan = bindQuery(statement.query, createBindContext({ namespace }));
  const query = await emitQuery(plan, {
    scan() {
      throw new Error("no tables here");
    },
  });
  for (const fn of query.functions.values()) engine.registerFunction(fn);
  const { columns } = query;
  const rows = await engine.rows(
    query.sql,
    columns.map((c) => ({ name: c.name, type: c.type, nullable: true })),
  );
  const first = rows[0]?.[0] ?? null;
  return {
    schema: `struct<${columns.map((c) => `${c.name}:${formatType(c.type)}`).join(",")}>`,
    types: columns.map((c) => c.type),
    rows,
    text: first === null ? null : formatValue(first, columns[0]!.type),
  };
}
