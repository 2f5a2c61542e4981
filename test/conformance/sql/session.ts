/**
 * A session that runs Spark SQL text through the front end on the engine: queries and temporary
 * views. Everything else needs the executor and is refused.
 */
import { SovereignError } from "../../../src/core/errors.ts";
import { type Engine, startEngine } from "../../../src/lake/engine/index.ts";
import type { Value } from "../../../src/lake/schema/value.ts";
import type { Query, Statement } from "../../../src/lake/sql/ast.ts";
import {
  createBindContext,
  type RelationDefinition,
  type RelationSource,
} from "../../../src/lake/sql/bind/context.ts";
import { preloadRelations } from "../../../src/lake/sql/bind/preload.ts";
import { bindQuery } from "../../../src/lake/sql/bind/query.ts";
import { emitPlan } from "../../../src/lake/sql/emit/index.ts";
import { notImplemented } from "../../../src/lake/sql/error.ts";
import { parseStatement } from "../../../src/lake/sql/parse/index.ts";
import type { Attribute, SortKey } from "../../../src/lake/sql/plan/expression.ts";
import { outputOf, type Plan } from "../../../src/lake/sql/plan/plan.ts";
import { optimizePlan } from "../../../src/lake/sql/plan/rules/index.ts";

export interface SessionResult {
  readonly columns: readonly Attribute[];
  readonly rows: readonly (readonly Value[])[];
  /** Positions of the columns the query orders by; null when it has no order. */
  readonly orderedBy: readonly number[] | null;
  readonly engineSql: string;
}

export interface Session {
  run(text: string): Promise<SessionResult>;
  close(): Promise<void>;
}

const NAMESPACE = { catalog: "spark_catalog", schema: "default" };

/** Starts a session on an engine of its own. */
export async function openSession(): Promise<Session> {
  const engine = await startEngine({ mapRuntimeError } as Parameters<typeof startEngine>[0]);
  const views = new Map<string, RelationDefinition>();
  return {
    run: async (text) => {
      const statement = parseStatement(text);
      return runStatement(statement, engine, views);
    },
    close: () => engine.close(),
  };
}

function mapRuntimeError(message: string): SovereignError | null {
  const marked = message.match(/\[([A-Z_.]+)\|(\w{5})\] ([^\n]*)/);
  if (marked) {
    return new SovereignError("INVALID_STATE", marked[3]!, {
      details: { error_class: marked[1], sql_state: marked[2] },
    });
  }
  if (/More than one row returned by a subquery/.test(message)) {
    return new SovereignError("INVALID_STATE", "a scalar subquery returned more than one row", {
      details: { error_class: "SCALAR_SUBQUERY_TOO_MANY_ROWS", sql_state: "21000" },
    });
  }
  return null;
}

async function runStatement(
  statement: Statement,
  engine: Engine,
  views: Map<string, RelationDefinition>,
): Promise<SessionResult> {
  switch (statement.kind) {
    case "query":
      return runQuery(statement.query, engine, views);
    case "create_view": {
      const name = statement.name.parts.at(-1)!.name;
      const plan = await plan0(statement.query, views);
      void plan;
      views.set(name.toLowerCase(), {
        kind: "view",
        qualifier: statement.temporary ? [name] : ["spark_catalog", "default", name],
        query: statement.query,
        temporary: true,
        namespace: NAMESPACE,
        columns: statement.columns.length > 0 ? statement.columns.map((c) => c.name.name) : null,
      });
      return NOTHING;
    }
    case "drop": {
      views.delete(statement.name.parts.at(-1)!.name.toLowerCase());
      return NOTHING;
    }
    default:
      throw notImplemented(`the statement ${statement.kind} in this session`);
  }
}

const NOTHING: SessionResult = { columns: [], rows: [], orderedBy: null, engineSql: "" };

async function plan0(query: Query, views: Map<string, RelationDefinition>): Promise<Plan> {
  const source: RelationSource = {
    lookup: async (request) => views.get(request.nameParts.at(-1)!.toLowerCase()) ?? null,
  };
  const relations = await preloadRelations(
    { kind: "query", query, span: query.span },
    { source, namespace: NAMESPACE },
  );
  return bindQuery(query, createBindContext({ namespace: NAMESPACE, relations }));
}

async function runQuery(
  query: Query,
  engine: Engine,
  views: Map<string, RelationDefinition>,
): Promise<SessionResult> {
  const plan = await plan0(query, views);
  const emitted = await emitPlan(optimizePlan(plan), engine);
  for (const fn of emitted.functions.values()) engine.registerFunction(fn);
  try {
    const rows = await engine.rows(emitted.sql, emitted.columns);
    return {
      columns: emitted.columns,
      rows,
      orderedBy: orderColumns(plan),
      engineSql: emitted.sql,
    };
  } catch (error) {
    if (error instanceof Error) (error as Error & { engineSql?: string }).engineSql = emitted.sql;
    throw error;
  }
}

/** Where the sort keys stand in the result: rows that tie on them may come in any order. */
function orderColumns(plan: Plan): number[] | null {
  const keys = sortKeys(plan);
  if (!keys) return null;
  const ids = outputOf(plan).map((attribute) => attribute.id);
  return keys.flatMap(({ expression }) => {
    const at = expression.kind === "attribute" ? ids.indexOf(expression.attribute.id) : -1;
    return at < 0 ? [] : [at];
  });
}

function sortKeys(plan: Plan): readonly SortKey[] | null {
  switch (plan.kind) {
    case "sort":
      return plan.keys;
    case "project":
    case "limit":
    case "filter":
    case "with":
      return sortKeys(plan.input);
    default:
      return null;
  }
}
